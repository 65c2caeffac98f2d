import { MemoryAudit } from '@parley/server/adapters/store/audit-memory';
import { MemoryBudgets } from '@parley/server/adapters/store/budgets-memory';
import { MemoryBus } from '@parley/server/adapters/cluster/bus-memory';
import { MemoryJobs } from '@parley/server/adapters/store/jobs-memory';
import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { MemoryLeases } from '@parley/server/adapters/cluster/lease-memory';
import { MemoryPeople } from '@parley/server/adapters/store/people-memory';
import { MemoryRegistry } from '@parley/server/adapters/store/registry-memory';
import { hostDigest } from '@parley/server/adapters/host/system';
import type { JournalRecord, RecordOf } from '@parley/server/core/records';
import type { EventCursor, PeerId } from '@parley/server/ports/bus';
import { Revocations } from '@parley/server/edge/revocations';
import { RoomLinks } from '@parley/server/edge/room-links';
import { newPeerId, Requests } from '@parley/server/edge/requests';
import { Watch } from '@parley/server/edge/watch';
import type { Principal } from '@parley/server/core/people/principal';
import type { CommandResult, TurnEvent } from '@parley/server/ports/bus';
import type { Journal } from '@parley/server/ports/journal';
import type { Model } from '@parley/server/ports/model';
import type { BackgroundDeps } from '@parley/server/room/background/background-deps';
import { BackgroundLane } from '@parley/server/room/background/background-lane';
import { digestJob } from '@parley/server/room/background/digest-job';
import { titleJob } from '@parley/server/room/background/title-job';
import { Budgets } from '@parley/server/room/budgets';
import { Rooms } from '@parley/server/room/rooms';
import { FaultError } from '@parley/shared/fault';
import type { Replies } from '@parley/shared/answers';
import type { Command, PromptSubmit } from '@parley/shared/commands';
import { ClientKey, UserId, type TurnId } from '@parley/shared/ids';
import { RoomPolicy, type RoomPolicyPatch } from '@parley/shared/policy';
import type { TenantRole } from '@parley/shared/roles';
import type { z } from 'zod';
import { TestClock } from './clock.ts';
import { seededIds } from './ids.ts';
import { RecordingLog } from './log.ts';
import { RecordingMetrics } from './metrics.ts';
import { Onlooker } from './onlooker.ts';
import { ScriptedModel } from './scripted-model.ts';
import { ClearTokens, ScriptedTools } from './scripted-tools.ts';
import { Keyboard } from './keyboard.ts';
import { Typist } from './typist.ts';
import { TableAuthority } from './table-authority.ts';
import { REF } from './room-ref.ts';

const TOKENIZER = { count: (text: string) => Math.ceil(text.length / 4) };

/** One room whose model does what the test says, asked as HTTP asks it. */
export class RoomWorld {
  readonly clock = new TestClock();
  readonly log = new RecordingLog();
  readonly metrics = new RecordingMetrics();
  readonly journal: Journal;
  readonly authority = new TableAuthority();
  readonly model = new ScriptedModel();
  /** Who was revoked; a node that starts hears of it through the one that is here then. */
  people = new MemoryPeople({ overviews: () => [] });
  readonly tools = new ScriptedTools();
  readonly callTokens = new ClearTokens();
  readonly registry = new MemoryRegistry();
  /** Limits, and what this room's journal knows was used. */
  readonly budgetTable: MemoryBudgets;
  readonly jobs: MemoryJobs;
  budgets: Budgets;
  /** How often it was laid out what a model is sent, sent or not. */
  builds = 0;
  readonly #ids = seededIds(1);
  #bus = new MemoryBus();
  #links: RoomLinks;
  #requests: Requests;
  #rooms: Rooms;

  readonly #speaks: Model;

