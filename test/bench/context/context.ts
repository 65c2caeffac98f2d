// `npm run bench:context`: what of a room is sent twice, how much of it a provider has seen before, and how long it takes;
// words behind it name the parts that are measured.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { PARTS, type Measured, type Part } from './parts.ts';

const RESULTS = join(import.meta.dirname, '../results');
const SEEDS = [1, 2, 3];

const startedAt = new Date();
const tokenizer = o200kTokenizer();
const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model ?? '', load: load() };
console.log(
  `Node ${machine.node}, ${machine.cores} cores (${machine.cpu}), load average ${machine.load} at the start.`,
);

const named = process.argv.slice(2);
const parts = named.length === 0 ? Object.entries(PARTS) : named.map((name): [string, Part] => [name, partOf(name)]);
const file = join(
  RESULTS,
  `context-${[...named, startedAt.toISOString().slice(0, 16).replace(':', '-')].join('-')}.json`,
);
const results: Record<string, unknown> = {};
for (const [name, { about, measure }] of parts) {
  console.log(about);
  const seeds: Measured[] = [];
  for (const seed of SEEDS) {
    seeds.push(measure(seed, (text) => tokenizer.count(text)));
    // A long run that is stopped keeps what it measured.
    results[name] = { raw: seeds.flatMap(({ raw }) => raw), loadAtEnd: load() };
    write();
  }
  console.table(seeds.flatMap(({ rows }) => rows));
}
console.log(`Load average ${load()} at the end. Everything is in ${file}.`);

function partOf(name: string): Part {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`there are ${Object.keys(PARTS).join(', ')}, and no ${name}`);
  return part;
}

function write(): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ startedAt, machine, ...results }, null, 1)}\n`);
}

function load(): number {
  return Number((loadavg()[0] ?? 0).toFixed(1));
}
