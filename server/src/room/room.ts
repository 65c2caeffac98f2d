import { docKeyFor, docKind, type DocName } from '@parley/shared/documents';
import { fault, type Fault } from '@parley/shared/fault';
import { privateLane, type LaneKey, type UserId } from '@parley/shared/ids';
import { can } from '@parley/shared/roles';
import { boundaryOf } from '../core/envelope.ts';
import { standingOf, standingOfAbsent } from '../core/room-state.ts';
import type { RoomRef } from '../core/tenant.ts';
import type { Authority } from '../ports/authority.ts';
import type { EdgeMessage, OwnerMessage } from '../ports/bus.ts';
import type { Epoch, Journal } from '../ports/journal.ts';
import type { Model, Tokenizer } from '../ports/model.ts';
import type { People } from '../ports/people.ts';
import type { Registry } from '../ports/registry.ts';
import type { Clock, Digest, Ids, Log, Metrics } from '../ports/system.ts';
import type { CallTokens, Tools } from '../ports/tools.ts';
import { Attendance } from './attendance.ts';
import { Chronicle } from './chronicle.ts';
import { foundForTenant } from './commands/rooms.ts';
import { perform } from './commands/table.ts';
import { ContextSource } from './turns/context-source.ts';
import type { Desk } from './desk.ts';
import { docPeer } from './documents/doc-peer.ts';
import { Documents } from './documents/documents.ts';
import { Eraser } from './eraser.ts';
import { backlog } from './turns/event-backlog.ts';
import { PlainModel } from './turns/plain-model.ts';
import { roomTools } from './turns/room-tools.ts';
import { LaneRunner } from './turns/lane-runner.ts';
import { openTurnTools } from './turns/open-turn-tools.ts';
import type { TurnTools } from './turns/turn-tools.ts';
import { audienceOf } from './lane-access.ts';
import { Mailbox } from './mailbox.ts';
import { Peers } from './peers.ts';
import { Pipeline } from './pipeline.ts';
import { revokedAuthors } from './revoked-work.ts';
import { tellPrivately } from './private-notice.ts';
import { RateWindow } from './rate-window.ts';
import { ShelfAccess } from './shelf-access.ts';

export interface RoomDeps {
  readonly ref: RoomRef;
  readonly journal: Journal;
  readonly authority: Authority;
  readonly model: Model;
  readonly tools: Tools;
  readonly callTokens: CallTokens;
  readonly registry: Registry;
  readonly tokenizer: Tokenizer;
  readonly people: Pick<People, 'revokedAt'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly publish: (message: OwnerMessage) => void;
  /** The room cannot go on here: its store refused it, or a bug of ours stopped it. */
  readonly lost: (why: string) => void;
}

/**
 * One room on the node that owns it: a mailbox, and what its messages do. Rules are in `core/` and in
 * the command handlers; this only brings together who asks, what is there and what must happen.
 */
export class Room implements Desk {
  readonly ref: RoomRef;
  readonly chronicle: Chronicle;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly tokenizer: Tokenizer;
  readonly metrics: Metrics;
  readonly registry: Registry;
  readonly rates = new RateWindow();
  readonly shelves: ShelfAccess;
  readonly eraser: Eraser;
  readonly #deps: RoomDeps;
  readonly #pipeline: Pipeline;
  readonly #documents: Documents;
  readonly #context: ContextSource;
  readonly #tools: TurnTools;
  readonly #mailbox: Mailbox;
  readonly #peers = new Peers();
  readonly #attendance: Attendance;
  readonly #lanes = new Map<LaneKey, LaneRunner>();
  #lastUsedAt: number;

