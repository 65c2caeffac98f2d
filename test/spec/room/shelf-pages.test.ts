import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { expect, test } from 'vitest';
import { HashingModel } from '../../kit/hashing-model.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { shelfEntry } from '../../kit/shelf-entry.ts';
import { REF } from '../../kit/room-ref.ts';
import { say } from '../../kit/shelved-room.ts';

const READ_ALL = { type: 'transcript.read', lane: 'room', limit: 1_000 } as const;

/** The name of the one document that somebody may open besides the lanes'. */
async function theShelf(world: RoomWorld, user: string): Promise<string> {
  const { items } = await world.must(user, { type: 'document.list' });
  expect(items.slice(0, 2)).toEqual(['transcript', 'transcript.me']);
  expect(items.length).toBe(3);
  return items[2] ?? '';
}

function texts(entries: readonly { readonly text: string }[] | null): string[] | null {
  return entries?.map(({ text }) => text) ?? null;
}

test('W22 pages of a transcript hold what stands behind their entries, in one order, and lead through everything', async () => {
  const world = await RoomWorld.open();
  for (const n of [1, 2, 3, 4, 5]) await say(world, 'bob', `m${n}`);
  for (const resource of ['doc:a', 'doc:b']) world.authority.set(REF.tenant, resource, ['ana']);
  await world.found(
    shelfEntry({ text: 'a1', resources: ['doc:a'], seq: 1, after: 2 }),
    shelfEntry({ text: 'a2', resources: ['doc:a'], seq: 2, after: 2 }),
    shelfEntry({ text: 'b1', resources: ['doc:b'], seq: 1, after: 2 }),
    shelfEntry({ text: 'b2', resources: ['doc:b'], seq: 2, after: 5 }),
  );
  const all = (await world.must('ana', READ_ALL)).items;
  expect(texts(all)?.toSorted()).toEqual(['a1', 'a2', 'b1', 'b2', 'm1', 'm2', 'm3', 'm4', 'm5']);
  const behind2 = texts(all)?.slice(2, 5) ?? [];
  expect([
    ['a1', 'a2', 'b1'],
    ['b1', 'a1', 'a2'],
  ]).toContainEqual(behind2);
  const seen = new Map<string, string>();
  for (let after: string | null = '0'; after !== null;) {
    const page: { items: readonly { id: string; text: string }[]; next: string | null } = await world.must('ana', {
      ...READ_ALL,
      after: Number(after),
      limit: 2,
    });
    for (const { id, text } of page.items) seen.set(id, text);
    after = page.next;
  }
  expect([...seen.values()]).toEqual(texts(all));
  expect(texts((await world.must('ana', { ...READ_ALL, before: 3, limit: 1 })).items)).toEqual(['m2', ...behind2]);
  expect(texts((await world.must('bob', { ...READ_ALL, after: 2, limit: 2 })).items)).toEqual(['m3', 'm4']);
});

test('R1 W10 a shelf is written by the server alone and survives a restart under the same ids', async () => {
  const journal = new MemoryJournal();
  const world = await RoomWorld.open({}, journal, new HashingModel());
  await say(world, 'bob', 'hello');
  world.authority.set(REF.tenant, 'doc:plan', ['ana', 'bob', 'cyd']);
  await world.found(shelfEntry({ text: 'the plan', resources: ['doc:plan'], after: 1 }));
  const name = await theShelf(world, 'ana');
  await world.prompt('ana', 'one');
  await settled();
  const first = await world.onlook('ana');
  first.open(name);
  await settled();
  const before = texts(first.entries(name));
  expect(before?.length).toBe(2);
  await world.restart();
  const again = await world.onlook('ana');
  again.open(name);
  await settled();
  expect(texts(again.entries(name))).toEqual(before);
  await world.prompt('ana', 'two');
  await settled();
  expect(again.entries(name)?.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  world.log.assertNoErrors();
});
