import { Parley, startBare, startHocuspocus, type Contestant } from '../contestants.ts';
import { interleaved, pick, type Bench, type Row } from '../figure.ts';

const CONNECTIONS = 3_000;

/** What a connection costs that reads one document in which nothing happens. */
export async function idleMemory(bench: Bench): Promise<Row[]> {
  const results = await interleaved(Math.min(bench.rounds, 2), {
    parley: () => measure(bench, () => Parley.start()),
    'bare ws': () => measure(bench, startBare),
    hocuspocus: () => measure(bench, startHocuspocus),
  });
  return [
    {
      what: `memory per idle connection, ${CONNECTIONS} connections: resident`,
      unit: 'kB',
      digits: 1,
      samples: pick(results, ({ rss }) => rss),
      target: { kind: 'ratio', of: 'bare ws', atMost: 1.3 },
      note: 'What the system gives a process comes in large pieces, so single rounds differ; the heap is exact.',
    },
    {
      what: '  heap and buffers, garbage collected',
      unit: 'kB',
      digits: 1,
      samples: pick(results, ({ held }) => held),
    },
  ];
}

/** A fresh process each time: memory once taken is not given back. */
async function measure({ load }: Bench, start: () => Promise<Contestant>): Promise<{ held: number; rss: number }> {
  await using contestant = await start();
  const { server } = contestant;
  const addresses = await contestant.peers('workspace', CONNECTIONS + 100);
  // The first hundred pay for what is loaded and compiled once.
  const first = await load.run('open', { addresses: addresses.slice(0, 100), keep: 'none', atOnce: 50 });
  const before = await server.memory();
  const { group } = await load.run('open', { addresses: addresses.slice(100), keep: 'none', atOnce: 50 });
  const after = await server.memory();
  for (const one of [group, first.group]) await load.run('close', { group: one });
  const perConnection = (bytes: number) => bytes / CONNECTIONS / 1000;
  return { held: perConnection(after.held - before.held), rss: perConnection(after.rss - before.rss) };
}
