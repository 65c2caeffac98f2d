import type { DocKey, ShelfName } from '@parley/shared/documents';
import { laneOwner, privateLane, type LaneKey, type TurnId, type UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { joinResources } from '../core/labels/label.ts';
import type { ListedShelf, PeerId } from '../ports/bus.ts';
import type { Cancel } from '../ports/system.ts';
import { Access, type AccessDeps } from './access.ts';
import type { Chronicle } from './chronicle.ts';
import type { Documents } from './documents/documents.ts';
import type { Mailbox } from './mailbox.ts';
import type { Peers } from './peers.ts';
import type { Shelf } from './stacks.ts';
import { waitingTurns } from './waiting-turns.ts';

export interface ShelfAccessDeps extends Omit<AccessDeps, 'changed'> {
  readonly chronicle: Chronicle;
  readonly documents: Documents;
  readonly peers: Peers;
  readonly mailbox: Mailbox;
  /** In the mailbox, when it is known again who may read what. */
  readonly judged: () => Promise<void>;
}

/**
 * Who may read which shelf of a room, judged when it is read (R4, R9). For anybody else a shelf and all that
 * stands on it is not there: the same answers, the same frames, the same numbers.
 */
export class ShelfAccess {
  readonly access: Access;
  readonly #deps: ShelfAccessDeps;
  #unwatch: Cancel = () => {};
  /** The list that each socket was sent last. */
  readonly #told = new Map<PeerId, string>();

  constructor(deps: ShelfAccessDeps) {
    this.#deps = deps;
    // A turn that starts may find out what nobody announced.
    this.access = new Access({ ...deps, changed: () => deps.mailbox.post(() => this.#apply()) });
  }

  /** From now on changes at the authority take effect here, until {@link close}. */
  listen(): void {
    const { authority, tenant: own } = this.#deps;
    this.#unwatch = authority.watch((tenant, resources) => {
      if (tenant.id === own.id) this.#authorityChanged(resources);
    });
  }

  /** Nothing more is heard of the authority. */
  close(): void {
    this.#unwatch();
  }

  /** Asks the authority where its last answer is old, or not about everybody who is here. Never rejects. */
  async freshen(): Promise<void> {
    const used = this.#used();
    if (used.length > 0) await this.access.freshen(used);
  }

  /**
   * R3: asks before a turn of a lane may start, for all that it could be sent; null when nothing depends on the
   * answer. It comes before the decision and not between a prompt and its start: what is shown in one step
   * without shelves is shown in one step with them (R9).
   */
  confirmFor(lane: LaneKey): Promise<void> | null {
    const { ledger } = this.#deps.chronicle;
    const shelves = [...ledger.shelves('room'), ...(lane === 'room' ? [] : ledger.shelves(lane))];
    if (shelves.length === 0) return null;
    return this.access.confirm(joinResources(...shelves.map(({ resources }) => resources)));
  }

  /** Shelves of the room and of a person's own lane that they may read, by the last answer. */
  readable(user: UserId): Shelf[] {
    return [...this.shelves('room', user), ...this.shelves(privateLane(user), user)];
  }

  /** Shelves of a lane that a person may read, by the last answer. */
  shelves(lane: LaneKey, user: UserId): Shelf[] {
    const owner = laneOwner(lane);
    if (owner !== null && owner !== user) return [];
    return this.#deps.chronicle.ledger.shelves(lane).filter(({ resources }) => this.access.mayRead(user, resources));
  }

  /** The shelf that a name means to somebody who may read it; null to everybody else. */
  byName(name: ShelfName, user: UserId): Shelf | null {
    return this.readable(user).find((shelf) => this.#deps.chronicle.shelfName(shelf) === name) ?? null;
  }

  /** What a person may open, by name. */
  listed(user: UserId): ListedShelf[] {
    return this.readable(user)
      .map((shelf): ListedShelf => {
        const doc = this.#deps.chronicle.shelfName(shelf);
        return { doc, lane: shelf.lane === 'room' ? 'room' : 'me' };
      })
      .toSorted((a, b) => (a.doc < b.doc ? -1 : 1));
  }

  /** Whether a person may read the words of a turn's answer, so far or in the end. */
  mayReadAnswer(user: UserId, turn: TurnId): boolean {
    return this.access.mayRead(user, this.#deps.chronicle.ledger.resourcesOf(turn));
  }

  /** A socket arrived: it is told what it may open. */
  arrived(peer: PeerId): void {
    this.#told.delete(peer);
    this.#tell(peer);
  }

  left(peer: PeerId): void {
    this.#told.delete(peer);
  }

  /** People, rights or shelves changed: everybody keeps exactly what they may read, and is told of it. */
  async changed(): Promise<void> {
    await this.freshen();
    this.#apply();
  }

  /** Something was put on a shelf that was not there. */
  grown(): void {
    this.#deps.mailbox.post(() => this.changed());
  }

  #authorityChanged(resources: readonly ResourceId[]): void {
    this.#deps.mailbox.post(async () => {
      const used = new Set(this.#used());
      const concerned = resources.filter((resource) => used.has(resource));
      if (concerned.length === 0) return;
      await this.access.refresh(concerned);
      this.#apply();
    });
  }

  #apply(): void {
    const { chronicle, documents, peers, mailbox, judged } = this.#deps;
    if (chronicle.state.kind !== 'present') return;
    const mayOpen = new Map<UserId, ReadonlySet<DocKey>>();
    documents.restrict((doc, user) => {
      const own = mayOpen.get(user) ?? new Set(this.listed(user).map(({ doc: name }) => name));
      mayOpen.set(user, own);
      return own.has(doc);
    });
    for (const [peer] of peers.all()) this.#tell(peer);
    mailbox.post(judged);
  }

  #tell(peer: PeerId): void {
    const { chronicle, peers } = this.#deps;
    const user = peers.get(peer)?.user;
    if (user === undefined) return;
    const items = this.listed(user);
    const list = items.map(({ doc }) => doc).join();
    if (this.#told.get(peer) === list) return;
    this.#told.set(peer, list);
    chronicle.say({ type: 'documents', peer, items });
  }

  #used(): readonly ResourceId[] {
    const { chronicle } = this.#deps;
    const waiting = waitingTurns(chronicle).map(({ turn }) => turn.resources);
    return joinResources(...chronicle.ledger.allShelves().map(({ resources }) => resources), ...waiting);
  }
}
