import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisBus } from '@parley/server/adapters/cluster/bus-redis';
import { RedisLeases } from '@parley/server/adapters/cluster/lease-redis';
import { RedisLine } from '@parley/server/adapters/cluster/redis/redis-line';
import { hostClock, hostDigest, hostIds } from '@parley/server/adapters/host/system';
import { openSqliteStore, type SqliteStore } from '@parley/server/adapters/store/store-sqlite';
import type { Journal } from '@parley/server/ports/journal';
import type { Model } from '@parley/server/ports/model';
import { startServer, type RunningServer } from '@parley/server/server';
import { must } from '@parley/shared/assert';
import { testToken, testVerify } from './edge-world.ts';
import { keptKeys } from './kept-keys.ts';
import { RecordingLog } from './log.ts';
import { RecordingMetrics } from './metrics.ts';
import { NODES_SECRET } from './redis-nodes.ts';
import { RedisServer } from './redis-server.ts';
import { noAccounts } from './no-accounts.ts';
import { ClearTokens } from './scripted-tools.ts';
import { RestPerson } from './server.ts';
import { toolParts } from './tool-world.ts';

/** One node of a cluster. */
export interface ClusterNode {
  readonly server: RunningServer;
  readonly log: RecordingLog;
  readonly lines: readonly RedisLine[];
  readonly bus: RedisBus;
  readonly leases: RedisLeases;
}

/** Whole servers in this process that run on one store and speak through one real Redis, which can be killed. */
export class ClusterWorld implements AsyncDisposable {
  readonly redis: RedisServer;
  readonly nodes: readonly ClusterNode[];
  readonly #store: SqliteStore;
  readonly #folder: string;
  readonly #left = new Set<number>();

  private constructor(world: Pick<ClusterWorld, 'redis' | 'nodes'>, store: SqliteStore, folder: string) {
    this.redis = world.redis;
    this.nodes = world.nodes;
    this.#store = store;
    this.#folder = folder;
  }

  /** A node for each name; the same model answers at all of them. */
  static async start(names: readonly string[], model: Model): Promise<ClusterWorld> {
    const redis = await RedisServer.start();
    const folder = mkdtempSync(join(tmpdir(), 'parley-cluster-'));
    const store = openSqliteStore(folder);
    const nodes: ClusterNode[] = [];
    for (const name of names) nodes.push(await startNode(name, { redis, store, model }));
    return new ClusterWorld({ redis, nodes }, store, folder);
  }

  url(node: number): string {
    return this.#node(node).server.url;
  }

  /** A person who comes in by a node. */
  person(node: number, user: string): RestPerson {
    return new RestPerson(this.url(node), user, testToken({ user }));
  }

  get lines(): readonly RedisLine[] {
    return this.nodes.flatMap(({ lines }) => lines);
  }

  /** Errors that anybody logged, but that Redis was lost. */
  get errors(): readonly string[] {
    const lines = this.nodes.flatMap(({ log }) => log.lines);
    const errors = lines.filter(({ level, event }) => level === 'error' && event !== 'redis.lost');
    return errors.map((line) => JSON.stringify(line));
  }

  /** A node goes in order. */
  async leave(node: number): Promise<void> {
    const { server, bus, leases } = this.#node(node);
    this.#left.add(node);
    await server.drain();
    await bus.close();
    leases.close();
  }

  /** Every node goes in order; Redis stays to be looked at. */
  async drain(): Promise<void> {
    for (const node of this.nodes.keys()) if (!this.#left.has(node)) await this.leave(node);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.journal.close();
    await this.redis[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true });
  }

  #node(node: number): ClusterNode {
    return must(this.nodes[node], 'a node');
  }
}

interface Shared {
  readonly redis: RedisServer;
  readonly store: SqliteStore;
  readonly model: Model;
}

async function startNode(node: string, { redis, store, model }: Shared): Promise<ClusterNode> {
  const log = new RecordingLog();
  const lines = [new RedisLine(redis.url, log), new RedisLine(redis.url, log)] as const;
  const parts = { clock: hostClock, ids: hostIds, log };
  const bus = new RedisBus({ ...parts, line: lines[0], secret: NODES_SECRET });
  const leases = new RedisLeases({ ...parts, line: lines[1], node });
  const server = await startServer({
    ...{ host: '127.0.0.1', port: 0, origins: [], verify: testVerify, sign: null, files: new Map(), inviteUrl: null },
    ...store,
    ...parts,
    journal: shared(store.journal),
    ...{ bus, lease: leases, model, digest: hostDigest, tools: toolParts().tools, keys: keptKeys() },
    ...{ accounts: noAccounts, resources: null, callKeys: { keys: [] }, callTokens: new ClearTokens() },
    authority: store.resources,
    tokenizer: { count: (text: string) => Math.ceil(text.length / 4) },
    metrics: new RecordingMetrics(),
    metricsText: async () => '',
    loopLagMs: () => 0,
    backgroundLagMs: () => 0,
  });
  return { server, log, lines, bus, leases };
}

/** The journal as one of several nodes of this process has it: the first that ends does not close it for the others. */
function shared(journal: SqliteStore['journal']): Journal {
  return {
    acquire: (...args) => journal.acquire(...args),
    append: (...args) => journal.append(...args),
    redact: (...args) => journal.redact(...args),
    read: (...args) => journal.read(...args),
    holds: (...args) => journal.holds(...args),
    unfinished: () => journal.unfinished(),
    loadDoc: (...args) => journal.loadDoc(...args),
    compactDoc: (...args) => journal.compactDoc(...args),
    docs: (...args) => journal.docs(...args),
    rooms: (...args) => journal.rooms(...args),
    healthy: () => journal.healthy(),
    close: async () => {},
  };
}
