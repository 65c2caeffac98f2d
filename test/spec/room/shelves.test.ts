import { withoutWords } from '@parley/server/room/turns/turn-events';
import { EntryId, TurnId, UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { prompting, RoomWorld, settled } from '../../kit/room-world.ts';
import { shelfEntry } from '../../kit/shelf-entry.ts';
import { REF } from '../../kit/room-ref.ts';
import { say, shelved } from '../../kit/shelved-room.ts';
import { decide, SEND } from '../../kit/tool-turns.ts';
import { asksFor, quiet, toolWorld } from '../../kit/tooled-room.ts';

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

test('R4 what was made from a resource stands in a document of its own, and who may not read it finds nothing of it', async () => {
  const world = await shelved(['ana', 'bob']);
  const [ana, cyd] = [await world.onlook('ana'), await world.onlook('cyd')];
  const name = await theShelf(world, 'ana');
  expect(ana.listed).toEqual([name]);
  expect(name).toMatch(/^transcript\.[\w-]{22}$/);
  for (const one of [ana, cyd]) for (const doc of ['transcript', name]) one.open(doc);
  await settled();
  expect(texts(ana.entries(name))).toEqual(['the plan is secret']);
  for (const one of [ana, cyd]) expect(texts(one.entries('transcript'))).toEqual(['hello']);
  expect(cyd.listed).toEqual([]);
  expect(cyd.entries(name)).toBeNull();
  expect(texts((await world.must('ana', READ_ALL)).items)).toEqual(['hello', 'the plan is secret']);
  expect(texts((await world.must('cyd', READ_ALL)).items)).toEqual(['hello']);
  expect((await world.must('cyd', { type: 'document.list' })).items).toEqual(['transcript', 'transcript.me']);
});

test('A39 W3 the name of a document is no key to it: guessed or known, it is answered like one that never was, and makes nothing', async () => {
  const world = await shelved(['ana']);
  const [cyd, name] = [await world.onlook('cyd'), await theShelf(world, 'ana')];
  const guess = 'transcript.AAAAAAAAAAAAAAAAAAAAAA';
  cyd.open(name);
  cyd.open(guess);
  await settled();
  const [known, guessed] = cyd.frames.slice(-2).map((frame) => Buffer.from(frame).toString('latin1'));
  expect(known?.replace(name, guess)).toBe(guessed);
  expect(cyd.closed.map(({ doc, fault }) => [doc, fault.code])).toEqual([
    [name, 'not_found'],
    [guess, 'not_found'],
  ]);
  expect(await world.journal.docs(REF)).not.toContain(guess);
});

test('R4 an answer is labelled with all that its prompt was built on, its text runs in that document, and the record says so', async () => {
  const world = await shelved(['ana', 'bob', 'cyd'], { influence: ['dee', 'tool:docs'] });
  const [ana, name] = [await world.onlook('ana'), await theShelf(world, 'ana')];
  for (const doc of ['transcript', name]) ana.open(doc);
  const call = world.model.expect({ pieces: ['it says', ' so'], holdAfter: 1 });
  const { turn } = await world.prompt('ana', 'what does the plan say?');
  const sent = (await call.called).messages.map(({ content }) => content ?? '').join('\n');
  await call.held;
  await settled();
  expect(sent).toContain('the plan is secret');
  expect(ana.live('transcript')).toEqual([]);
  expect(ana.live(name)).toEqual(['it says']);
  call.release();
  await settled();
  expect(ana.live(name)).toEqual([]);
  expect(texts(ana.entries(name))).toEqual(['the plan is secret', 'it says so']);
  expect(texts(ana.entries('transcript'))).toEqual(['hello', 'what does the plan say?']);
  const answer = ana.entries(name)?.at(-1);
  expect(answer).toMatchObject({ seq: 2, after: 2, resources: ['doc:plan'], turn });
  const [started] = await world.recordsOf('turn.started');
  expect(started).toMatchObject({ resources: ['doc:plan'], influence: ['ana', 'bob', 'dee', 'tool:docs'] });
  expect((await world.recordsOf('turn.ended'))[0]?.influence).toEqual(['ana', 'bob', 'dee', 'tool:docs']);
  expect(await world.turn('cyd', turn)).toMatchObject({ text: 'it says so', answerEntry: answer?.id });
});

test('A58 R3 what one person of the room may not read is in no prompt of the room: a guest who comes takes it away', async () => {
  const world = await shelved(['ana', 'bob', 'cyd']);
  const with3 = world.model.expect({ pieces: ['one'] });
  await world.prompt('ana', 'first');
  expect(JSON.stringify(await with3.called)).toContain('the plan is secret');
  await settled();
  await world.must('ana', { type: 'member.set', user: UserId.parse('gus'), role: 'reader' });
  const with4 = world.model.expect({ pieces: ['two'] });
  await world.prompt('ana', 'second');
  const sent = JSON.stringify(await with4.called);
  await settled();
  expect(sent).not.toMatch(/the plan|left out|"one"/);
  expect((await world.recordsOf('turn.started')).at(-1)?.resources).toEqual([]);
  expect(texts((await world.must('gus', READ_ALL)).items)).toEqual(['hello', 'first', 'second', 'two']);
});

test('R3 in private the audience is the speaker: what only they may read is sent, and the answer is theirs while they may read it', async () => {
  const world = await shelved(['ana']);
  world.model.expect({
    pieces: ['in private: secret'],
    check: (request) => expect(JSON.stringify(request)).toContain('the plan'),
  });
  const { turn } = await world.prompt('ana', 'and for me?', { audience: 'me' });
  await settled();
  const mine = { ...READ_ALL, lane: 'me' } as const;
  expect(texts((await world.must('ana', mine)).items)).toEqual(['and for me?', 'in private: secret']);
  world.authority.set(REF.tenant, 'doc:plan', []);
  await settled();
  expect(texts((await world.must('ana', mine)).items)).toEqual(['and for me?']);
  expect(await world.turn('ana', turn)).not.toHaveProperty('text');
  expect(await world.turn('ana', turn)).toMatchObject({ state: 'ended', outcome: 'completed' });
  const file = await world.must('ana', { type: 'room.export' });
  expect(JSON.stringify(file)).not.toContain('secret');
});

test('A53 who joins later reads nothing that was made from what they may not open: no entry, no answer, no file, no event', async () => {
  const world = await shelved(['ana', 'bob', 'cyd']);
  world.model.expect({ pieces: ['made from the plan'] });
  const { turn } = await world.prompt('ana', 'what now?');
  await settled();
  await world.must('ana', { type: 'member.set', user: UserId.parse('dee'), role: 'moderator' });
  const dee = await world.onlook('dee');
  expect(dee.listed).toEqual([]);
  expect(texts((await world.must('dee', READ_ALL)).items)).toEqual(['hello', 'what now?']);
  const view = await world.turn('dee', turn);
  expect(view).toMatchObject({ state: 'ended', outcome: 'completed' });
  for (const key of ['text', 'answerEntry', 'usage']) expect(view).not.toHaveProperty(key);
  const past = await world.watch('dee', { seq: 0, room: 0, me: 0 });
  expect(past.events.map(({ name }) => name)).toEqual(['queued', 'started', 'ended']);
  expect(JSON.stringify(past.events)).not.toMatch(/plan|inputTokens/);
});

test('W17 who loses a resource loses its document between two frames, is told so, and hears no more of what runs in it', async () => {
  const world = await shelved(['ana', 'bob', 'cyd']);
  const [bob, name] = [await world.onlook('bob'), await theShelf(world, 'bob')];
  bob.open(name);
  const followed = await world.watch('bob', { seq: 0, room: 0, me: 0 });
  const call = world.model.expect({ pieces: ['before ', 'after'], holdAfter: 1 });
  await world.prompt('ana', 'go on');
  await call.held;
  await settled();
  expect(bob.live(name)).toEqual(['before ']);
  world.authority.set(REF.tenant, 'doc:plan', ['ana', 'cyd']);
  await settled();
  expect(bob.closed.map(({ doc, fault }) => [doc, fault.code])).toEqual([[name, 'not_found']]);
  expect(bob.listed).toEqual([]);
  const frames = bob.frames.length;
  world.clock.advance(100);
  call.release();
  await settled();
  const later = bob.frames.slice(frames).map((frame) => Buffer.from(frame).toString('latin1'));
  expect(later.join()).not.toMatch(/after|plan/);
  expect(JSON.stringify(followed.events)).not.toContain('after');
  expect(followed.events.at(-1)?.data).toEqual({
    turn: expect.any(String),
    outcome: 'completed',
    reason: '',
    by: 'system',
  });
});

test('R9 a reader without the words of an answer keeps the place that they would have if it had none', async () => {
  const world = await shelved(['ana']);
  world.model.expect({ pieces: ['a long answer in private, made from the plan'] });
  world.authority.set(REF.tenant, 'doc:plan', ['ana', 'bob', 'cyd']);
  await world.prompt('ana', 'tell all');
  await settled();
  world.authority.set(REF.tenant, 'doc:plan', ['ana']);
  await settled();
  const told = async (user: string) => (await world.watch(user, { seq: 0, room: 0, me: 0 })).events;
  expect((await told('ana')).map(({ name }) => name)).toEqual(['queued', 'started', 'delta', 'ended']);
  const cyd = await told('cyd');
  expect(cyd.map(({ cursor }) => cursor)).toEqual([1, 2, 3].map((seq) => ({ seq, room: 0, me: 0 })));
});

test('T44 after a crash the same bytes are sent again, and never what came to be readable since', async () => {
  const world = await shelved(['ana', 'bob', 'cyd']);
  await world.found(shelfEntry({ text: 'the other secret', resources: ['doc:other'], after: 1 }));
  const first = world.model.expect({ pieces: ['x', 'y'], holdAfter: 1 });
  await world.prompt('ana', 'go');
  const before = await first.called;
  await first.held;
  world.authority.set(REF.tenant, 'doc:other', ['ana', 'bob', 'cyd']);
  const second = world.model.expect({ pieces: ['z'] });
  await world.restart();
  expect((await second.called).messages).toEqual(before.messages);
  await settled();
  expect((await world.recordsOf('turn.ended'))[0]?.answer?.resources).toEqual(['doc:plan']);
});

test('T44 what was lost during a crash is not sent again', async () => {
  const world = await shelved(['ana', 'bob', 'cyd']);
  const first = world.model.expect({ pieces: ['x'], holdAfter: 0 });
  await world.prompt('ana', 'go');
  await first.held;
  world.authority.set(REF.tenant, 'doc:plan', ['ana'], true);
  const second = world.model.expect({ pieces: ['z'] });
  await world.restart();
  expect(JSON.stringify(await second.called)).not.toContain('the plan');
  await settled();
  // Still labelled with what it began with: its first call may have shown some of it.
  expect((await world.recordsOf('turn.ended'))[0]?.answer?.resources).toEqual(['doc:plan']);
});

test.each(['comes', 'loses it'])(
  'T18 R3 whoever %s while a turn waits takes nothing of what it was started with, also when words are taken away',
  async (how) => {
    const world = await toolWorld();
    world.authority.set(REF.tenant, 'doc:plan', ['ana', 'bob', 'cyd']);
    const said = await say(world, 'bob', 'to be taken away');
    await world.found(shelfEntry({ text: 'the plan is secret', resources: ['doc:plan'], after: 1 }));
    world.model.expect({ end: asksFor(SEND) });
    await world.prompt('ana', 'go');
    await quiet();
    if (how === 'comes') await world.must('ana', { type: 'member.set', user: UserId.parse('gus'), role: 'reader' });
    else world.authority.set(REF.tenant, 'doc:plan', ['ana', 'bob']);
    if ('entry' in said) await world.must('bob', { type: 'entry.redact', entry: said.entry.id });
    const second = world.model.expect({ pieces: ['I did not.'] });
    await decide(world, 'decline');
    const sent = JSON.stringify(await second.called);
    await quiet();
    expect([sent.includes('the plan'), sent.includes('to be taken away')]).toEqual([true, false]);
    expect((await world.recordsOf('turn.ended'))[0]?.answer?.resources).toEqual(['doc:plan']);
  },
);

test('A55 R3 what a turn may be sent is asked when it starts, not remembered: a loss that nobody announced counts', async () => {
  const world = await shelved(['ana', 'bob', 'cyd']);
  const first = world.model.expect({ pieces: ['one'], holdAfter: 0 });
  await world.prompt('ana', 'first');
  await first.held;
  await world.prompt('bob', 'second');
  world.authority.set(REF.tenant, 'doc:plan', ['ana', 'bob'], true);
  const second = world.model.expect({ pieces: ['two'] });
  first.release();
  expect(JSON.stringify(await second.called)).not.toContain('the plan');
});

test('A55 W17 a loss that nobody announced closes the document as soon as a turn finds out', async () => {
  const world = await shelved(['ana', 'bob', 'cyd']);
  const [bob, name] = [await world.onlook('bob'), await theShelf(world, 'bob')];
  bob.open(name);
  await settled();
  world.authority.set(REF.tenant, 'doc:plan', ['ana'], true);
  world.model.expect({ pieces: ['x'] });
  await world.prompt('ana', 'go');
  await settled();
  expect(bob.closed.map(({ doc }) => doc)).toEqual([name]);
  expect(bob.listed).toEqual([]);
});

test('R9 a room that rests listens to no authority', async () => {
  const world = await shelved(['ana']);
  const before = world.authority.watchers;
  expect(before).toBeGreaterThan(0);
  world.clock.advance(3_600_000);
  await settled();
  world.clock.advance(3_600_000);
  await settled();
  expect(world.authority.watchers).toBeLessThan(before);
});

test('R3 an authority that says nothing in time says no, and is not waited for again at once', async () => {
  const world = await shelved(['ana', 'bob', 'cyd']);
  const release = world.authority.hold();
  const call = world.model.expect({ pieces: ['x'] });
  const asked = world.prompt('ana', 'go');
  await settled();
  expect(world.model.requests).toEqual([]);
  world.clock.advance(1_000);
  await asked;
  expect(JSON.stringify(await call.called)).not.toContain('the plan');
  await settled();
  expect((await world.must('ana', { type: 'document.list' })).items.length).toBe(2);
  world.clock.advance(4_000);
  release();
  expect((await world.must('ana', { type: 'document.list' })).items.length).toBe(3);
});

test('R6 a clean turn is sent what it quotes and its prompt, also after a crash, and is shaped by nobody else', async () => {
  const world = await RoomWorld.open();
  const [one] = [await say(world, 'bob', 'the one to quote'), await say(world, 'cyd', 'canary')];
  if (!('entry' in one)) throw new Error('a message');
  const call = world.model.expect({ pieces: ['a', 'b'], holdAfter: 1 });
  await world.prompt('ana', 'what of this?', { quotes: [one.entry.id] });
  const sent = JSON.stringify(await call.called);
  expect(sent).toContain('the one to quote');
  expect(sent).not.toMatch(/canary|left out/);
  expect((await world.recordsOf('turn.started'))[0]?.influence).toEqual(['ana', 'bob']);
  await call.held;
  const again = world.model.expect({ pieces: ['c'] });
  await world.restart();
  expect(JSON.stringify(await again.called)).toBe(sent);
  await settled();
  world.model.expect({ pieces: ['d'], check: (request) => expect(JSON.stringify(request)).not.toContain('quote') });
  await world.prompt('ana', 'alone', { quotes: [] });
  await settled();
  expect((await world.recordsOf('turn.started'))[1]?.influence).toEqual(['ana']);
  world.model.assertDone();
});

test('R6 W3 only what the speaker may read can be quoted; what is hidden is refused like what never was', async () => {
  const world = await shelved(['ana']);
  const { items } = await world.must('ana', READ_ALL);
  const hidden = items.at(-1)?.id ?? 'e_none';
  const before = await world.records();
  const quoting = (user: string, quote: string) =>
    world.command(user, prompting(`q ${user}`, { quotes: [EntryId.parse(quote)] }));
  const refusal = await quoting('cyd', hidden);
  expect(refusal).toMatchObject({ ok: false, fault: { code: 'not_found' } });
  expect(await quoting('cyd', 'e_never')).toEqual(refusal);
  expect(await world.records()).toEqual(before);
  // Its speaker may; the room may not, so the turn goes without.
  const call = world.model.expect({ pieces: ['x'] });
  expect(await quoting('ana', hidden)).toMatchObject({ ok: true });
  expect(JSON.stringify(await call.called)).not.toContain('the plan');
  expect(await world.command('ana', prompting('q ana', { quotes: [] }))).toMatchObject({
    fault: { code: 'id_conflict' },
  });
});

test('R4 of a turn that somebody may not read they are told that it waits and ends, and neither its words nor its tools', () => {
  const turn = TurnId.parse('t_1');
  const about = { lane: 'room', turn } as const;
  const call = { turn, id: 'c1', call: 'docs.read', title: 'Docs', as: 'speaker', state: 'running' } as const;
  expect(withoutWords({ ...about, name: 'tool', data: call })).toBeNull();
  expect(withoutWords({ ...about, name: 'delta', data: { turn, text: 'words' } })).toBeNull();
  const waits = { ...about, name: 'approval', data: { turn, waitingFor: 'ana' } } as const;
  expect(withoutWords(waits)).toEqual(waits);
});

test('A49 an entry on a shelf is cited by its own document: what is cited elsewhere has the numbers it has without', async () => {
  const world = await shelved(['ana']);
  const [name] = [await theShelf(world, 'ana')];
  await say(world, 'cyd', 'more');
  const call = world.model.expect({ pieces: ['x'] });
  await world.prompt('ana', 'me', { audience: 'me' });
  const sent = JSON.stringify(await call.called);
  expect(sent).toContain('the plan is secret');
  expect(sent.match(/n=\\"([^"\\]+)\\"/g)?.map((n) => n.slice(4, -2))).toEqual(['1', '2', 'me.1']);
  expect(name.length).toBeGreaterThan(0);
});

test('R4 a turn that runs is told to the others as a turn, and its words to those who may read them', async () => {
  const world = await shelved(['ana', 'bob', 'cyd']);
  const seen = await world.onlook('bob');
  seen.open('transcript');
  const call = world.model.expect({ pieces: ['words'], holdAfter: 1 });
  const { turn }: { turn: TurnId } = await world.prompt('ana', 'go');
  await call.held;
  await settled();
  expect(await world.turn('bob', turn)).toMatchObject({ state: 'running' });
  expect(seen.live('transcript')).toEqual([]);
  call.release();
});
