import { MemoryBudgets } from '@parley/server/adapters/store/budgets-memory';
import { MemoryBus } from '@parley/server/adapters/cluster/bus-memory';
import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { MemoryLeases } from '@parley/server/adapters/cluster/lease-memory';
import { MemoryPeople } from '@parley/server/adapters/store/people-memory';
import { MemoryRegistry } from '@parley/server/adapters/store/registry-memory';
import { hostDigest } from '@parley/server/adapters/host/system';
import type { Principal } from '@parley/server/core/people/principal';
import { PeerSocket } from '@parley/server/edge/peer-socket';
import { newPeerId, Requests } from '@parley/server/edge/requests';
import { Revocations } from '@parley/server/edge/revocations';
import { RoomLinks } from '@parley/server/edge/room-links';
import { Sockets } from '@parley/server/edge/sockets';
import type { Bus } from '@parley/server/ports/bus';
import type { Journal } from '@parley/server/ports/journal';
import type { ModelRequest } from '@parley/server/ports/model';
import type { Verdict } from '@parley/server/ports/verify';
import { Budgets } from '@parley/server/room/budgets';
import { Rooms } from '@parley/server/room/rooms';
import { connect } from '@parley/client/connect';
import type { DialEvents, KeyValueStore } from '@parley/client/env';
import type { RoomClient } from '@parley/client/room-client';
import type { Command } from '@parley/shared/commands';
import { FaultError } from '@parley/shared/fault';
import { UserId, type TurnId } from '@parley/shared/ids';
import { RoomPolicy } from '@parley/shared/policy';
import { decodeFrame } from '@parley/shared/socket';
import { ClockedModel } from './clocked-model.ts';
import { TestClock } from './clock.ts';
import { OutsideTools, OutsideWorld, outsideTool } from './outside-tools.ts';
import { ClearTokens } from './scripted-tools.ts';
import { flawOf, promptOf, secretOf, wordOf } from './canaries.ts';
import { FrameSink, HeldSocket } from './held-socket.ts';
import { mulberry32, seededIds } from './ids.ts';
import { Violation } from './lane-account.ts';
import { RecordingLog } from './log.ts';
import { RecordingMetrics } from './metrics.ts';
import { NodeClock, NodeDisk, type Sovereign } from './node-parts.ts';
import { TableAuthority } from './table-authority.ts';
import { REF } from './room-ref.ts';
import { TurnReader } from './turn-reader.ts';
import { WirePair } from './wire-pair.ts';

/** Deliberate mistakes to be found; none in an honest world. */
export interface Mistakes {
  /** Around what all nodes share. */
  readonly store?: (journal: Journal) => Journal;
  /** Around one node's way to it. */
  readonly disk?: (journal: Journal) => Journal;
  readonly bus?: (bus: Bus) => Bus;
}

/** Everything that a crash takes away. */
interface Node {
  readonly clock: NodeClock;
  readonly disk: NodeDisk;
  readonly rooms: Rooms;
  readonly links: RoomLinks;
  readonly sockets: Sockets;
  readonly requests: Requests;
}

/** One browser tab of a person, with what outlives its reload. */
export class Device {
  readonly user: string;
  readonly store: KeyValueStore;
  client: RoomClient;
  /** Its link; the last one when it has several. */
  pair: WirePair | null = null;
  /** No network: what it dials fails. */
  offline = false;
  /** A line whose frames wait until they are delivered by hand. */
  slow = false;

  constructor(user: string, store: KeyValueStore, open: (device: Device) => RoomClient) {
    this.user = user;
    this.store = store;
    this.client = open(this);
  }
}

/**
 * A whole Parley in memory: the journal that survives everything, one node at a time, people with
 * devices behind held sockets, and readers of turn events. Everything but the wire, the clock, the disk's
 * latency and the model is the real thing. Nothing moves unless told to; see {@link World.advance}.
 */
export class World {
  readonly clock = new TestClock();
  readonly log = new RecordingLog();
  /** What is on disk, read directly. */
  readonly journal = new MemoryJournal();
  /** Who may read what of outside; like the journal it survives everything. */
  readonly authority = new TableAuthority();
  readonly registry = new MemoryRegistry();
  /** Where tools do what they do; it outlives every node. */
  readonly outside = new OutsideWorld();
  readonly devices: Device[] = [];
  readonly readers = new Map<string, TurnReader>();
  /** What went wrong where nothing may be thrown. */
  readonly problems: Violation[] = [];
  /** Every ticket that the server acknowledged to somebody. */
  readonly acknowledged = new Set<TurnId>();
  readonly random: () => number;
  /** Asked of every request before its answer: does that prompt run? */
  runs: (request: ModelRequest) => string | null = () => null;
  readonly #mistakes: Mistakes;
  readonly #shared: Journal;
  readonly #ids;
  readonly #sovereign: Sovereign;
  readonly #people = new MemoryPeople({ overviews: () => [] });
  readonly #revocations = new Revocations(this.#people);
  #node: Node;
  #newIds = 0;

