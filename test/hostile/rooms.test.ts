import { QUEUE_HARD } from '@parley/server/edge/limits';
import type { Replies } from '@parley/shared/answers';
import { ClientKey, UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../kit/room-world.ts';

test('A10 A56 whoever may not read a room cannot follow its answers either', async () => {
  const world = await RoomWorld.open();
  await world.must('ana', { type: 'room.update', policy: { levels: { 'room.read': 50 } } });
  const bob = await world.watch('bob', { seq: 0, room: 0, me: 0 });
  world.model.expect({ pieces: ['canary'] });
  await world.prompt('ana', 'what is the canary');
  await settled();
  expect(bob.events).toEqual([]);
  world.log.assertNoErrors();
});

test('A61 nobody can be called what the server calls itself', () => {
  expect(UserId.safeParse('system').success).toBe(false);
  expect(['systems', 'sys', 'ana', 'system@acme'].every((id) => UserId.safeParse(id).success)).toBe(true);
});

test('A14 a page of the longest words that must be escaped is less than a socket may hold, and pages lead through all', async () => {
  const world = await RoomWorld.open();
  const text = '\u0001'.repeat(65_536);
  const posts = Array.from({ length: 40 }, (_, n) =>
    world.must('bob', { type: 'message.post', id: ClientKey.parse(`m${n}`), text, audience: 'room', offRecord: false }),
  );
  await Promise.all(posts);
  const seen: number[] = [];
  for (let after: string | null = '0'; after !== null;) {
    const page: Replies['transcript.read'] = await world.must('ana', {
      type: 'transcript.read',
      lane: 'room',
      after: Number(after),
      limit: 1_000,
    });
    expect(JSON.stringify(page).length).toBeLessThan(QUEUE_HARD);
    seen.push(...page.items.map(({ seq }) => seq));
    after = page.next;
  }
  expect(seen).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  const newest = await world.must('ana', { type: 'transcript.read', lane: 'room', before: 41, limit: 1_000 });
  expect(newest.items.at(-1)?.seq).toBe(40);
  expect(JSON.stringify(newest).length).toBeLessThan(QUEUE_HARD);
});

test('A86 in a room that answers everything, words of somebody who may not ask start nothing and take no place in the queue', async () => {
  const world = await RoomWorld.open({ respond: 'all' });
  await world.must('ana', { type: 'room.update', policy: { levels: { 'prompt.room': 50 } } });
  const post = {
    type: 'message.post',
    id: ClientKey.parse('m'),
    text: 'hello',
    audience: 'room',
    offRecord: false,
  } as const;
  expect(await world.must('bob', post)).toHaveProperty('entry');
  expect(await world.recordsOf('ticket.accepted')).toEqual([]);
});
