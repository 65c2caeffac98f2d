import { ClientKey } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { REF } from '../../kit/room-ref.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';

test('D2 a reader who saw text that a crash lost sees the next attempt and none of it', async () => {
  const world = await RoomWorld.open();
  const before = await world.onlook('bob');
  before.open('transcript');
  await settled();
  const first = world.model.expect({ pieces: ['It is seven.'], holdAfter: 1 });
  await world.prompt('ana', 'how many?');
  await first.held;
  await settled();
  expect(before.live('transcript')).toEqual(['It is seven.']);
  const second = world.model.expect({ pieces: ['Eight.'], holdAfter: 1 });
  await world.restart();
  await second.held;
  const back = await world.onlook('bob', before);
  back.open('transcript');
  const late = await world.onlook('ana');
  late.open('transcript');
  await settled();
  expect([back.live('transcript'), late.live('transcript')]).toEqual([['Eight.'], ['Eight.']]);
  second.release();
  await settled();
  expect(back.entries('transcript')?.map(({ text }) => text)).toEqual(['how many?', 'Eight.']);
  expect(back.live('transcript')).toEqual([]);
});

test('D2 D3 a document that is due to be compacted when text is taken back in it is compacted behind that', async () => {
  const world = await RoomWorld.open({ limits: { promptsPerMinute: 10_000 } });
  const call = world.model.expect({ pieces: ['It is seven.'], holdAfter: 1 });
  await world.prompt('ana', 'how many?');
  await call.held;
  await settled();
  world.clock.advance(50);
  await settled();
  const parts = async () => (await world.journal.loadDoc(REF, 'transcript')).length;
  for (let n = 0; (await parts()) < 500; n += 1) {
    const id = ClientKey.parse(`m${n}`);
    await world.must('ana', { type: 'message.post', id, text: 'Hi.', audience: 'room', offRecord: false });
    await settled();
  }
  expect(await parts()).toBe(500);
  const second = world.model.expect({ pieces: ['Eight.'], holdAfter: 1 });
  await world.restart();
  await second.held;
  await settled();
  expect(world.log.of('document.compaction-failed')).toEqual([]);
  expect(await parts()).toBeLessThan(10);
});
