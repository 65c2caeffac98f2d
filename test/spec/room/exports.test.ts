import { must } from '@parley/shared/assert';
import { ClientKey, JobId, UserId } from '@parley/shared/ids';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REF } from '../../kit/room-ref.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { shelfEntry } from '../../kit/shelf-entry.ts';

const HOUR = 3_600_000;
let world: RoomWorld;
let said = 0;
beforeEach(async () => {
  // A turn may use so much that no digest is due.
  world = await RoomWorld.open({ limits: { turnTokens: 200_000 } });
});
afterEach(() => world.log.assertNoErrors());

async function say(user: string, text: string, audience: 'room' | 'me' = 'room') {
  const id = ClientKey.parse(`m${(said += 1)}`);
  await world.must(user, { type: 'message.post', id, text, audience, offRecord: false });
}
async function state() {
  return (await world.must('ana', { type: 'export.list' })).items[0];
}
/** Its lines, as they would be fetched. */
async function linesOf(id: string): Promise<Record<string, unknown>[]> {
  const { parts } = await world.must('ana', { type: 'export.open', export: JobId.parse(id) });
  const texts = await Promise.all(
    Array.from({ length: parts }, (_, index) => world.jobs.part({ id: JobId.parse(id), ref: REF }, index)),
  );
  const lines = texts
    .map((text) => must(text, 'a part'))
    .join('')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('G9 an export is asked for once, written in parts behind everything else, and expires', async () => {
  for (let n = 1; n <= 503; n += 1) await say(n % 2 === 0 ? 'bob' : 'cyd', `line ${n}`);
  const asked = await world.must('ana', { type: 'export.prepare' });
  expect(asked).toMatchObject({ state: 'waiting', by: 'ana' });
  expect(await world.must('ana', { type: 'export.prepare' })).toEqual(asked);
  await world.background().look();
  expect(await state()).toMatchObject({ export: asked.export, state: 'ready', until: world.clock.now() + 24 * HOUR });
  const [head, ...entries] = await linesOf(asked.export);
  expect(head).toMatchObject({ version: 1, room: { id: REF.room, title: 'Lobby' } });
  expect(entries.map(({ text }) => text)).toEqual(Array.from({ length: 503 }, (_, n) => `line ${n + 1}`));
  expect((await world.jobs.of(REF))[0]?.state).toMatchObject({ parts: 2 });
  world.clock.advance(24 * HOUR);
  expect(await state()).toBeUndefined();
  await world.background().look();
  expect(await world.jobs.part({ id: asked.export, ref: REF }, 0)).toBeNull();
});

test('G9 R3 R4 an export holds the room’s own lane and nothing of shelves or private lanes, whoever asks', async () => {
  await say('bob', 'for all');
  await say('ana', 'mine alone', 'me');
  await world.found(shelfEntry({ text: 'on a shelf', resources: ['wiki/1'], after: 1 }));
  const { export: id } = await world.must('ana', { type: 'export.prepare' });
  await world.background().look();
  expect(JSON.stringify(await linesOf(id))).toMatch(/for all/u);
  expect(JSON.stringify(await linesOf(id))).not.toMatch(/mine alone|on a shelf/u);
});

test('G9 R14 words that are taken away leave what was written, also while it is written, and it is written anew', async () => {
  for (let n = 1; n <= 503; n += 1) await say('bob', n === 2 ? 'a secret' : `line ${n}`);
  const { export: id } = await world.must('ana', { type: 'export.prepare' });
  const { jobs } = world;
  const write = jobs.write.bind(jobs);
  jobs.write = async (...written) => {
    jobs.write = write;
    const done = await write(...written);
    const { items } = await world.must('bob', { type: 'transcript.read', lane: 'room', limit: 3 });
    await world.must('bob', { type: 'entry.redact', entry: must(items[1], 'the second').id });
    return done;
  };
  await world.background().look();
  expect(await state()).toMatchObject({ export: id, state: 'waiting' });
  await world.background().look();
  const lines = await linesOf(id);
  expect(lines).toHaveLength(504);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('G9 D2 a crash in the middle goes on where it was, and a pressed server waits', async () => {
  for (let n = 1; n <= 503; n += 1) await say('bob', `line ${n}`);
  const { export: id } = await world.must('ana', { type: 'export.prepare' });
  let looks = 0;
  await world.background({ pressed: () => (looks += 1) > 3 }).look();
  expect(await state()).toMatchObject({ state: 'writing' });
  await world.restart();
  await world.background({ pressed: () => true }).look();
  expect(await state()).toMatchObject({ state: 'writing' });
  await world.background().look();
  expect(await linesOf(id)).toHaveLength(504);
});

test('G9 R18 only whoever may export asks, sees and opens; a right that is lost is lost at once; deletion takes it', async () => {
  const { export: id } = await world.must('ana', { type: 'export.prepare' });
  await world.background().look();
  await settled();
  for (const command of [
    { type: 'export.prepare' },
    { type: 'export.list' },
    { type: 'export.open', export: id },
  ] as const)
    expect(await world.command('bob', command)).toMatchObject({ ok: false, fault: { capability: 'room.export' } });
  expect(await world.command('ana', { type: 'export.open', export: JobId.parse('j_other') })).toMatchObject({
    ok: false,
  });
  await world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'owner' });
  expect(await world.command('bob', { type: 'export.open', export: id })).toMatchObject({ ok: true });
  await world.must('ana', { type: 'room.update', policy: { levels: { 'room.read': 0 } } });
  await world.must('bob', { type: 'room.delete' });
  expect(await world.jobs.of(REF)).toEqual([]);
  expect(await world.jobs.part({ id, ref: REF }, 0)).toBeNull();
});

test('G9 R16 an admin of the tenant who is no member neither asks for an export, sees it nor opens it', async () => {
  await say('bob', 'for all');
  const { export: id } = await world.must('ana', { type: 'export.prepare' });
  await world.background().look();
  for (const command of [
    { type: 'export.prepare' },
    { type: 'export.list' },
    { type: 'export.open', export: id },
  ] as const)
    await expect(world.as('root', 'admin', command)).rejects.toMatchObject({ fault: { code: 'not_found' } });
});
