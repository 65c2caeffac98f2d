// `npm run bench:context`: what of a room is sent twice, how much of it a provider has seen before, and how long it takes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { ablation } from './ablation.ts';
import { buildTime } from './build-time.ts';
import { duplicates } from './duplicates.ts';
import { evidence } from './evidence.ts';
import { prefixReuse } from './prefix-reuse.ts';
import { prewarming, type Setting } from './prewarming.ts';

const RESULTS = join(import.meta.dirname, '../results');
const SEEDS = [1, 2, 3];
const SHARES = [0, 0.15, 0.31, 0.45, 0.6];

const startedAt = new Date();
const tokenizer = o200kTokenizer();
const count = (text: string): number => tokenizer.count(text);
const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model ?? '', load: loadavg()[0] ?? 0 };
console.log(
  `Node ${machine.node}, ${machine.cores} cores (${machine.cpu}), load average ${machine.load.toFixed(1)} at the start.`,
);

const copies = (['one entry', 'several entries', 'a log of the room'] as const).flatMap((of) =>
  SHARES.flatMap((share) => SEEDS.map((seed) => duplicates(share, { seed, of, count }))),
);
console.table(
  copies.map((one) => ({
    seed: one.seed,
    of: one.of,
    copied: percent(one.share),
    removed: percent(one.removed),
    'less references': percent(one.net),
    'own words lost': percent(one.lost),
    'by whole message': percent(one.byWholeMessage),
  })),
);
const found = SEEDS.flatMap((seed) => [8_000, 32_000].map((budget) => evidence(seed, budget, count)));
console.log('Of 200 questions about an entry of any age, how often it is in front of the model:');
console.table(
  found.map((one) => ({
    ...one,
    recency: percent(one.recency),
    bm25: percent(one.bm25),
    bm25InAFifth: percent(one.bm25InAFifth),
    parley: percent(one.parley),
    withoutRecall: percent(one.withoutRecall),
  })),
);
console.log('A room of 400 turns at 32,000 tokens, with all parts of what a model is sent, and without each:');
const parts = SEEDS.flatMap((seed) => ablation(seed, count));
console.table(
  parts.map((one) => ({
    seed: one.seed,
    off: one.off,
    'mean tokens': Math.round(one.meanTokens),
    reused: percent(one.reused),
    'new bytes a turn': Math.round(one.meanNewBytes),
    evidence: percent(one.evidence),
    recalling: percent(one.recalling),
  })),
);
const times = SEEDS.map((seed) => buildTime(seed, count));
console.table(times);
console.log('Of the bytes of all requests, what a provider had seen before, and why it had not seen the rest:');
const reuse = SEEDS.flatMap((seed) => prefixReuse(seed, count));
console.table(
  reuse.map((one) => ({
    seed: one.seed,
    way: one.way,
    reused: percent(one.reused),
    'mean bytes': Math.round(one.meanBytes),
    ...Object.fromEntries(Object.entries(one.lost).map(([why, share]) => [why, percent(share)])),
    wrong: one.wrong,
  })),
);

console.log('The same as people come to it by typing, with what is sent before they ask and without:');
/** As above, with digests, and where one gap in five is a pause and the provider keeps things for half as long. */
const ROOMS: readonly Pick<Setting, 'by' | 'pauses' | 'lifetimeMs'>[] = [
  { by: 'cuts', pauses: 0.05, lifetimeMs: 600_000 },
  { by: 'digests', pauses: 0.05, lifetimeMs: 600_000 },
  { by: 'cuts', pauses: 0.2, lifetimeMs: 300_000 },
];
const warmed = SEEDS.flatMap((seed) =>
  ROOMS.flatMap((room) => [false, true].map((warms) => prewarming({ seed, ...room, warms }, count))),
);
console.table(
  warmed.map((one) => ({
    seed: one.seed,
    by: one.by,
    pauses: percent(one.pauses),
    minutes: one.lifetimeMs / 60_000,
    warms: one.warms,
    cold: percent(one.cold),
    'less than half': percent(one.anew),
    'warm-ups a turn': one.warmupsPerTurn.toFixed(3),
    unused: percent(one.unused),
    reused: percent(one.reused),
    'with warm-ups': percent(one.reusedOfAll),
    'of all sent': percent(one.warmupShare),
    price: Math.round(one.price),
  })),
);

mkdirSync(RESULTS, { recursive: true });
const name = `context-${startedAt.toISOString().slice(0, 16).replace(':', '-')}.json`;
const loadAtEnd = loadavg()[0] ?? 0;
writeFileSync(
  join(RESULTS, name),
  `${JSON.stringify({ startedAt, machine: { ...machine, loadAtEnd }, copies, found, parts, times, reuse, warmed }, null, 1)}
`,
);
console.log(`Load average ${loadAtEnd.toFixed(1)} at the end. Everything is in test/bench/results/${name}.`);

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
