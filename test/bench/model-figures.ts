// `npm run bench:model`: what holds of model calls when providers fail, or the store of what was decided about them,
// measured against providers in processes of their own that count what they are asked; what holds of turns when the Redis
// between nodes fails; and how well it is foreseen what answers take. A number after the command is how many turns each
// figure takes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { harmedRedis, REDIS_TARGETS } from './harmed-redis.ts';
import { HARMED_TARGETS, harmedSettings } from './harmed-settings.ts';
import { ModelWorld, type Plan, type Stats, type Told } from './model-world.ts';
import { reservedShare } from './reserved-share.ts';
import { percentile } from './samples.ts';

const SEED = 20_261_128;
const PEOPLE = 10;
const CLAIMANTS = 100;
const LIMIT = 40_000;
const TURNS = Number(process.argv[2] ?? 400);
const RESULTS = join(import.meta.dirname, 'results');

/** By how the names of figures begin. */
const TARGETS: Readonly<Record<string, string>> = {
  'turns finished, primary answers': '>= 99.9',
  'added by it once its breaker is open': '<= 500',
  'calls to a turn': '<= 1.1',
  spliced: '0',
  ledger: '0',
  'over the limit': '0',
  'replies within the reserved p90': '85-95',
  ...HARMED_TARGETS,
  ...REDIS_TARGETS,
};

interface Run {
  readonly told: readonly Told[];
  readonly stats: readonly Stats[];
  readonly ledgerTokens: number;
}

const healthy = await run([{}, {}]);
const down = await run([{ fail: 1 }, {}]);
const flaky = await run([{ fail: 0.5 }, { fail: 0.5 }]);
const cut = await run([{ cut: 1 }, {}]);
const settledDown = down.told.slice(PEOPLE * 4);
const figures = {
  'turns finished, primary answers 100 % 5xx [%]': share(down.told, isFinished),
  'added by it once its breaker is open, whole turn, p50 [ms]': added(settledDown, 50),
  'added by it once its breaker is open, whole turn, p99 [ms]': added(settledDown, 99),
  'calls to a turn, both fail half of the time': calls(flaky) / flaky.told.length,
  'turns finished, both fail half of the time [%]': share(flaky.told, isFinished),
  'spliced or doubled answers, every stream of the primary cut': cut.told.filter((each) => !isOneAnswer(each)).length,
  'turns finished, every stream of the primary cut [%]': share(cut.told, isFinished),
  'ledger minus providers, tokens': healthy.ledgerTokens - tokens(healthy),
  ...(await overspend()),
  ...(await harmedSettings(SEED, TURNS)),
  ...(await harmedRedis(TURNS)),
  ...(await reservedShare(SEED)),
};
for (const [name, value] of Object.entries(figures)) {
  const target = Object.entries(TARGETS).find(([begins]) => name.startsWith(begins))?.[1] ?? '';
  console.log(`${name.padEnd(66)} ${String(Math.round(value * 1000) / 1000).padEnd(10)} ${target}`.trimEnd());
}

const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model ?? '', load: loadavg()[0] ?? 0 };
mkdirSync(RESULTS, { recursive: true });
const startedAt = new Date().toISOString();
const file = join(RESULTS, `model-${startedAt.slice(0, 16).replace(':', '-')}.json`);
writeFileSync(
  file,
  `${JSON.stringify({ startedAt, machine, seed: SEED, turns: TURNS, people: PEOPLE, figures }, null, 2)}\n`,
);
console.log(`load average ${machine.load.toFixed(1)}; kept in ${file}`);

/** Turns of people who each ask again as soon as they are answered. */
async function run(plans: readonly [Plan, Plan]): Promise<Run> {
  await using world = await ModelWorld.start(plans, SEED);
  const people = await world.people(PEOPLE);
  const told: Told[] = [];
  await Promise.all(
    people.map(async (person) => {
      for (let n = 0; n < TURNS / PEOPLE; n += 1) told.push(await world.turn(person));
    }),
  );
  const admin = await world.admin();
  const { used } = await admin.must<{ used: number }>('GET', '/v1/budgets/tenant');
  return { told, stats: await world.stats(), ledgerTokens: used };
}

/** Many turns at once of people whose tenant has less left than all of them would take. */
async function overspend(): Promise<Record<string, number>> {
  await using world = await ModelWorld.start([{}, {}], SEED);
  const people = await world.people(CLAIMANTS);
  const admin = await world.admin();
  await admin.must('PUT', '/v1/budgets/tenant', { tokens: LIMIT });
  const told = await Promise.all(people.map((person) => world.turn(person)));
  const { used } = await admin.must<{ used: number }>('GET', '/v1/budgets/tenant');
  return {
    [`over the limit of ${LIMIT} tokens after ${CLAIMANTS} turns at once`]: Math.max(0, used - LIMIT),
    'of them answered': told.filter(isFinished).length,
  };
}

function isFinished({ outcome, text }: Told): boolean {
  return outcome === 'completed' && text !== '';
}

function isOneAnswer({ text }: Told): boolean {
  return [0, 1].some((model) => text.trim() === Array.from({ length: 20 }, (_, n) => `m${model}-${n + 1}`).join(' '));
}

function share(told: readonly Told[], holds: (each: Told) => boolean): number {
  return (100 * told.filter(holds).length) / told.length;
}

function calls({ stats }: Run): number {
  return stats.reduce((sum, each) => sum + each.calls, 0);
}

function tokens({ stats }: Run): number {
  return stats.reduce((sum, each) => sum + each.inputTokens + each.outputTokens, 0);
}

function added(told: readonly Told[], of: number): number {
  const times = (each: readonly Told[]) => each.map(({ ms }) => ms);
  return percentile(times(told), of) - percentile(times(healthy.told), of);
}
