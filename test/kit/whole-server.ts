import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryBus } from '@parley/server/adapters/cluster/bus-memory';
import { MemoryLeases } from '@parley/server/adapters/cluster/lease-memory';
import { openSqliteStore } from '@parley/server/adapters/store/store-sqlite';
import { hostDigest } from '@parley/server/adapters/host/system';
import type { Ids } from '@parley/server/ports/system';
import type { Model } from '@parley/server/ports/model';
import { startServer, type RunningServer } from '@parley/server/server';
import { testToken, testVerify } from './edge-world.ts';
import { RecordingMetrics } from './metrics.ts';
import { keptKeys } from './kept-keys.ts';
import { noAccounts } from './no-accounts.ts';
import { ClearTokens } from './scripted-tools.ts';
import { RestPerson } from './server.ts';
import { TableAuthority } from './table-authority.ts';
import { toolParts, type ToolParts } from './tool-world.ts';

interface WholeParts {
  readonly tools: ToolParts;
  readonly authority: TableAuthority;
}

/**
 * The server as it is, on real ports, with its store on disk and tools over real connections; only time stands,
 * and ids come in an order, so that two of them that do the same say the same.
 */
export class WholeServer implements AsyncDisposable {
  readonly authority: TableAuthority;
  readonly #tools: ToolParts;
  readonly #running: RunningServer;
  readonly #folder: string;

  private constructor(running: RunningServer, folder: string, { tools, authority }: WholeParts) {
    this.#running = running;
    this.#folder = folder;
    this.#tools = tools;
    this.authority = authority;
  }

  static async start(model: Model): Promise<WholeServer> {
    const folder = mkdtempSync(join(tmpdir(), 'parley-whole-'));
    const [tools, authority] = [toolParts(), new TableAuthority()];
    const { journal, registry, vault, audit, people, sealer, budgetTable, jobs } = openSqliteStore(folder);
    const running = await startServer({
      ...{ host: '127.0.0.1', port: 0, origins: [], verify: testVerify, sign: null, files: new Map() },
      ...{ journal, registry, vault, audit, people, sealer, budgetTable, jobs, authority, model },
      keys: keptKeys(),
      ...{ accounts: noAccounts, resources: null, callKeys: { keys: [] } },
      ...{ tools: tools.tools, clock: tools.clock, log: tools.log, callTokens: new ClearTokens() },
      ...{ bus: new MemoryBus(), lease: new MemoryLeases().forNode('here'), ids: countedIds(), digest: hostDigest },
      tokenizer: { count: (text) => Math.ceil(text.length / 4) },
      metrics: new RecordingMetrics(),
      metricsText: async () => '',
      loopLagMs: () => 0,
    });
    return new WholeServer(running, folder, { tools, authority });
  }

  get socketUrl(): string {
    return this.#running.url.replace(/^http/u, 'ws');
  }

  person(user: string, role: 'admin' | 'member' = 'member'): RestPerson {
    return new RestPerson(this.#running.url, user, testToken({ user, role }));
  }

  /** Also fails when a person would have to look. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.drain();
    rmSync(this.#folder, { recursive: true });
    this.#tools.log.assertNoErrors();
  }
}

/** Each kind of id counts for itself, so that how often somebody asks shows in nothing else. */
function countedIds(): Ids {
  const made = new Map<string, number>();
  const count = (kind: string): string => {
    const next = (made.get(kind) ?? 0) + 1;
    made.set(kind, next);
    return String(next).padStart(6, '0');
  };
  return {
    next: (prefix) => `${prefix}_${count(prefix)}`,
    secret: (bytes) => `s${count('secret')}`.padEnd(Math.ceil((bytes * 4) / 3), 'x'),
  };
}
