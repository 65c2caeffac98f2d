import { docKind, type DocKey } from '@parley/shared/documents';
import { fault, type Fault } from '@parley/shared/fault';
import { privateLane, type LaneKey, type UserId } from '@parley/shared/ids';
import type { RoomRef } from '../core/tenant.ts';
import type { Authority } from '../ports/authority.ts';
import type { EdgeMessage, OwnerMessage } from '../ports/bus.ts';
import type { Epoch, Journal } from '../ports/journal.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { Model, Tokenizer } from '../ports/model.ts';
import type { People } from '../ports/people.ts';
import type { Registry } from '../ports/registry.ts';
import type { Clock, Digest, Ids, Log, Metrics } from '../ports/system.ts';
import type { CallTokens, Tools } from '../ports/tools.ts';
import { Attendance } from './attendance.ts';
import { wishFor } from './background/wishes.ts';
import type { Budgets } from './budgets.ts';
import { Chronicle } from './chronicle.ts';
import { foundForTenant } from './commands/rooms.ts';
import { perform } from './commands/table.ts';
import { ContextSource } from './turns/context-source.ts';
import type { Desk } from './desk.ts';
import { openDocument, type DocOpening } from './doc-opening.ts';
import { followTurns } from './turn-following.ts';
import { Documents } from './documents/documents.ts';
import { Eraser } from './eraser.ts';
import { PlainModel } from './turns/plain-model.ts';
import { roomTools } from './turns/room-tools.ts';
import { Lanes } from './lanes.ts';
import type { LaneRunner } from './turns/lane-runner.ts';
import { openTurnTools } from './turns/open-turn-tools.ts';
import { audienceOf } from './lane-access.ts';
import { Mailbox } from './mailbox.ts';
import { Peers } from './peers.ts';
import { Pipeline } from './pipeline.ts';
import { tellPrivately } from './private-notice.ts';
import { RateWindow } from './rate-window.ts';
import { RoomHand } from './room-hand.ts';
import { ShelfAccess } from './shelf-access.ts';

export interface RoomDeps {
  readonly ref: RoomRef;
  readonly journal: Journal;
  readonly authority: Authority;
  readonly model: Model;
  readonly budgets: Budgets;
  readonly tools: Tools;
  readonly callTokens: CallTokens;
  readonly registry: Registry;
  readonly jobs: Jobs;
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
  readonly model: Model;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly registry: Registry;
  readonly jobs: Jobs;
  readonly rates = new RateWindow();
  readonly shelves: ShelfAccess;
  readonly eraser: Eraser;
  readonly #deps: RoomDeps;
  readonly #pipeline: Pipeline;
  readonly #documents: Documents;
  readonly #mailbox: Mailbox;
  readonly #peers = new Peers();
  readonly #attendance: Attendance;
  readonly #opening: DocOpening;
  readonly #lanes: Lanes;
  readonly #gone = new AbortController();
  #lastUsedAt: number;

