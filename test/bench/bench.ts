// `npm run bench`: the figures, with what others pay for the same beside them, from one interleaved run.
// Words after the command choose figures by name.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import type { Bench, Row } from './figure.ts';
import { firstToken } from './figures/first-token.ts';
import { idleMemory } from './figures/idle-memory.ts';
import { joinStorm } from './figures/join-storm.ts';
import { tokenCost } from './figures/token-cost.ts';
import { updateCost } from './figures/update-cost.ts';
import { LoadProcess } from './load-process.ts';
import { printRow } from './print-row.ts';

const ROUNDS = 3;
const RESULTS = join(import.meta.dirname, 'results');
const FIGURES: Readonly<Record<string, (bench: Bench) => Promise<Row[]>>> = {
  'update-cost': updateCost,
  'token-cost': tokenCost,
  'idle-memory': idleMemory,
  'join-storm': joinStorm,
  'first-token': firstToken,
};

const wanted = process.argv.slice(2);
const names = Object.keys(FIGURES).filter((name) => wanted.length === 0 || wanted.includes(name));
const startedAt = new Date();
const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model ?? '', load: loadavg()[0] ?? 0 };
console.log(
  `Node ${machine.node}, ${machine.cores} cores (${machine.cpu}), load average ${machine.load.toFixed(1)} at the start.`,
);
console.log(
  `Medians of ${ROUNDS} interleaved rounds, lowest–highest in brackets; each server and the load in a process of its own.`,
);

const rows: Row[] = [];
for (const name of names) {
  // A generator of its own for each: what one figure leaves in memory must not slow down the next.
  await using load = new LoadProcess();
  console.log(`\n${name}`);
  for (const row of (await FIGURES[name]?.({ load, rounds: ROUNDS })) ?? []) {
    rows.push(row);
    printRow(row);
  }
}
keep();

function keep(): void {
  mkdirSync(RESULTS, { recursive: true });
  const name = `${startedAt.toISOString().slice(0, 16).replace(':', '-')}.json`;
  const took = Math.round((Date.now() - startedAt.getTime()) / 1000);
  const loadAtEnd = loadavg()[0] ?? 0;
  writeFileSync(
    join(RESULTS, name),
    `${JSON.stringify({ startedAt, took, machine: { ...machine, loadAtEnd }, rows }, null, 1)}\n`,
  );
  console.log(
    `\n${took} s, load average ${loadAtEnd.toFixed(1)} at the end. Every sample is in test/bench/results/${name}.`,
  );
}
