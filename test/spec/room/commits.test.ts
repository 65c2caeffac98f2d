import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { ClientKey } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../../kit/room-world.ts';

/** A room in which something was said; of each batch from now on: the kinds of its records, and how many changes of documents it brings. */
async function watched(): Promise<{ world: RoomWorld; batches: string[][]; changes: number[] }> {
  const journal = new MemoryJournal();
  const world = await RoomWorld.open({}, journal);
  await world.must('ana', {
    type: 'message.post',
    id: ClientKey.parse('hi'),
    text: 'Hi.',
    audience: 'room',
    offRecord: false,
  });
  const batches: string[][] = [];
  const changes: number[] = [];
  const append = journal.append.bind(journal);
  journal.append = (ref, epoch, batch) => {
    batches.push(batch.records.map(({ type }) => type));
    changes.push(batch.updates.length);
    return append(ref, epoch, batch);
  };
  return { world, batches, changes };
}

test('D2 a turn is two commits: that it was asked and began, and its end; its words go along or are written within 50 ms', async () => {
  const { world, batches } = await watched();
  const call = world.model.expect({ pieces: ['Yes.'], holdAfter: 1 });
  await world.prompt('ana', 'is it?');
  await call.held;
  await settled();
  call.release();
  await settled();
  const quick = world.model.expect({ pieces: ['No.'], holdAfter: 1 });
  await world.prompt('ana', 'and that?');
  await quick.held;
  world.clock.advance(50);
  await settled();
  quick.release();
  await settled();
  expect(batches).toEqual([
    ['ticket.accepted', 'turn.started', 'turn.attempted'],
    ['attempt.settled', 'turn.ended'],
    ['ticket.accepted', 'turn.started', 'turn.attempted'],
    [],
    ['attempt.settled', 'turn.ended'],
  ]);
});

test('D2 what waits begins in the commit that ends the turn before it', async () => {
  const { world, batches } = await watched();
  const first = world.model.expect({ pieces: ['Yes.'], holdAfter: 1 });
  await world.prompt('ana', 'is it?');
  await first.held;
  await world.prompt('bob', 'and this?');
  await settled();
  world.model.expect({ pieces: [] });
  batches.length = 0;
  first.release();
  await settled();
  expect(batches).toEqual([
    ['attempt.settled', 'turn.ended', 'turn.started', 'turn.attempted'],
    ['attempt.settled', 'turn.ended'],
  ]);
});

test('D2 a prompt that starts at once changes its document once, and one that waits is shown in the commit that took it', async () => {
  const { world, batches, changes } = await watched();
  const call = world.model.expect({ pieces: ['Yes.'], holdAfter: 0 });
  await world.prompt('ana', 'is it?');
  await call.held;
  await world.prompt('bob', 'and this?');
  await settled();
  expect(batches).toEqual([['ticket.accepted', 'turn.started', 'turn.attempted'], ['ticket.accepted']]);
  expect(changes).toEqual([1, 1]);
});
