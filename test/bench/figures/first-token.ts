import { Parley, startLeast, startModel } from '../contestants.ts';
import type { Bench, Row } from '../figure.ts';
import { percentile } from '../samples.ts';
import { syncedWrites } from '../synced-writes.ts';

const ROOMS = 50;
const READERS = 20;
const MEASURED = { samples: 600, everyMs: 50 };
/** As for the other figures: a server that has run for a minute, not one whose code was never compiled. */
const WARM_UP = { samples: 1_500, everyMs: 20 };

/** How much later the last of 20 readers sees the first token than somebody who calls the model server itself. */
export async function firstToken({ load }: Bench): Promise<Row[]> {
  await using model = await startModel();
  await using parley = await Parley.start(model);
  await using bare = await startLeast(model);
  const rooms = [];
  const least = [];
  for (let index = 0; index < ROOMS; index++) {
    rooms.push(await openRoom(load, parley, `room-${index}`));
    least.push(await openBare(load, `${bare.socketUrl}/room-${index}`));
  }
  const work = { rooms, least, model: model.url };
  const syncsBefore = await syncedWrites(25);
  await load.run('firstTokens', { ...work, tag: 'warm', ...WARM_UP });
  const waits = await load.run('firstTokens', { ...work, tag: 'measured', ...MEASURED });
  for (const { group } of [...rooms, ...least]) await load.run('close', { group });
  const syncs = [...syncsBefore, ...(await syncedWrites(25))];
  const { through, fetched, bare: bareMs, least: leastMs } = waits;
  return [
    {
      what: `first token, ${ROOMS} rooms of ${READERS} readers, a prompt every ${MEASURED.everyMs} ms, the model takes 20 ms`,
      unit: 'ms',
      digits: 1,
      samples: {
        parley: through,
        'fetch, no server': fetched,
        'bare call, no server': bareMs,
        'one write, no more': leastMs,
      },
      target: { kind: 'added', of: 'fetch, no server', atMost: 5 },
      note: [
        `over a fetch of the model server: ${added(fetched, through)}`,
        `over a bare call, an open connection and no library: ${added(bareMs, through)}`,
        `the floor, a server that syncs one write, asks and hands on, and nothing else, over a bare call: ${added(bareMs, leastMs)}`,
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

function added(without: readonly number[], through: readonly number[]): string {
  const at = (percent: number): string => (percentile(through, percent) - percentile(without, percent)).toFixed(2);
  return `p50 +${at(50)} ms, p99 +${at(99)} ms`;
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

async function openBare(load: Bench['load'], url: string): Promise<{ group: number; url: string }> {
  const addresses = Array.from({ length: READERS }, () => ({ dialect: 'bare' as const, url, protocols: [], doc: '' }));
  const { group } = await load.run('open', { addresses, keep: 'none', atOnce: READERS });
  return { group, url };
}