  private constructor(seed: number, mistakes: Mistakes) {
    this.random = mulberry32(seed);
    this.#mistakes = mistakes;
    this.#ids = seededIds(seed);
    this.#shared = mistakes.store?.(this.journal) ?? this.journal;
    this.#sovereign = { epoch: 0, broken: (what) => this.problems.push(new Violation('P2', what)) };
    this.#node = this.#start();
  }

  /** A room of `people[0]`, with the others as speakers; each has as many devices as named. */
  static async open(seed: number, people: Readonly<Record<string, number>>, mistakes: Mistakes = {}): Promise<World> {
    const world = new World(seed, mistakes);
    // Each document of each client listens for the end of the process.
    process.setMaxListeners(0);
    const [owner = '', ...others] = Object.keys(people);
    world.command(owner, { type: 'room.create', title: 'Lobby', policy: POLICY });
    for (const user of others) world.command(owner, { type: 'member.set', user: UserId.parse(user), role: 'speaker' });
    const tool = outsideTool(REF.tenant);
    world.registry.hold(tool);
    world.command(owner, { type: 'tool.admit', tool: tool.name, as: 'speaker' });
    await world.advance(200);
    for (const [user, count] of Object.entries(people)) {
      for (let made = 0; made < count; made += 1) world.devices.push(world.#device(user));
    }
    await world.advance(100);
    return world;
  }

  principal(user: string): Principal {
    return {
      tenant: REF.tenant,
      user: UserId.parse(user),
      name: user.toUpperCase(),
      role: 'member',
      groups: [],
      issuedAt: 0,
    };
  }

  /** Sends a command as a request of HTTP does; its refusal is an answer too. */
  command(user: string, command: Command): void {
    this.#node.requests.ask(this.principal(user), REF.room, command).catch((error: unknown) => {
      if (!(error instanceof FaultError)) throw error;
    });
  }

  /** Time goes by; whatever can happen on the way does, and frames arrive unless their line is slow. */
  async advance(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await this.settle();
    for (let [next] = this.clock.pending; next !== undefined && next <= end; [next] = this.clock.pending) {
      this.clock.advance(Math.max(0, next - this.clock.now()));
      await this.settle();
    }
    this.clock.advance(end - this.clock.now());
    await this.settle();
  }

  /** Until nothing more happens without time going by. */
  async settle(): Promise<void> {
    do await macrotask();
    while (this.#deliver());
  }

  /** Reloads the page of a device: a new client with the same storage. */
  reload(device: Device): void {
    device.client.close();
    device.pair?.drop();
    device.client = this.#client(device);
  }

  async resumeReader(user: string): Promise<void> {
    const { links } = this.#node;
    const reader = this.#reader(user);
    if (reader.reading) return;
    // Whoever asks does not wait for the room to open; the disk may need time for that.
    links.ensure(REF).then(
      () => links === this.#node.links && reader.resume(links.get(REF), newPeerId(this.#ids)),
      (error: unknown) => {
        if (!(error instanceof FaultError)) throw error;
      },
    );
    await this.settle();
  }

  cutReader(user: string): void {
    this.#reader(user).cut();
  }

  /** The power goes. What the node had not on disk is gone, also what was half on its way. */
  async crash(): Promise<void> {
    const old = this.#node;
    old.clock.die();
    await old.disk.die();
    await this.#moveOn();
  }

  /** The node is cut off but lives on, and does not know that another one took its room over. */
  async takeOver(): Promise<void> {
    await this.#moveOn();
  }

  close(): void {
    for (const { client } of this.devices) client.close();
  }

  async #moveOn(): Promise<void> {
    for (const reader of this.readers.values()) reader.lose();
    this.#node = this.#start();
    for (const { pair } of this.devices) pair?.drop();
    void this.#node.rooms.recover();
    await this.settle();
  }

  #start(): Node {
    const { log, random } = this;
    const clock = new NodeClock(this.clock);
    const metrics = new RecordingMetrics();
    const ids = this.#ids;
    const disk = new NodeDisk({ journal: this.#shared, clock: this.clock, random, sovereign: this.#sovereign });
    const memory = new MemoryBus();
    const bus = this.#mistakes.bus?.(memory) ?? memory;
    // Of its own: an old node is stopped by the journal alone, not by being told.
    const lease = new MemoryLeases().forNode('node');
    const model = new ClockedModel({
      clock,
      random,
      sees: (request) => this.#inspect(request),
      echo: (request) => wordOf(promptOf(request) ?? { secret: false, user: 'nobody', n: 0 }),
    });
    const rooms = new Rooms({
      authority: this.authority,
      tools: new OutsideTools(this.outside, clock, random),
      callTokens: new ClearTokens(),
      registry: this.registry,
      journal: this.#mistakes.disk?.(disk) ?? disk,
      bus,
      lease,
      model,
      budgets: new Budgets(new MemoryBudgets(this.journal.audit), clock),
      jobs: this.journal.jobs,
      people: this.#people,
      tokenizer: { count: (text) => Math.ceil(text.length / 4) },
      clock,
      ids,
      digest: hostDigest,
      log,
      metrics,
      lobby: false,
      idleMs: 600_000,
    });
    const links = new RoomLinks({ bus, rooms, metrics });
    return {
      clock,
      disk,
      rooms,
      links,
      sockets: new Sockets(clock, metrics),
      requests: new Requests({ links, clock, ids, revocations: this.#revocations }),
    };
  }

  #device(user: string): Device {
    return new Device(user, mapStore(), (device) => this.#client(device));
  }

  #client(device: Device): RoomClient {
    const options = { server: 'https://parley.test/', room: REF.room, token: () => device.user };
    return connect(options, {
      dial: (_url, _protocols, events) => this.#dial(device, events),
      clock: this.clock,
      store: device.store,
      random: this.random,
      newId: () => `item-${(this.#newIds += 1)}`,
      onOnline: () => () => {},
      onOffline: () => () => {},
    });
  }

  #dial(device: Device, events: DialEvents) {
    const pair = new WirePair('', [], events);
    device.pair = pair;
    if (device.offline) queueMicrotask(() => pair.drop());
    else this.#accept(device.user, pair);
    return pair.client;
  }

  /** What the HTTP server's upgrade does, for a socket that is there already. */
  #accept(user: string, pair: WirePair): void {
    const { links, clock, sockets } = this.#node;
    const { log } = this;
    const ws = new HeldSocket(pair.server);
    const sink = new FrameSink((payload) => {
      this.#overhear(user, payload);
      pair.server.send(payload);
    });
    const socket = new PeerSocket(
      {
        links,
        clock,
        log,
        ids: this.#ids,
        revocations: this.#revocations,
        metrics: new RecordingMetrics(),
        verify: { verify: async (token) => this.#verdict(token) },
        refused: () => {},
        gone: (gone) => sockets.remove(gone),
      },
      ws,
      sink,
    );
    sockets.add(socket);
    const verdict = this.#verdict(user);
    void socket.admit(Promise.resolve({ ok: true, value: verdict }), { kind: 'room', room: REF.room });
  }

  #verdict(token: string): Extract<Verdict, { kind: 'valid' }> {
    return { kind: 'valid', principal: this.principal(token), expiresAt: this.clock.now() + 86_400_000 };
  }

  /** Everything that leaves for a person: nothing private of others in it, and what it acknowledges is noted. */
  #overhear(user: string, payload: Uint8Array): void {
    const bytes = Buffer.from(payload);
    for (const other of new Set(this.devices.map((device) => device.user))) {
      if (other !== user && bytes.includes(secretOf(other))) {
        this.problems.push(new Violation('R3', `a frame for ${user} holds private words of ${other}`));
      }
    }
    const frame = decodeFrame(payload);
    if (frame?.kind !== 'control') return;
    const accepted = /^\{"type":"reply","request":\d+,"value":\{"turn":"([^"]+)","seq":\d+,"position"/.exec(frame.json);
    // The server made it, so it is a turn's id.
    if (accepted?.[1]) this.acknowledged.add(accepted[1] as TurnId);
  }

  #inspect(request: ModelRequest): void {
    const flaw = flawOf(request) ?? this.runs(request);
    if (flaw !== null) this.problems.push(new Violation('P9', flaw));
  }

  #reader(user: string): TurnReader {
    const known = this.readers.get(user);
    if (known) return known;
    const reader = new TurnReader(this.principal(user));
    this.readers.set(user, reader);
    return reader;
  }

  #deliver(): boolean {
    let delivered = 0;
    for (const { pair, slow } of this.devices) {
      if (pair !== null && !slow) delivered += pair.deliverUp() + pair.deliverDown();
    }
    return delivered > 0;
  }
}

const POLICY = RoomPolicy.parse({
  limits: { turnSeconds: 20, promptsPerMinute: 1_000, approvalSeconds: 5, floorSeconds: 1 },
});

/** Every promise that can settle has settled, and what was gathered on the way is with its readers. */
async function macrotask(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function mapStore(): KeyValueStore {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}