  private constructor(journal: Journal, speaks: Model | null) {
    this.journal = journal;
    this.budgetTable = new MemoryBudgets(journal instanceof MemoryJournal ? journal.audit : new MemoryAudit());
    this.jobs = journal instanceof MemoryJournal ? journal.jobs : new MemoryJobs();
    this.budgets = new Budgets(this.budgetTable, this.clock);
    this.#speaks = speaks ?? this.model;
    ({ links: this.#links, requests: this.#requests, rooms: this.#rooms } = this.#start());
  }

  /** A room of ana's, with bob and cyd as speakers. */
  static async open(
    policy: RoomPolicyPatch = {},
    journal: Journal = new MemoryJournal(),
    speaks: Model | null = null,
  ): Promise<RoomWorld> {
    const world = new RoomWorld(journal, speaks);
    await world.must('ana', { type: 'room.create', title: 'Lobby', policy: RoomPolicy.parse(policy) });
    for (const user of ['bob', 'cyd'])
      await world.must('ana', { type: 'member.set', user: UserId.parse(user), role: 'speaker' });
    for (const user of ['bob', 'cyd']) await world.must(user, { type: 'room.get' });
    return world;
  }

  /** When the tokens that people use were issued. */
  issuedAt = 0;

  principal(user: string, role: TenantRole = 'member'): Principal {
    return {
      tenant: REF.tenant,
      user: UserId.parse(user),
      name: user.toUpperCase(),
      role,
      groups: [],
      issuedAt: this.issuedAt,
    };
  }

  async command(user: string, command: Command): Promise<CommandResult> {
    try {
      return { ok: true, value: await this.#requests.ask(this.principal(user), REF.room, command) };
    } catch (error) {
      if (error instanceof FaultError) return { ok: false, fault: error.fault };
      throw error;
    }
  }

  /** A command that is not refused. */
  must<C extends Command>(user: string, command: C): Promise<Replies[C['type']]> {
    return this.#requests.ask(this.principal(user), REF.room, command);
  }

  /** The same with another role in the tenant. */
  as<C extends Command>(user: string, role: TenantRole, command: C): Promise<Replies[C['type']]> {
    return this.#requests.ask(this.principal(user, role), REF.room, command);
  }

  /** A prompt of somebody; its id is its text unless another one is given. */
  prompt(user: string, text: string, more: Partial<z.infer<typeof PromptSubmit>> = {}) {
    return this.must(user, prompting(text, more));
  }

  async turn(user: string, turn: TurnId) {
    return this.must(user, { type: 'turn.get', turn });
  }

  async records(): Promise<JournalRecord[]> {
    return (await this.journal.read(REF, 0)).map(({ record }) => record);
  }

  async recordsOf<T extends JournalRecord['type']>(type: T): Promise<RecordOf<T>[]> {
    const isOne = (record: JournalRecord): record is RecordOf<T> => record.type === type;
    return (await this.records()).filter(isOne);
  }

  /** Somebody follows the turns they may see, from a place on. */
  async watch(
    user: string,
    after: EventCursor | null,
    turn: TurnId | null = null,
  ): Promise<{ events: TurnEvent[]; close: () => void }> {
    await this.#links.ensure(REF);
    const events: TurnEvent[] = [];
    const id: PeerId = newPeerId(this.#ids);
    const watch = new Watch({
      id,
      principal: this.principal(user),
      link: this.#links.get(REF),
      turn,
      after,
      started: () => {},
      event: (event) => events.push(event),
      ended: () => {},
    });
    await settled();
    return { events, close: () => watch.close() };
  }

  /** The background lane of the node that is here now; it looks when the test says so. */
  background(more: Partial<BackgroundDeps> = {}): BackgroundLane {
    const { jobs, budgets, clock, log, metrics } = this;
    const kinds = { title: titleJob, digest: digestJob };
    const rest = {
      ids: this.#ids,
      kinds,
      clock,
      log,
      metrics,
      tokenizer: TOKENIZER,
      digest: hostDigest,
      pressed: () => false,
    };
    return new BackgroundLane({ rooms: this.#rooms, jobs, budgets, model: this.#speaks, ...rest, ...more });
  }

  /** The node leaves its rooms in order. */
  async leave(): Promise<void> {
    await this.#rooms.drain();
  }

  /** A socket of somebody who looks on and opens what they are told they may; `before` is the one that they had. */
  async onlook(user: string, before?: Onlooker): Promise<Onlooker> {
    await this.#links.ensure(REF);
    const { clock, log } = this;
    const deps = { links: this.#links, clock, log, ids: this.#ids, principal: this.principal(user) };
    const onlooker = new Onlooker(before === undefined ? deps : { ...deps, before });
    await settled();
    return onlooker;
  }

  /** Somebody opens the notes and types this. */
  async type(user: string, text: string): Promise<Typist> {
    await this.#links.ensure(REF);
    const typist = new Typist(this.principal(user), newPeerId(this.#ids), (receive) => this.#bus.join(REF, receive));
    await settled();
    typist.insert(0, text);
    await settled();
    return typist;
  }

  /** Somebody has the room open and may be seen to type. */
  async keyboard(user: string): Promise<Keyboard> {
    await this.#links.ensure(REF);
    const keyboard = new Keyboard(this.principal(user), newPeerId(this.#ids), (receive) =>
      this.#bus.join(REF, receive),
    );
    await settled();
    return keyboard;
  }

  /** What an earlier node wrote comes to light: these records are in the journal when the next one takes up. */
  async found(...records: readonly JournalRecord[]): Promise<void> {
    const { epoch, seq } = await this.journal.acquire(REF);
    if (records.length > 0) await this.journal.append(REF, epoch, { expectedSeq: seq, records, updates: [] });
    await this.restart();
  }

  /** The node is gone; another one takes up what the journal holds. */
  async restart(): Promise<void> {
    ({ links: this.#links, requests: this.#requests, rooms: this.#rooms } = this.#start());
    await this.#rooms.recover();
    await settled();
  }

  /** Of all that is laid out a hash is kept, and of nothing else is it made of several texts. */
  #hash(text: string | readonly string[]): string {
    if (typeof text !== 'string') this.builds += 1;
    return hostDigest(text);
  }

  #start() {
    const { journal, authority, clock, log, metrics, tools, callTokens, registry, jobs } = this;
    const model = this.#speaks;
    const bus = new MemoryBus();
    this.#bus = bus;
    const ids = this.#ids;
    const lease = new MemoryLeases().forNode('node');
    const tokenizer = TOKENIZER;
    const { people } = this;
    this.budgets = new Budgets(this.budgetTable, clock);
    const { budgets } = this;
    const digest: typeof hostDigest = (text) => this.#hash(text);
    const shell = { people, tokenizer, clock, ids, digest, log, metrics, lobby: false, idleMs: 600_000 };
    const rooms = new Rooms({
      jobs,
      journal,
      authority,
      tools,
      callTokens,
      registry,
      bus,
      lease,
      model,
      budgets,
      ...shell,
    });
    const links = new RoomLinks({ bus, rooms, metrics });
    return { rooms, links, requests: new Requests({ links, clock, ids, revocations: new Revocations(people) }) };
  }
}

export function prompting(
  text: string,
  more: Partial<z.infer<typeof PromptSubmit>> = {},
): z.infer<typeof PromptSubmit> {
  return {
    type: 'prompt.submit',
    id: ClientKey.parse(text.replaceAll(/[^a-z0-9]/gi, '-')),
    text,
    audience: 'room',
    ...more,
  };
}

/** Every promise that can settle has settled, and what was gathered on the way is with its readers. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
