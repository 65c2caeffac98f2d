import { Parley, startModel } from '../contestants.ts';
import type { Bench, Row } from '../figure.ts';
import { median, percentile } from '../samples.ts';
import { syncedWrites } from '../synced-writes.ts';

const ROOMS = 50;
const READERS = 20;
const SAMPLES = 300;
const WARM_UP = 100;
const EVERY_MS = 25;
/** The prompt before the model is called, and the first text before anybody sees it. */
const SYNCED_WRITES = 2;

/** How much later the last of 20 readers sees the first token than somebody who calls the model server itself. */
export async function firstToken({ load }: Bench): Promise<Row[]> {
  await using model = await startModel();
  await using parley = await Parley.start(model);
  const rooms = [];
  for (let index = 0; index < ROOMS; index++) rooms.push(await openRoom(load, parley, `room-${index}`));
  const syncsBefore = await syncedWrites(25);
  const work = { rooms, model: model.url, everyMs: EVERY_MS };
  const waits = await load.run('firstTokens', { ...work, samples: SAMPLES + WARM_UP });
  for (const { group } of rooms) await load.run('close', { group });
  const syncs = [...syncsBefore, ...(await syncedWrites(25))];
  const parleyMs = waits.through.slice(WARM_UP);
  const directMs = waits.direct.slice(WARM_UP);
  return [
    {
      what: `first token, ${ROOMS} rooms of ${READERS} readers, a prompt every ${EVERY_MS * 2} ms, the model takes 20 ms`,
      unit: 'ms',
      digits: 1,
      samples: { parley: parleyMs, 'model server itself': directMs },
      target: { kind: 'added', of: 'model server itself', atMost: 5 },
      note: [
        `p50 ${median(directMs).toFixed(1)} → ${median(parleyMs).toFixed(1)} ms`,
        `p99 ${percentile(directMs, 99).toFixed(1)} → ${percentile(parleyMs, 99).toFixed(1)} ms`,
        `of it ${SYNCED_WRITES} synced writes, one after the other`,
      ].join('; '),
    },
    {
      what: '  one synced write of 4 KiB to this disk',
      unit: 'ms',
      digits: 2,
      samples: { disk: syncs },
    },
  ];
}

async function openRoom(
  load: Bench['load'],
  parley: Parley,
  id: string,
): Promise<{ group: number; room: string; token: string }> {
  await parley.makeRoom(id);
  const addresses = await parley.peers('transcript', READERS, id);
  const { group } = await load.run('open', { addresses, keep: 'none', atOnce: READERS });
  return { group, room: parley.addressOf(id), token: await parley.token('owner') };
}
