import { MemoryBus } from '@parley/server/adapters/cluster/bus-memory';
import { MemoryLeases } from '@parley/server/adapters/cluster/lease-memory';
import { UnknownFields } from '@parley/server/adapters/model/unknown-fields';
import { hostDigest } from '@parley/server/adapters/host/system';
import { openAiModel } from '@parley/server/adapters/model/model-openai';
import { openSqliteStore } from '@parley/server/adapters/store/store-sqlite';
import type { Authority } from '@parley/server/ports/authority';
import type { Clock, Ids } from '@parley/server/ports/system';
import { PRESENCE_TICK_MS } from '@parley/server/room/documents/presence';
import { startServer } from '@parley/server/server';
import { testVerify } from './edge-world.ts';
import { keptKeys } from './kept-keys.ts';
import { RecordingMetrics } from './metrics.ts';
import { noAccounts } from './no-accounts.ts';
import { ClearTokens } from './scripted-tools.ts';
import { TableAuthority } from './table-authority.ts';
import { toolParts } from './tool-world.ts';

/**
 * The server as a program of its own in which nothing is left to chance: time stands, ids are counted, secrets are all
 * one. Its words are the provider's address, the data folder, and who may read what, in every tenant, as JSON.
 */
const [baseURL = '', folder = '', table = '{}'] = process.argv.slice(2);
const { tools, clock: standing, log } = toolParts();
const clock = atOnce(standing);
const { journal, registry, vault, audit, people, sealer, budgetTable, jobs } = openSqliteStore(folder);
const tokenizer = { count: (text: string) => Math.ceil(text.length / 4) };
const unknown = new UnknownFields({ provider: 'p', model: 'm' }, log);
const running = await startServer({
  ...{ host: '127.0.0.1', port: 0, origins: [], verify: testVerify, sign: null, files: new Map(), inviteUrl: null },
  ...{ journal, registry, vault, audit, people, sealer, budgetTable, jobs, tools, clock, log, tokenizer },
  keys: keptKeys(),
  ...{ accounts: noAccounts, resources: null, callKeys: { keys: [] }, callTokens: new ClearTokens() },
  ...{ bus: new MemoryBus(), lease: new MemoryLeases().forNode('here'), ids: countedIds(), digest: hostDigest },
  authority: sameInEveryTenant(JSON.parse(table) as Record<string, string[]>),
  model: openAiModel({ baseURL, apiKey: 'k', model: 'm', tokenizer, clock, unknown }),
  metrics: new RecordingMetrics(),
  metricsText: async () => '',
  loopLagMs: () => 0,
  backgroundLagMs: () => 0,
});
process.on('SIGTERM', () => void end());
process.stdout.write(`${JSON.stringify({ event: 'listening', url: running.url })}\n`);

/** Also fails when a person would have to look. */
async function end(): Promise<void> {
  await running.drain();
  log.assertNoErrors();
  process.exit(0);
}

/**
 * Time stands, and what waits for no more than some milliseconds of it would wait for ever: it waits for what is under
 * way. So does presence: what it shows is to be seen.
 */
function atOnce(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    after: (ms, run) => {
      if (ms > 10 && ms !== PRESENCE_TICK_MS) return clock.after(ms, run);
      const soon = setImmediate(run);
      return () => clearImmediate(soon);
    },
  };
}

/** What is left random by the rules (R9): ids say how often anybody asked for one, and are compared by where they first stand. */
function countedIds(): Ids {
  let made = 0;
  return {
    next: (prefix) => `${prefix}_${String((made += 1)).padStart(6, '0')}`,
    secret: (bytes) => 's'.padEnd(Math.ceil((bytes * 4) / 3), 'x'),
  };
}

function sameInEveryTenant(readers: Readonly<Record<string, readonly string[]>>): Authority {
  const authority = new TableAuthority();
  const known = new Set<string>();
  return {
    learn: (...learnt) => authority.learn(...learnt),
    watch: (changed) => authority.watch(changed),
    readers: (tenant, ...asked) => {
      if (!known.has(tenant.id)) {
        known.add(tenant.id);
        for (const [resource, who] of Object.entries(readers)) authority.set(tenant, resource, who, true);
      }
      return authority.readers(tenant, ...asked);
    },
  };
}
