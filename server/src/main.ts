import { join } from 'node:path';
import { MemoryBus } from './adapters/cluster/bus-memory.ts';
import { openDevKeys } from './adapters/identity/dev-keys.ts';
import { MemoryLeases } from './adapters/cluster/lease-memory.ts';
import { pinoLog } from './adapters/host/log-pino.ts';
import { watchLoopLag } from './adapters/host/loop-lag.ts';
import { promMetrics } from './adapters/host/metrics-prom.ts';
import { openSqliteStore } from './adapters/store/store-sqlite.ts';
import { hostChance, hostClock, hostDigest, hostIds } from './adapters/host/system.ts';
import { o200kTokenizer } from './adapters/model/tokenizer.ts';
import { joseVerify } from './adapters/identity/verify-jose.ts';
import { EXIT_CONFIG, readConfig, type Config } from './config.ts';
import { openModels } from './models.ts';
import { openOutside } from './outside.ts';
import { readStaticFiles } from './edge/static-files.ts';
import type { Log } from './ports/system.ts';
import type { Sign, Verify } from './ports/verify.ts';
import { startServer, type RunningServer } from './server.ts';

/** Exit status when something that was decided may not be on disk. */
const EXIT_UNSAVED = 1;
/** Exit status when the server could not start, or met a bug of ours. */
const EXIT_FAILED = 70;
const PAGES = join(import.meta.dirname, '../../client/dist');

const read = readConfig(process.env);
if (read.ok) await run(read.config);
else reportProblems(read.problems);

function reportProblems(problems: readonly string[]): void {
  for (const problem of problems) process.stderr.write(`configuration: ${problem}\n`);
  process.exitCode = EXIT_CONFIG;
}

async function run(config: Config): Promise<void> {
  const log = pinoLog({ level: config.logLevel });
  process.on('uncaughtException', (error) => {
    log.error('server.bug', { error: error.name, stack: error.stack });
    process.exit(EXIT_FAILED);
  });
  try {
    const { server, model } = await start(config, log);
    drainOnSignal(server, log);
    announce({
      event: 'listening',
      url: server.url,
      model,
      mode: config.auth.kind === 'development' ? 'development' : 'production',
    });
  } catch (error) {
    log.error('server.start-failed', { error: error instanceof Error ? error.message : String(error) });
    process.exit(EXIT_FAILED);
  }
}

async function start(config: Config, log: Log): Promise<{ server: RunningServer; model: string }> {
  const clock = hostClock;
  const ids = hostIds;
  const metrics = promMetrics();
  const tokenizer = o200kTokenizer();
  const store = openSqliteStore(config.data, config.masterKeys);
  const { model, keys } = await openModels(config, {
    ...{ clock, tokenizer, log, random: hostChance, digest: hostDigest },
    ...{ vault: store.vault, keyPolicies: store.keyPolicies },
    pseudonym: (tenant, user) => store.sealer.pseudonym(tenant, user),
  });
  const here = { url: '' };
  const server = await startServer({
    ...(await authority(config)),
    host: config.host,
    port: config.port,
    origins: config.origins,
    ...store,
    ...(await openOutside(config, store, { log, url: () => here.url })),
    bus: new MemoryBus(),
    lease: new MemoryLeases().forNode('here'),
    model,
    keys,
    tokenizer,
    clock,
    ids,
    digest: hostDigest,
    log,
    metrics,
    metricsText: () => metrics.text(),
    loopLagMs: watchLoopLag(),
    backgroundLagMs: watchLoopLag(),
    files: await readStaticFiles(PAGES),
    inviteUrl: config.inviteUrl,
  });
  here.url = server.url;
  return { server, model: model.name };
}

async function authority({ auth, data }: Config): Promise<{ verify: Verify; sign: Sign | null }> {
  if (auth.kind === 'development') {
    const keys = await openDevKeys(data, { clock: hostClock, ids: hostIds });
    return { verify: keys, sign: keys };
  }
  const { issuer, audience } = auth;
  return { verify: joseVerify({ keys: auth, issuer, audience, clock: hostClock }), sign: null };
}

/** The first signal drains; repeated ones (a terminal and its parent both send them) are the same wish. */
function drainOnSignal(server: RunningServer, log: Log): void {
  let draining = false;
  const drain = async (): Promise<void> => {
    if (draining) return;
    draining = true;
    log.info('server.draining');
    const unsaved = await server.drain();
    if (unsaved.length > 0) log.error('server.unsaved', { rooms: unsaved.join(' ') });
    process.exit(unsaved.length > 0 ? EXIT_UNSAVED : 0);
  };
  process.on('SIGTERM', () => void drain());
  process.on('SIGINT', () => void drain());
}

/** The one line on standard output: for whoever started this. */
function announce(line: Record<string, string>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