  private constructor(deps: RoomDeps, epoch: Epoch, seq: number) {
    this.#deps = deps;
    this.ref = deps.ref;
    this.clock = deps.clock;
    this.ids = deps.ids;
    this.digest = deps.digest;
    this.tokenizer = deps.tokenizer;
    this.model = deps.model;
    this.log = deps.log;
    this.metrics = deps.metrics;
    this.registry = deps.registry;
    this.jobs = deps.jobs;
    this.#lastUsedAt = deps.clock.now();
    this.#mailbox = new Mailbox((error) => this.#crash('bug', error));
    this.#pipeline = new Pipeline({ ...deps, epoch, seq, broken: (why, error) => this.#crash(why, error) });
    const typed = (doc: DocKey, user: UserId) => {
      const kind = docKind(doc);
      if (kind.kind === 'lane') this.#lanes.at(kind.lane)?.typed(user);
    };
    this.#documents = new Documents({ ...deps, epoch, pipeline: this.#pipeline, typed });
    this.chronicle = new Chronicle({
      room: deps.ref.room,
      clock: deps.clock,
      pipeline: this.#pipeline,
      documents: this.#documents,
      digest: deps.digest,
      grown: () => this.shelves.grown(),
      written: (records) => wishFor(this, records),
      mayReadAnswer: (user, turn) => this.shelves.mayReadAnswer(user, turn),
    });
    const parts = { chronicle: this.chronicle, documents: this.#documents, peers: this.#peers, clock: deps.clock };
    this.shelves = new ShelfAccess({
      ...parts,
      tenant: deps.ref.tenant,
      authority: deps.authority,
      mailbox: this.#mailbox,
      judged: () => this.#lanes.endUnreadable(),
      people: () => (this.chronicle.state.kind === 'present' ? audienceOf(this.chronicle.state, 'room') : []),
    });
    this.#attendance = new Attendance({ ...parts, shelves: this.shelves });
    this.#opening = {
      ...{ ...parts, shelves: this.shelves, load: (lane) => this.#lanes.load(lane) },
      joined: (lane) => this.#lanes.at(lane)?.joined(),
    };
    const { access } = this.shelves;
    const hand = new RoomHand(() => this.chronicle.room, deps.digest);
    const own = { ...deps, chronicle: this.chronicle, access, shelves: this.shelves, mailbox: this.#mailbox, hand };
    const builtins = roomTools({ ...parts, shelves: this.shelves });
    this.#lanes = new Lanes({
      ...own,
      model: new PlainModel(deps.model, () => hand.now.boundary),
      unfiltered: deps.model,
      tenant: deps.ref.tenant,
      context: new ContextSource(own),
      tools: openTurnTools({ ...own, builtins }),
      tell: (user, text) => this.#mailbox.post(() => tellPrivately(this, user, text)),
    });
    this.eraser = new Eraser({ ...deps, ...parts, pipeline: this.#pipeline });
  }

  /** Takes the room over: a new epoch, the fold of its journal, and what was left unfinished goes on (T44). */
  static async open(deps: RoomDeps): Promise<Room> {
    const { epoch, seq } = await deps.journal.acquire(deps.ref);
    const room = new Room(deps, epoch, seq);
    room.chronicle.restore(await deps.journal.read(deps.ref, 0));
    room.shelves.listen();
    room.#mailbox.post(() => room.#lanes.recover());
    return room;
  }

  /** A message from an edge; answers come over `publish`. */
  receive(message: EdgeMessage): void {
    this.#lastUsedAt = this.clock.now();
    this.#mailbox.post(() => this.#handle(message));
  }

  /**
   * Does something of the server's own inside the mailbox (G9), while the room is there; what it wrote is on disk when
   * this resolves. Null when there is no such room any more, or it left before that was sure.
   */
  within<T>(task: (desk: Desk) => T | Promise<T>): Promise<{ readonly value: T } | null> {
    return new Promise((resolve) => {
      this.#gone.signal.addEventListener('abort', () => resolve(null), { once: true });
      if (this.#gone.signal.aborted) resolve(null);
      this.#mailbox.post(async () => {
        if (this.chronicle.state.kind !== 'present') return resolve(null);
        const value = await task(this);
        this.chronicle.say(() => resolve({ value }));
      });
    });
  }

  get isDeleted(): boolean {
    return this.chronicle.state.kind === 'deleted';
  }

  /** R17: ends what somebody has under way here. */
  revoke(user: UserId): void {
    this.#mailbox.post(() => this.#lanes.endTickets(user, 'system', ['room', privateLane(user)]));
  }

  /** Makes the room for everybody in the tenant, unless it is there already. */
  foundForTenant(title: string): void {
    this.#mailbox.post(() => foundForTenant(this, title));
  }

  /** True when nobody has used the room for so long and nothing runs in it. */
  isIdle(ms: number): boolean {
    // Whoever follows turns is a peer as well.
    const quiet = this.#mailbox.empty && this.#peers.size === 0;
    return quiet && !this.chronicle.busy && this.clock.now() - this.#lastUsedAt >= ms;
  }

  /**
   * Leaves the room to whoever opens it next: nothing more is decided here, and what was decided is on
   * disk when this resolves. Running turns stay in the journal and go on there.
   */
  async leave(why: Fault): Promise<void> {
    this.#mailbox.close();
    this.shelves.close();
    this.#lanes.abandon();
    this.chronicle.putOnRecord(this.chronicle.trail.rest());
    await this.#pipeline.settled();
    this.#gone.abort();
    this.#documents.dispose();
    this.#deps.publish({ type: 'closing', fault: why });
  }

  lane(lane: LaneKey): Promise<LaneRunner> {
    return this.#lanes.open(lane);
  }

  async rightsChanged(users: Iterable<UserId>, by: string): Promise<void> {
    const people = this.#peers.people();
    for (const user of users) {
      const principal = people.get(user);
      if (principal) this.#attendance.tellRights(principal, by);
      await this.#lanes.endWork(user, by);
    }
    await this.shelves.changed();
  }

  async dissolve(by: string): Promise<void> {
    for (const user of [...this.chronicle.room.members.keys()])
      await this.#lanes.endTickets(user, by, ['room', privateLane(user)]);
    this.#lanes.abandon();
    this.chronicle.write([{ type: 'room.deleted', by, at: this.clock.now() }]);
    for (const [peer] of this.#peers.all())
      this.#attendance.drop(peer, fault('not_found', 'The room was deleted.'), by);
  }

  #handle(message: EdgeMessage): void | Promise<void> {
    switch (message.type) {
      case 'attach':
        return this.#attendance.attach(message.peer, message.principal);
      case 'detach':
        return this.#attendance.detach(message.peer);
      case 'open':
        return openDocument(this.#opening, message);
      case 'close':
        return this.#documents.close(message.peer, message.doc);
      case 'message':
        return this.#documents.message(message.peer, message.doc, message.bytes);
      case 'resync':
        return this.#documents.resync(message.peer, message.doc);
      case 'watch':
        return followTurns(this.#opening, message);
      case 'command':
        return this.#command(message);
    }
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

  #crash(why: string, error?: unknown): void {
    this.#mailbox.close();
    this.shelves.close();
    this.#lanes.abandon();
    const detail = error instanceof Error ? error.message : undefined;
    // Losing the epoch is how a takeover looks from here; anything else wants a person.
    if (why === 'stale-epoch') this.#deps.log.info('room.taken-over', { room: this.ref.room });
    else this.#deps.log.error('room.crashed', { room: this.ref.room, why, error: detail });
    this.#gone.abort();
    this.#deps.publish({ type: 'closing', fault: fault('unavailable') });
    this.#deps.lost(why);
  }
}