  private constructor(deps: RoomDeps, epoch: Epoch, seq: number) {
    this.#deps = deps;
    this.ref = deps.ref;
    this.clock = deps.clock;
    this.ids = deps.ids;
    this.digest = deps.digest;
    this.tokenizer = deps.tokenizer;
    this.metrics = deps.metrics;
    this.registry = deps.registry;
    this.#lastUsedAt = deps.clock.now();
    this.#mailbox = new Mailbox((error) => this.#crash('bug', error));
    this.#pipeline = new Pipeline({ ...deps, epoch, seq, broken: (why, error) => this.#crash(why, error) });
    this.#documents = new Documents({ ...deps, epoch, pipeline: this.#pipeline });
    this.chronicle = new Chronicle({
      room: deps.ref.room,
      clock: deps.clock,
      pipeline: this.#pipeline,
      documents: this.#documents,
      digest: deps.digest,
      grown: () => this.shelves.grown(),
      mayReadAnswer: (user, turn) => this.shelves.mayReadAnswer(user, turn),
    });
    const parts = { chronicle: this.chronicle, documents: this.#documents, peers: this.#peers, clock: deps.clock };
    this.shelves = new ShelfAccess({
      ...parts,
      tenant: deps.ref.tenant,
      authority: deps.authority,
      mailbox: this.#mailbox,
      people: () => (this.chronicle.state.kind === 'present' ? audienceOf(this.chronicle.state, 'room') : []),
    });
    this.#attendance = new Attendance({ ...parts, shelves: this.shelves });
    const { access } = this.shelves;
    this.#context = new ContextSource({ chronicle: this.chronicle, access, digest: deps.digest });
    const builtins = roomTools({ ...parts, shelves: this.shelves });
    this.#tools = openTurnTools({ ...deps, chronicle: this.chronicle, access, builtins });
    this.eraser = new Eraser({ ...deps, ...parts, pipeline: this.#pipeline });
  }

  /** Takes the room over: a new epoch, the fold of its journal, and what was left unfinished goes on (T44). */
  static async open(deps: RoomDeps): Promise<Room> {
    const { epoch, seq } = await deps.journal.acquire(deps.ref);
    const room = new Room(deps, epoch, seq);
    room.chronicle.restore(await deps.journal.read(deps.ref, 0));
    room.shelves.listen();
    room.#mailbox.post(() => room.#recover());
    return room;
  }

  /** A message from an edge; answers come over `publish`. */
  receive(message: EdgeMessage): void {
    this.#lastUsedAt = this.clock.now();
    this.#mailbox.post(() => this.#handle(message));
  }

  /** R17: ends what somebody has under way here. */
  revoke(user: UserId): void {
    this.#mailbox.post(() => this.#endTickets(user, 'system', ['room', privateLane(user)]));
  }

  /** Makes the room for everybody in the tenant, unless it is there already. */
  foundForTenant(title: string): void {
    this.#mailbox.post(() => foundForTenant(this, title));
  }

  /** True when nobody has used the room for so long and nothing runs in it. */
  isIdle(ms: number): boolean {
    const quiet = this.#mailbox.empty && this.#peers.size === 0 && this.chronicle.watchers.size === 0;
    return quiet && !this.chronicle.busy && this.clock.now() - this.#lastUsedAt >= ms;
  }

  /**
   * Leaves the room to whoever opens it next: nothing more is decided here, and what was decided is on
   * disk when this resolves. Running turns stay in the journal and go on there.
   */
  async leave(why: Fault): Promise<void> {
    this.#mailbox.close();
    this.shelves.close();
    for (const runner of this.#lanes.values()) runner.abandon();
    this.chronicle.putOnRecord(this.chronicle.trail.rest());
    await this.#pipeline.settled();
    this.#documents.dispose();
    this.#deps.publish({ type: 'closing', fault: why });
  }

  async lane(lane: LaneKey): Promise<LaneRunner> {
    const asked = this.shelves.confirmFor(lane);
    if (asked) await asked;
    return this.#loaded(lane);
  }

  async #loaded(lane: LaneKey): Promise<LaneRunner> {
    const known = this.#lanes.get(lane);
    if (known) return known;
    await this.chronicle.load(lane);
    if (!this.chronicle.room.lanes.has(lane)) {
      this.chronicle.write([{ type: 'lane.opened', lane, salt: this.ids.secret(16), at: this.clock.now() }]);
    }
    const runner = new LaneRunner({
      ...this.#deps,
      model: new PlainModel(this.#deps.model, () => boundaryOf(this.chronicle.room.salt, this.digest)),
      lane,
      chronicle: this.chronicle,
      context: this.#context,
      shelves: this.shelves,
      tools: this.#tools,
      mailbox: this.#mailbox,
      openLane: (own) => this.lane(own),
      tell: (user, text) => this.#mailbox.post(() => tellPrivately(this, user, text)),
    });
    this.#lanes.set(lane, runner);
    return runner;
  }

  async rightsChanged(users: Iterable<UserId>, by: string): Promise<void> {
    const people = this.#peers.people();
    for (const user of users) {
      const principal = people.get(user);
      if (principal) this.#attendance.tellRights(principal, by);
      await this.#endWork(user, by);
    }
    await this.shelves.changed();
  }

  async dissolve(by: string): Promise<void> {
    for (const user of [...this.chronicle.room.members.keys()])
      await this.#endTickets(user, by, ['room', privateLane(user)]);
    for (const runner of this.#lanes.values()) runner.abandon();
    this.#lanes.clear();
    this.chronicle.write([{ type: 'room.deleted', by, at: this.clock.now() }]);
    for (const [peer] of this.#peers.all())
      this.#attendance.drop(peer, fault('not_found', 'The room was deleted.'), by);
  }

  async #recover(): Promise<void> {
    if (this.chronicle.state.kind !== 'present') return;
    for (const [lane, { state }] of this.chronicle.state.lanes) {
      if (state.kind === 'idle' && state.tickets.length === 0 && state.parked.length === 0) continue;
      for (const user of revokedAuthors(state, this.#deps.people, this.ref.tenant))
        await this.#endTickets(user, 'system', [lane]);
      (await this.lane(lane)).recover();
    }
  }

  #handle(message: EdgeMessage): void | Promise<void> {
    switch (message.type) {
      case 'attach':
        return this.#attendance.attach(message.peer, message.principal);
      case 'detach':
        return this.#attendance.detach(message.peer);
      case 'open':
        return this.#openDoc(message);
      case 'close':
        return this.#documents.close(message.peer, message.doc);
      case 'message':
        return this.#documents.message(message.peer, message.doc, message.bytes);
      case 'resync':
        return this.#documents.resync(message.peer, message.doc);
      case 'watch':
        return this.#watch(message);
      case 'command':
        return this.#command(message);
    }
  }

  async #openDoc({ peer, doc }: Extract<EdgeMessage, { type: 'open' }>): Promise<void> {
    const principal = this.#peers.get(peer);
    if (!principal) return;
    const { room } = this.chronicle;
    const lane = await this.#laneShownBy(doc, principal.user);
    if (lane === 'nothing') return this.chronicle.say({ type: 'refused', peer, doc, fault: fault('not_found') });
    if (lane !== null) await this.#loaded(lane);
    const standing = standingOf(room, principal);
    if (!can(standing, 'room.read', room.policy.levels)) {
      return this.chronicle.say({ type: 'refused', peer, doc, fault: fault('not_found') });
    }
    await this.#documents.open(docPeer(peer, principal, standing, room), doc);
  }

  /** Null: people write it themselves. `nothing`: there is no such document, or none for this person (W3). */
  async #laneShownBy(doc: DocName, user: UserId): Promise<LaneKey | null | 'nothing'> {
    const kind = docKind(docKeyFor(doc, user));
    if (kind.kind === 'workspace') return null;
    if (kind.kind === 'lane') return kind.lane;
    await this.shelves.freshen();
    return this.shelves.byName(kind.name, user)?.lane ?? 'nothing';
  }

  /** Backlog first, then what happens: the reader's place tells where one ends and the other begins (T43). */
  async #watch({ peer, turn, after }: Extract<EdgeMessage, { type: 'watch' }>): Promise<void> {
    const principal = this.#peers.get(peer);
    if (!principal) return;
    await this.shelves.freshen();
    const reader = { user: principal.user, turn };
    const { events, cursor } = backlog(this.chronicle.eventSource(), reader, after);
    this.chronicle.watchers.set(peer, { ...reader, cursor });
    this.chronicle.say(...events.map((event) => ({ type: 'event' as const, peer, event })));
  }

  async #command({ peer, request, principal, command }: Extract<EdgeMessage, { type: 'command' }>): Promise<void> {
    this.#attendance.admit(principal);
    const askedAt = this.clock.now();
    this.chronicle.trail.begin(principal.user, command);
    const result = await perform(this, principal, command);
    this.chronicle.putOnRecord(this.chronicle.trail.end(result.ok ? null : result.fault.code));
    if (!result.ok) this.metrics.count('parley_faults_total', 1, { code: result.fault.code });
    this.chronicle.say({ type: 'reply', peer, request, result });
    if (command.type === 'prompt.submit' && result.ok) {
      this.chronicle.say(() => this.metrics.observe('parley_prompt_ack_seconds', (this.clock.now() - askedAt) / 1000));
    }
  }

  /** T36: what a person may no longer do stops; nobody else's work is touched. */
  async #endWork(user: UserId, by: string): Promise<void> {
    const { room } = this.chronicle;
    const standing = standingOfAbsent(room, user);
    const lost: LaneKey[] = [];
    if (!can(standing, 'prompt.room', room.policy.levels)) lost.push('room');
    if (!can(standing, 'prompt.private', room.policy.levels)) lost.push(privateLane(user));
    await this.#endTickets(user, by, lost);
  }

  async #endTickets(user: UserId, by: string, lanes: readonly LaneKey[]): Promise<void> {
    for (const lane of lanes) {
      const { state } = this.chronicle;
      if (state.kind !== 'present' || !state.lanes.has(lane)) continue;
      const runner = await this.lane(lane);
      runner.apply({ type: 'revoke', user, by, reason: 'The right to ask here was taken away.' });
    }
  }

  #crash(why: string, error?: unknown): void {
    this.#mailbox.close();
    this.shelves.close();
    for (const runner of this.#lanes.values()) runner.abandon();
    const detail = error instanceof Error ? error.message : undefined;
    // Losing the epoch is how a takeover looks from here; anything else wants a person.
    if (why === 'stale-epoch') this.#deps.log.info('room.taken-over', { room: this.ref.room });
    else this.#deps.log.error('room.crashed', { room: this.ref.room, why, error: detail });
    this.#deps.publish({ type: 'closing', fault: fault('unavailable') });
    this.#deps.lost(why);
  }
}
