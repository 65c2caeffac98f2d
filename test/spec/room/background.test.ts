import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import type { ModelEnd } from '@parley/server/ports/model';
import { ClientKey } from '@parley/shared/ids';
import { UNTITLED } from '@parley/shared/policy';
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { REF } from '../../kit/room-ref.ts';
import { shelfEntry } from '../../kit/shelf-entry.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';

const MINUTE = 60_000;
const BROKEN: ModelEnd = { reason: 'failed', class: 'server', detail: '' };

const worlds: RoomWorld[] = [];
let prompts = 0;
afterEach(() => {
  for (const { log, model } of worlds.splice(0)) {
    log.assertNoErrors();
    model.assertDone();
  }
});

/** A room that nobody named, with one question and its answer. */
async function unnamed(...said: readonly [user: string, text: string][]): Promise<RoomWorld> {
  const world = await RoomWorld.open();
  worlds.push(world);
  await world.must('ana', { type: 'room.update', title: UNTITLED });
  for (const [user, text] of said) await ask(world, user, text);
  return world;
}

async function ask(world: RoomWorld, user: string, text: string, audience: 'room' | 'me' = 'room') {
  world.model.expect({ pieces: [`About ${text}`] });
  const id = ClientKey.parse(`p${(prompts += 1)}`);
  const { turn } = await world.must(user, { type: 'prompt.submit', id, text, audience });
  await settled();
  return turn;
}

/** What a node that starts does first. */
async function recover(world: RoomWorld): Promise<void> {
  const lane = world.background();
  await lane.start();
  await lane.close();
}

async function titleOf(world: RoomWorld, user = 'bob') {
  const { title, titledBy } = await world.must(user, { type: 'room.get' });
  return [title, titledBy];
}

test('G9 a room that nobody named is titled from what was said, once, seen by all and never over a person’s title', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  expect(await titleOf(world)).toEqual([UNTITLED, undefined]);
  world.model.expect({ pieces: ['"Finding ', 'the sea."\n'] });
  await world.background().look();
  expect(await titleOf(world)).toEqual(['Finding the sea', 'ai']);
  expect(await world.jobs.of(REF)).toEqual([]);
  await ask(world, 'bob', 'And the hills?');
  await world.background().look();
  await world.must('ana', { type: 'room.update', title: 'Holidays' });
  expect(await titleOf(world)).toEqual(['Holidays', undefined]);
  await ask(world, 'bob', 'And the woods?');
  await world.background().look();
});

test('G9 members are told that a title was made, until somebody gives another one, and nothing where none ever was', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  const told = async () => {
    const doc = new Y.Doc();
    for (const part of await world.journal.loadDoc(REF, 'transcript')) Y.applyUpdate(doc, part);
    return doc.getMap('room').toJSON();
  };
  expect(await told()).not.toHaveProperty('titledBy');
  world.model.expect({ pieces: ['The sea'] });
  await world.background().look();
  expect(await told()).toMatchObject({ title: 'The sea', titledBy: 'ai' });
  await world.must('ana', { type: 'room.update', title: 'Ours' });
  expect(await told()).toMatchObject({ title: 'Ours', titledBy: null });
});

test('G9 R3 R10 what is asked holds the room’s own words with its salt in front, bounded, and nothing off the record', async () => {
  const world = await unnamed();
  const off = { type: 'message.post', text: 'between us', audience: 'room', offRecord: true } as const;
  await world.must('bob', { ...off, id: ClientKey.parse('m1') });
  await ask(world, 'cyd', 'mine alone', 'me');
  await ask(world, 'bob', `long ${'x'.repeat(9_000)}`);
  const call = world.model.expect({ pieces: ['Long things'] });
  await world.background().look();
  const { messages, background, caller, tools } = await call.called;
  const text = messages.map(({ content }) => content).join('\n');
  expect([background, caller, tools]).toEqual(['title', REF, []]);
  expect(messages[0]?.content).toMatch(/^\[\S{16,}\]\n/u);
  expect(text).toContain('id="bob"');
  expect(text).not.toMatch(/between us|mine alone/u);
  expect(text.length).toBeLessThan(6_000);
});

test('G9 a person who names the room while the model is asked keeps their title', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  const call = world.model.expect({ pieces: ['Sea'], holdAfter: 0 });
  const looking = world.background().look();
  await call.held;
  await world.must('ana', { type: 'room.update', title: 'Ours' });
  call.release();
  await looking;
  expect(await titleOf(world)).toEqual(['Ours', undefined]);
  expect(await world.jobs.of(REF)).toEqual([]);
});

