import type { DocKey } from '@parley/shared/documents';
import type { UserId } from '@parley/shared/ids';
import type { PeerId } from '../../ports/bus.ts';
import type { Cancel, Clock } from '../../ports/system.ts';
import type { ClientOwners } from './client-owners.ts';
import { presenceMessage } from './doc-message.ts';
import { SERVER_CLIENT } from './stored-doc.ts';
import { readPresence, writePresence, type PresenceEntry, type RawPresenceEntry } from './presence-frame.ts';

/** A person as presence shows them, made by the server from the verified token (R13). */
export interface Badge {
  readonly id: UserId;
  readonly name: string;
  readonly color: string;
}

/** Changes of one document's presence go out together, at most this often. */
export const PRESENCE_TICK_MS = 50;
/** One person's state as JSON. */
const STATE_BYTES = 4_096;
/** Leaves room to count on; a client that claims more is not counting. */
const MAX_CLOCK = 2 ** 31;
/** Ids that left keep their clock this long (in number), so that a late echo does not bring them back. */
const MOST_GONE = 500;
const GONE = 'null';
const NOBODY: Said = { state: GONE, typing: false };

/** One id's presence as readers were told. */
interface Shown {
  readonly clock: number;
  readonly state: string;
  readonly typing: boolean;
}
/** What a peer says of itself, with the server's own word on who it is. */
type Said = Pick<Shown, 'state' | 'typing'>;
/** The one id of a peer in this document, and the clock it last used itself. */
interface Seat {
  readonly client: number;
  readonly clock: number;
}

export interface PresenceDeps {
  readonly doc: DocKey;
  readonly clock: Clock;
  readonly owners: ClientOwners;
  /** One message for everybody who has the document open, the sender among them. */
  readonly tell: (message: Uint8Array) => void;
  /** Hears of somebody who begins to type. */
  readonly typed: (user: UserId) => void;
}

/**
 * Who is in one document and where. Stock presence lets anybody say anything about anybody; here each
 * peer speaks for one client id, which is theirs, and the server says who that is.
 *
 * Clocks: readers take a state only with a higher clock, and a removal also with an equal one. A peer
 * that comes back repeats its old clock, so the server counts on from what it told readers.
 */
export class Presence {
  readonly #deps: PresenceDeps;
  readonly #shown = new Map<number, Shown>();
  readonly #gone = new Map<number, number>();
  readonly #seats = new Map<PeerId, Seat>();
  readonly #holders = new Map<number, PeerId>();
  readonly #dirty = new Set<number>();
  #timer: Cancel | null = null;

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  /** Takes a peer's awareness update; false when it cannot be read. Entries that are not the peer's own are dropped. */
  receive(peer: PeerId, badge: Badge, bytes: Uint8Array): boolean {
    const entries = readPresence(bytes);
    if (entries === null) return false;
    for (const entry of entries) this.#take(peer, badge, entry);
    return true;
  }

