import { fault, type Fault } from '@parley/shared/fault';
import type { RoomId } from '@parley/shared/ids';
import { roomKey, type RoomRef } from '../core/tenant.ts';
import type { Bus, OwnerEnd } from '../ports/bus.ts';
import type { HeldLease, Lease } from '../ports/lease.ts';
import type { People } from '../ports/people.ts';
import type { Cancel } from '../ports/system.ts';
import type { Desk } from './desk.ts';
import { Room, type RoomDeps } from './room.ts';

/** What its rooms share, and what brings them here and keeps them. */
export interface RoomsDeps extends Omit<RoomDeps, 'ref' | 'people' | 'publish' | 'lost'> {
  readonly bus: Bus;
  readonly lease: Lease;
  readonly people: Pick<People, 'revokedAt' | 'watch'>;
  /** Development: a room `lobby` that everybody of a tenant may join. */
  readonly lobby: boolean;
  /** A room that nobody used for so long leaves memory. */
  readonly idleMs: number;
}

export type Whereabouts =
  | { readonly kind: 'here' }
  | { readonly kind: 'elsewhere'; readonly node: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable' };

/** What became of something done inside a room; `unavailable` may be another time. */
export type Inside<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable' };

/** A room that runs on this node, with what has to be given back when it leaves. */
interface Running {
  readonly room: Room;
  readonly owner: OwnerEnd;
  readonly lease: HeldLease;
}

const LOBBY = 'lobby' as RoomId;

/** The rooms of this node: opened once however many ask, closed when idle, left in order at the end. */
export class Rooms {
  readonly #deps: RoomsDeps;
  readonly #running = new Map<string, Running>();
  readonly #opening = new Map<string, Promise<Whereabouts>>();
  readonly #closing = new Map<string, Promise<void>>();
  #sweep: Cancel | null = null;
  #draining = false;
  /** Rooms whose store failed them while they were being left. */
  readonly #unsaved: string[] = [];

  constructor(deps: RoomsDeps) {
    this.#deps = deps;
    deps.people.watch((tenant, user) => {
      for (const { room } of this.#running.values()) if (room.ref.tenant.id === tenant.id) room.revoke(user);
    });
  }

  /**
   * Makes sure that somebody runs the room. One that nobody ever made is run only for whoever means to
   * `make` it: names that are guessed leave nothing in memory or on disk. Callers that arrive together
   * share one opening. Never rejects.
   */
  ensure(ref: RoomRef, make = false): Promise<Whereabouts> {
    const key = roomKey(ref);
    if (this.#running.has(key)) return HERE;
    const opening = this.#opening.get(key);
    if (opening)
      return make ? opening.then((found) => (found.kind === 'absent' ? this.ensure(ref, true) : found)) : opening;
    if (this.#draining) return Promise.resolve({ kind: 'unavailable' });
    // The last words of a room that is leaving must not reach the peers of the one that follows it.
    const started = (this.#closing.get(key) ?? Promise.resolve())
      .then(() => this.#openIfThere(ref, key, make))
      .finally(() => this.#opening.delete(key));
    this.#opening.set(key, started);
    return started;
  }

  /** See {@link Room.within}; a room that nobody runs is opened for it. Never rejects. */
  async within<T>(ref: RoomRef, task: (desk: Desk) => T | Promise<T>): Promise<Inside<T>> {
    const { kind } = await this.ensure(ref);
    if (kind === 'absent') return { kind };
    const room = this.#running.get(roomKey(ref))?.room;
    if (room === undefined) return { kind: 'unavailable' };
    const inside = await room.within(task);
    if (inside !== null) return { kind: 'done', value: inside.value };
    return { kind: room.isDeleted ? 'absent' : 'unavailable' };
  }

  /** Opens every room that a crash or a stop left with work to do (T44). */
  async recover(): Promise<void> {
    const refs = await this.#deps.journal.unfinished();
    if (refs.length > 0) this.#deps.log.info('rooms.recovering', { rooms: refs.length });
    await Promise.all(refs.map((ref) => this.ensure(ref)));
  }

  /** Leaves every room; resolves with those of which not all that was decided is on disk. */
  async drain(): Promise<readonly string[]> {
    this.#draining = true;
    this.#sweep?.();
    await Promise.all(this.#opening.values());
    const why = fault('unavailable', 'The server is restarting.');
    await Promise.all([...this.#running].map(([key, running]) => this.#close(key, running, why)));
    return this.#unsaved;
  }

  async #openIfThere(ref: RoomRef, key: string, make: boolean): Promise<Whereabouts> {
    const made = make || (this.#deps.lobby && ref.room === LOBBY);
    try {
      if (!made && !(await this.#deps.journal.holds(ref))) return { kind: 'absent' };
    } catch (error) {
      return this.#notOpened(ref, error);
    }
    return this.#open(ref, key);
  }

  async #open(ref: RoomRef, key: string): Promise<Whereabouts> {
    const answer = await this.#deps.lease.acquire(ref);
    if (answer.kind !== 'held') return answer;
    try {
      await this.#run(ref, key, answer.lease);
      return { kind: 'here' };
    } catch (error) {
      await answer.lease.release();
      return this.#notOpened(ref, error);
    }
  }

  #notOpened(ref: RoomRef, error: unknown): Whereabouts {
    this.#deps.log.error('room.open-failed', {
      room: ref.room,
      error: error instanceof Error ? error.message : 'unknown',
    });
    return { kind: 'unavailable' };
  }

  async #run(ref: RoomRef, key: string, lease: HeldLease): Promise<void> {
    let owner: OwnerEnd | null = null;
    let lost = false;
    const room = await Room.open({
      ...this.#deps,
      ref,
      // Before the room is owned it has no peers, so nobody misses what it says.
      publish: (message) => owner?.publish(message),
      lost: () => {
        lost = true;
        if (this.#draining) this.#unsaved.push(key);
        this.#forget(key);
      },
    });
    if (lost) throw new Error('the room gave itself up while it opened');
    owner = this.#deps.bus.own(ref, (message) => room.receive(message));
    if (this.#deps.lobby && ref.room === LOBBY) room.foundForTenant('Lobby');
    const running = { room, owner, lease };
    this.#running.set(key, running);
    lease.lost.addEventListener('abort', () => void this.#close(key, running, fault('unavailable')), { once: true });
    this.#deps.metrics.gauge('parley_rooms', this.#running.size);
    this.#scheduleSweep();
  }

  #close(key: string, running: Running, why: Fault): Promise<void> {
    if (this.#running.get(key) === running) this.#running.delete(key);
    const closed = this.#leave(running, why).finally(() => this.#closing.delete(key));
    this.#closing.set(key, closed);
    return closed;
  }

  async #leave(running: Running, why: Fault): Promise<void> {
    await running.room.leave(why);
    running.owner.close();
    await running.lease.release();
    this.#deps.metrics.gauge('parley_rooms', this.#running.size);
  }

  /** A room that gave itself up has said so already. */
  #forget(key: string): void {
    const running = this.#running.get(key);
    if (!running) return;
    this.#running.delete(key);
    this.#deps.metrics.gauge('parley_rooms', this.#running.size);
    running.owner.close();
    running.lease
      .release()
      .catch((error: unknown) => this.#deps.log.error('lease.release-failed', { error: String(error) }));
  }

  #scheduleSweep(): void {
    if (this.#sweep !== null || this.#draining) return;
    this.#sweep = this.#deps.clock.after(this.#deps.idleMs, () => {
      this.#sweep = null;
      this.#closeIdle();
      if (this.#running.size > 0) this.#scheduleSweep();
    });
  }

  #closeIdle(): void {
    for (const [key, running] of this.#running) {
      if (!running.room.isIdle(this.#deps.idleMs)) continue;
      this.#close(key, running, fault('unavailable', 'The room went to rest.')).catch((error: unknown) =>
        this.#deps.log.error('room.close-failed', { error: String(error) }),
      );
    }
  }
}

const HERE: Promise<Whereabouts> = Promise.resolve({ kind: 'here' });
