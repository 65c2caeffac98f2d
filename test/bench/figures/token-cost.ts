import { Parley, startBare, startModel, type Contestant } from '../contestants.ts';
import { interleaved, pick, type Bench, type Row } from '../figure.ts';
import type { Way } from '../load/jobs.ts';

const READERS = 100;
const TOKENS = 300;
const EVERY_MS = 10;
/** An answer of three seconds is short beside what a busy host does to one: a median of nine stands still. */
const ROUNDS = 9;
/** Half a minute, so that the hot code is compiled: after a thousand tokens a tenth of what is counted was the compiler. */
const WARM_UP: Pace = { tokens: 15_000, everyMs: 2 };
const MEASURED: Pace = { tokens: TOKENS, everyMs: EVERY_MS };

interface Pace {
  readonly tokens: number;
  readonly everyMs: number;
}

/** An answer of a token every 10 ms, read by 100 people. */
export async function tokenCost(bench: Bench): Promise<Row[]> {
  await using model = await startModel();
  await using parley = await Parley.start(model);
  await using bare = await startBare();
  const room: Way = { kind: 'room', room: parley.room, token: await parley.token('owner') };
  const caller: Way = { kind: 'bare', url: bare.server.url, model: model.url };
  await answer(bench, parley, room, WARM_UP);
  await answer(bench, bare, caller, WARM_UP);
  const results = await interleaved(ROUNDS, {
    parley: () => answer(bench, parley, room, MEASURED),
    'bare ws': () => broadcast(bench, bare, MEASURED),
    'bare ws, own call': () => answer(bench, bare, caller, MEASURED),
  });
  return [
    {
      what: `server CPU per delivered token of an answer, ${READERS} readers, a token every ${EVERY_MS} ms`,
      unit: 'µs',
      digits: 2,
      samples: pick(results, ({ cpuUs }) => cpuUs / (TOKENS * READERS)),
      target: { kind: 'ratio', of: 'bare ws', atMost: 0.6 },
      note: 'Parley: prompt, model call, journal and answer included, a frame in 66 ms (100 read). Bare ws: a frame for each token, which it is handed ("own call": which it reads from the model server).',
    },
    {
      what: '  frames a reader got per token',
      unit: '',
      digits: 2,
      samples: pick(results, ({ frames }) => frames / TOKENS),
    },
  ];
}

interface Cost {
  readonly cpuUs: number;
  readonly frames: number;
}

/** The server calls the model. */
async function answer({ load }: Bench, contestant: Contestant, way: Way, pace: Pace): Promise<Cost> {
  const addresses = await contestant.peers('transcript', READERS);
  const { group } = await load.run('open', { addresses, keep: 'none', atOnce: 50 });
  let frames = 0;
  const cpuUs = await contestant.server.cpuDuring(async () => {
    ({ frames } = await load.run('ask', { group, way, ...pace }));
  });
  await load.run('close', { group });
  return { cpuUs, frames };
}

/** The server is handed the tokens. */
async function broadcast({ load }: Bench, contestant: Contestant, { tokens, everyMs }: Pace): Promise<Cost> {
  const [writer, ...readers] = await contestant.peers('workspace', READERS + 1);
  if (writer === undefined) throw new Error('there is a writer');
  const { group } = await load.run('open', { addresses: readers, keep: 'all', atOnce: 50 });
  let frames = 0;
  const cpuUs = await contestant.server.cpuDuring(async () => {
    const writing = { text: 'words ', updates: tokens, everyMs };
    ({ frames } = await load.run('write', { group, address: writer, writing }));
  });
  await load.run('close', { group });
  return { cpuUs, frames };
}