  /** The server shows somebody under its own id, or, with null, nobody any more. */
  present(state: string | null): void {
    const told = this.#shown.get(SERVER_CLIENT);
    if (told === undefined && state === null) return;
    const known = told?.clock ?? this.#gone.get(SERVER_CLIENT) ?? 0;
    // Readers outlive the server, and would not believe a clock that began anew.
    const clock = Math.max(known + 1, Math.floor(this.#deps.clock.now() / 1000));
    this.#show(SERVER_CLIENT, { clock, state: state ?? GONE, typing: false });
  }

  /** The peer is gone, or closed the document. */
  leave(peer: PeerId): void {
    const seat = this.#seats.get(peer);
    if (seat === undefined) return;
    this.#seats.delete(peer);
    this.#holders.delete(seat.client);
    const shown = this.#shown.get(seat.client);
    // The clock readers know, not one more: that could silence somebody who has just come back.
    if (shown) this.#show(seat.client, { clock: shown.clock, ...NOBODY });
  }

  /** Everybody, for somebody new; null when nobody is there. */
  everybody(): Uint8Array | null {
    const entries = [...this.#shown].map(([client, { clock, state }]) => ({ client, clock, state }));
    return entries.length === 0 ? null : presenceMessage(writePresence(entries));
  }

  dispose(): void {
    this.#timer?.();
    this.#timer = null;
  }

  #take(peer: PeerId, badge: Badge, entry: RawPresenceEntry): void {
    if (entry.clock > MAX_CLOCK || entry.state.length > STATE_BYTES) return;
    if (!this.#seat(peer, badge, entry.client)) return;
    const said = stamped(entry.state, badge);
    if (said === null) return;
    const typedBefore = this.#shown.get(entry.client)?.typing ?? false;
    if (this.#speak(peer, entry, said) && said.typing && !typedBefore) this.#deps.typed(badge.id);
  }

  /** Whether the peer may speak for this id: its own, or a free one if it has none yet. */
  #seat(peer: PeerId, badge: Badge, client: number): boolean {
    const seat = this.#seats.get(peer);
    if (seat !== undefined) return seat.client === client;
    if (client === SERVER_CLIENT) return false;
    const { doc, owners } = this.#deps;
    const owner = owners.ownerOf(doc, client);
    if (owner !== null && owner !== badge.id) return false;
    const before = this.#holders.get(client);
    // The same person on a new connection, before the old one was seen to end.
    if (before !== undefined) this.#seats.delete(before);
    owners.see(doc, client, badge.id);
    this.#holders.set(client, peer);
    this.#seats.set(peer, { client, clock: -1 });
    return true;
  }

  /** Whether it is news. */
  #speak(peer: PeerId, { client, clock }: RawPresenceEntry, { state, typing }: Said): boolean {
    const told = this.#shown.get(client);
    const known = told?.clock ?? this.#gone.get(client) ?? 0;
    const own = this.#seats.get(peer)?.clock ?? -1;
    // A renewal counts only when readers can tell it from what they have; else it is our own echo.
    if (told?.state === state ? clock <= known : clock <= own) return false;
    this.#seats.set(peer, { client, clock });
    if (told === undefined && state === GONE) return false;
    this.#show(client, { clock: Math.max(clock, known + 1), state, typing });
    return true;
  }

  #show(client: number, shown: Shown): void {
    if (shown.state === GONE) {
      this.#shown.delete(client);
      this.#remember(client, shown.clock);
    } else {
      this.#gone.delete(client);
      this.#shown.set(client, shown);
    }
    this.#dirty.add(client);
    this.#timer ??= this.#deps.clock.after(PRESENCE_TICK_MS, () => this.#flush());
  }

  #remember(client: number, clock: number): void {
    this.#gone.delete(client);
    this.#gone.set(client, clock);
    if (this.#gone.size <= MOST_GONE) return;
    for (const oldest of this.#gone.keys()) {
      if (this.#dirty.has(oldest)) continue;
      this.#gone.delete(oldest);
      return;
    }
  }

  #flush(): void {
    this.#timer = null;
    const entries = [...this.#dirty].map((client) => this.#entryOf(client));
    this.#dirty.clear();
    this.#deps.tell(presenceMessage(writePresence(entries)));
  }

  #entryOf(client: number): PresenceEntry {
    const shown = this.#shown.get(client);
    if (shown) return { client, clock: shown.clock, state: shown.state };
    return { client, clock: this.#gone.get(client) ?? 0, state: GONE };
  }
}

/** The state with the server's own word on who it is; null when it is not an object (or JSON) at all. */
function stamped(bytes: Uint8Array, { id, name, color }: Badge): Said | null {
  try {
    const state: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (state === null) return NOBODY;
    if (typeof state !== 'object' || Array.isArray(state)) return null;
    const typing = 'typing' in state && state.typing === true;
    return { state: JSON.stringify({ ...state, user: { id, name, color } }), typing };
  } catch {
    // Not UTF-8, or not JSON: the entry is dropped like any other that makes no sense.
    return null;
  }
}
