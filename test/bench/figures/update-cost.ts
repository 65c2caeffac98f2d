import { Parley, startBare, startHocuspocus, type Contestant } from '../contestants.ts';
import { interleaved, pick, type Bench, type Row } from '../figure.ts';
import type { Writing } from '../load/group.ts';

const READERS = 100;
const EVERY_MS = 10;
const TYPING = { text: 'x', updates: 300, everyMs: EVERY_MS };
/** Enough for the hot code to be compiled: a server that has run for a minute is what people meet. */
const WARM_UP = { text: 'x', updates: 3_000, everyMs: 2 };

/** One writer types 100 characters a second for 100 readers; each has every one of them at the end. */
export async function updateCost(bench: Bench): Promise<Row[]> {
  await using parley = await Parley.start();
  await using bare = await startBare();
  await using hocuspocus = await startHocuspocus();
  const contestants = { parley, 'bare ws': bare, hocuspocus };
  for (const contestant of Object.values(contestants)) await stream(bench, contestant, WARM_UP);
  const runs = Object.entries(contestants).map(([name, one]) => [name, () => stream(bench, one, TYPING)] as const);
  const results = await interleaved(bench.rounds, Object.fromEntries(runs));
  return [
    {
      what: `server CPU per delivered update, ${READERS} readers, ${1000 / EVERY_MS} updates/s`,
      unit: 'µs',
      digits: 2,
      samples: pick(results, ({ cpuUs }) => cpuUs / (TYPING.updates * READERS)),
      target: { kind: 'ratio', of: 'bare ws', atMost: 1.4 },
      note: 'Parley: synced to disk before anybody sees it (SQLite, its log synced). Hocuspocus: in memory. Bare ws: no document.',
    },
    {
      what: '  frames a reader got per update (1 = nothing was merged)',
      unit: '',
      digits: 2,
      samples: pick(results, ({ frames }) => frames / TYPING.updates),
    },
  ];
}

async function stream(
  { load }: Bench,
  contestant: Contestant,
  writing: Writing,
): Promise<{ cpuUs: number; frames: number }> {
  const [writer, ...readers] = await contestant.peers('workspace', READERS + 1);
  if (writer === undefined) throw new Error('there is a writer');
  const { group } = await load.run('open', { addresses: readers, keep: 'all', atOnce: 50 });
  let frames = 0;
  const cpuUs = await contestant.server.cpuDuring(async () => {
    ({ frames } = await load.run('write', { group, address: writer, writing }));
  });
  await load.run('close', { group });
  return { cpuUs, frames };
}