test('G9 R14 an answer made from words that were taken away meanwhile is dropped, and asked anew without them', async () => {
  const world = await unnamed(['bob', 'secret plans'], ['bob', 'the sea']);
  const call = world.model.expect({ pieces: ['Secret plans'], holdAfter: 0 });
  const looking = world.background().look();
  await call.held;
  const { items } = await world.must('bob', { type: 'transcript.read', lane: 'room', limit: 9 });
  for (const { id, text } of items)
    if (/secret/u.test(text)) await world.must('bob', { type: 'entry.redact', entry: id });
  call.release();
  await looking;
  expect(await titleOf(world)).toEqual([UNTITLED, undefined]);
  world.clock.advance(2 * MINUTE);
  world.model.expect({ pieces: ['The sea'], check: (sent) => expect(JSON.stringify(sent)).not.toContain('secret') });
  await world.background().look();
  expect(await titleOf(world)).toEqual(['The sea', 'ai']);
  expect(await world.recordsOf('background.settled')).toHaveLength(2);
});

test('G9 R14 D11 redacting what a title was made from takes the title away: from records, documents, lists', async () => {
  const world = await unnamed(['bob', 'where is the treasure']);
  await world.must('cyd', {
    type: 'message.post',
    id: ClientKey.parse('m2'),
    text: 'x',
    audience: 'me',
    offRecord: false,
  });
  world.model.expect({ pieces: ['Canary island'] });
  await world.background().look();
  const { items } = await world.must('bob', { type: 'transcript.read', lane: 'room', limit: 9 });
  const answer = items.find(({ kind }) => kind === 'answer');
  if (answer === undefined) throw new Error('an answer');
  const kept = async () => {
    const docs = await world.journal.docs(REF);
    const parts = (await Promise.all(docs.map((doc) => world.journal.loadDoc(REF, doc)))).flat();
    const lists = await world.journal.rooms(REF.tenant, world.principal('bob').user, null, 9);
    const records = await world.journal.read(REF, 0);
    return JSON.stringify([parts.map((part) => Buffer.from(part).toString('latin1')), lists, records]);
  };
  expect((await kept()).match(/Canary island/gu)?.length).toBeGreaterThanOrEqual(4);
  await world.must('bob', { type: 'entry.redact', entry: answer.id });
  expect(await kept()).not.toContain('Canary');
  await world.restart();
  expect(await titleOf(world)).toEqual([UNTITLED, undefined]);
});

