import { Parley, startHocuspocus, type Contestant } from '../contestants.ts';
import { interleaved, pick, type Bench, type Row } from '../figure.ts';

const CLIENTS = 100;
const ENTRIES = 10_000;
/** Of the transcript the newest are shown; see `TranscriptDoc`. */
const POSTERS = 10;

interface Storm {
  readonly cpuMs: number;
  readonly ms: number;
  readonly bytes: number;
}

/** 100 people arrive at once. The document is in memory: somebody is there already. */
export async function joinStorm(bench: Bench): Promise<Row[]> {
  await using parley = await Parley.start();
  await using hocuspocus = await startHocuspocus();
  for (const one of [parley, hocuspocus]) await fill(bench, one);
  await bench.load.run('postMessages', { room: parley.room, tokens: await parley.people(POSTERS), count: ENTRIES });
  const results = await interleaved(bench.rounds, {
    parley: () => storm(bench, parley, 'workspace'),
    hocuspocus: () => storm(bench, hocuspocus, 'workspace'),
    'parley, the room': () => storm(bench, parley, 'transcript'),
  });
  const note = `One document of ${ENTRIES} entries on both; "the room" is the transcript of a room with as many messages, which shows the newest 2,000.`;
  return [
    {
      what: `join storm, ${CLIENTS} clients, ${ENTRIES} entries: server CPU`,
      unit: 'ms',
      digits: 0,
      samples: pick(results, ({ cpuMs }) => cpuMs),
      target: { kind: 'ratio', of: 'hocuspocus', atMost: 0.3 },
      note,
    },
    {
      what: '  until the last one is in sync',
      unit: 'ms',
      digits: 0,
      samples: pick(results, ({ ms }) => ms),
    },
    {
      what: '  sent to each',
      unit: 'MB',
      digits: 2,
      samples: pick(results, ({ bytes }) => bytes / 1e6),
    },
  ];
}

/** Fills the document and leaves one reader in it, so that it stays in memory. */
async function fill({ load }: Bench, contestant: Contestant): Promise<void> {
  const [writer, resident] = await contestant.peers('workspace', 2);
  if (writer === undefined || resident === undefined) throw new Error('there are two peers');
  await load.run('open', { addresses: [resident], keep: 'none', atOnce: 1 });
  await load.run('writeEntries', { address: writer, count: ENTRIES });
}

async function storm({ load }: Bench, contestant: Contestant, doc: string): Promise<Storm> {
  const addresses = await contestant.peers(doc, CLIENTS);
  let joined = { group: 0, ms: 0, bytes: 0 };
  const cpuUs = await contestant.server.cpuDuring(async () => {
    joined = await load.run('open', { addresses, keep: 'first', atOnce: CLIENTS });
  });
  const entries = await load.run('countEntries', { group: joined.group });
  if (doc === 'workspace' && entries !== ENTRIES) throw new Error(`a client got ${entries} entries`);
  await load.run('close', { group: joined.group });
  return { cpuMs: cpuUs / 1000, ms: joined.ms, bytes: joined.bytes };
}