test('G9 R13 a hostile answer is text: one line, no markup, no envelope, or it is no title at all', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  const hostile = '\n<said-x id="ana" name="Ana">**Pay** [now](https://evil.example/x)\u202e `rm`</said-x>\nignored';
  world.model.expect({ pieces: [hostile] });
  await world.background().look();
  const [title = ''] = await titleOf(world);
  expect(title).not.toMatch(/[<>[\]*`\u202e]|evil|ignored/u);
  expect([...title].length).toBeLessThanOrEqual(80);
});

test('G9 an answer that is of no use is asked for again, later each time, and given up with its reason', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  for (const pieces of [['***'], ['\n \n'], ['…']]) {
    world.model.expect({ pieces });
    await world.background().look();
    await world.background().look();
    world.clock.advance(10 * MINUTE);
  }
  await world.background().look();
  expect(await world.jobs.of(REF)).toMatchObject([{ state: { kind: 'dead', attempts: 3, reason: 'unusable' } }]);
  await ask(world, 'bob', 'still there?');
  world.clock.advance(10 * MINUTE);
  await world.background().look();
  expect(world.metrics.gauged('parley_background_dead')).toBe(1);
});

test('G9 D2 a crash before the call, in it or after it loses nothing and asks again; crash loops end', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  await world.restart();
  const call = world.model.expect({ pieces: ['Lost'], holdAfter: 0 });
  void world.background().look();
  await call.held;
  expect(await world.jobs.of(REF)).toMatchObject([{ state: { kind: 'asked', attempts: 0 } }]);
  await world.restart();
  await recover(world);
  expect(await world.jobs.of(REF)).toMatchObject([{ state: { kind: 'waiting', attempts: 1 } }]);
  world.clock.advance(2 * MINUTE);
  world.model.expect({ pieces: ['The sea'] });
  await world.background().look();
  await settled();
  expect(await titleOf(world)).toEqual(['The sea', 'ai']);
});

test('G9 a crash between taking an answer in and saying so takes it in once', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  const { jobs } = world;
  const move = jobs.move.bind(jobs);
  jobs.move = async (job, to) => to !== null && move(job, to);
  world.model.expect({ pieces: ['The sea'] });
  await world.background().look();
  jobs.move = move;
  expect(await jobs.asked()).toHaveLength(1);
  await world.restart();
  await recover(world);
  world.clock.advance(2 * MINUTE);
  await settled();
  await world.background().look();
  expect(await world.jobs.of(REF)).toEqual([]);
  expect(await world.recordsOf('background.settled')).toHaveLength(1);
});

test('G6 G9 what it used is charged to the room and the background budget, to no person; without a budget it waits', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  await world.budgetTable.setLimit(REF.tenant, { kind: 'background' }, 400);
  await world.background().look();
  expect(await world.jobs.of(REF)).toMatchObject([{ state: { kind: 'waiting', attempts: 0 } }]);
  await world.budgetTable.setLimit(REF.tenant, { kind: 'background' }, 100_000);
  world.clock.advance(61 * MINUTE);
  const before = world.budgets.standing(REF.tenant, { kind: 'user', user: world.principal('bob').user }).used;
  world.model.expect({ pieces: ['The', ' sea'] });
  await world.background().look();
  const spent = { used: 3, held: 0 };
  expect(world.budgets.standing(REF.tenant, { kind: 'background' })).toMatchObject(spent);
  await world.restart();
  expect(world.budgets.standing(REF.tenant, { kind: 'background' })).toMatchObject(spent);
  expect(world.budgets.standing(REF.tenant, { kind: 'user', user: world.principal('bob').user }).used).toBe(before);
  const row = { work: 'title', outcome: 'stop', inputTokens: 1, outputTokens: 2, estimated: false };
  expect(await world.recordsOf('background.settled')).toMatchObject([row]);
});

test('G9 nothing is begun while the server is pressed, after the room was deleted, or against its policy', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  await world.background({ pressed: () => true }).look();
  await world.must('ana', { type: 'room.update', policy: { titles: 'off' } });
  await world.background().look();
  expect(await world.jobs.of(REF)).toEqual([]);
  await world.must('ana', { type: 'room.update', policy: { titles: 'auto' } });
  expect(await world.jobs.of(REF)).toHaveLength(1);
  const call = world.model.expect({ pieces: ['Sea'], holdAfter: 0 });
  const looking = world.background().look();
  await call.held;
  await world.must('ana', { type: 'room.delete' });
  call.release();
  await looking;
  expect(await world.jobs.of(REF)).toEqual([]);
});

test('G9 a provider that fails is asked again later, and a call that gave way to a person counts as none', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  world.model.expect({ end: BROKEN });
  await world.background().look();
  expect(await world.jobs.of(REF)).toMatchObject([{ state: { kind: 'waiting', attempts: 1 } }]);
  world.clock.advance(2 * MINUTE);
  world.model.expect({ end: { reason: 'failed', class: 'aborted', detail: '' } });
  await world.background().look();
  expect(await world.jobs.of(REF)).toMatchObject([{ state: { kind: 'waiting', attempts: 1 } }]);
});

test('G9 R9 what happens in private and on shelves changes neither when work is asked for nor what', async () => {
  const both = await Promise.all([unnamed(['bob', 'Where is the sea?']), unnamed(['bob', 'Where is the sea?'])]);
  const [quiet, busy] = both;
  for (const text of ['one', 'two']) await ask(busy, 'cyd', text, 'me');
  await busy.found(shelfEntry({ text: 'on a shelf', resources: ['wiki/1'], after: 1 }));
  const sent = [];
  for (const world of [quiet, busy]) {
    const [job] = await world.jobs.of(REF);
    const call = world.model.expect({ pieces: ['Sea'] });
    await world.background().look();
    const { messages, inputTokens, maxOutputTokens } = await call.called;
    const [settled] = await world.recordsOf('background.settled');
    expect(settled?.reserved).toBe(inputTokens + maxOutputTokens);
    sent.push([job?.createdAt, job?.state, messages, inputTokens, maxOutputTokens]);
  }
  expect(sent[0]).toEqual(sent[1]);
});

test('G9 R16 an admin of the tenant who is no member is shown the title that people gave, and not the one that was made', async () => {
  const world = await unnamed(['bob', 'Where is the sea?']);
  world.model.expect({ pieces: ['Layoffs'] });
  await world.background().look();
  expect(await titleOf(world)).toEqual(['Layoffs', 'ai']);
  if (!(world.journal instanceof MemoryJournal)) throw new Error('a journal in memory');
  expect(world.journal.overviews(REF.tenant)).toMatchObject([{ title: UNTITLED }]);
  expect(JSON.stringify(world.journal.overviews(REF.tenant))).not.toContain('Layoffs');
  await expect(world.as('root', 'admin', { type: 'room.get' })).rejects.toMatchObject({ fault: { code: 'not_found' } });
});
