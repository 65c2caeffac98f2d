import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { ClientKey, UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { prompting, RoomWorld, settled } from '../../kit/room-world.ts';

const LENGTH_OF_EDITOR = 120_000;

test('T1 no prompt is acknowledged before it is on disk', async () => {
  const journal = new MemoryJournal();
  const world = await RoomWorld.open({}, journal);
  const gate = Promise.withResolvers<void>();
  const append = journal.append.bind(journal);
  journal.append = async (...args) => {
    await gate.promise;
    return append(...args);
  };
  world.model.expect({ pieces: ['yes'] });
  let acknowledged = false;
  const reply = world.prompt('ana', 'hello').then(() => (acknowledged = true));
  await settled();
  expect(acknowledged).toBe(false);
  gate.resolve();
  await reply;
  expect((await world.recordsOf('ticket.accepted')).map(({ text }) => text)).toEqual(['hello']);
});

test('T2 a resent prompt gets the same ticket, also after a restart; other text is a conflict; somebody else’s id is another', async () => {
  const world = await RoomWorld.open();
  world.model.expect({ pieces: ['one'] });
  const first = await world.prompt('ana', 'hello');
  await settled();
  expect((await world.prompt('ana', 'hello')).turn).toBe(first.turn);
  await world.restart();
  expect((await world.prompt('ana', 'hello')).turn).toBe(first.turn);
  const { id } = prompting('hello');
  expect(await world.command('ana', prompting('other words', { id }))).toMatchObject({
    ok: false,
    fault: { code: 'id_conflict' },
  });
  world.model.expect({ pieces: ['two'] });
  expect((await world.prompt('bob', 'hello')).turn).not.toBe(first.turn);
  await settled();
  world.model.assertDone();
});

test('T3 every ticket has one outcome that its author can read, also when they are no longer here', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['a', 'b'], holdAfter: 1 });
  const running = await world.prompt('bob', 'runs');
  const waiting = await world.prompt('bob', 'waits');
  await call.held;
  await world.must('ana', { type: 'member.remove', user: UserId.parse('bob') });
  await settled();
  for (const { turn } of [running, waiting]) {
    expect(await world.turn('bob', turn)).toMatchObject({ state: 'ended', outcome: 'revoked', by: 'ana' });
    expect(await world.turn('bob', turn)).not.toHaveProperty('text');
  }
  expect(await world.command('bob', { type: 'room.get' })).toMatchObject({ ok: false, fault: { code: 'not_found' } });
});

test('T4 a prompt that arrives as the last turn ends is started', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['one'], holdAfter: 1 });
  await world.prompt('ana', 'first');
  await call.held;
  call.release();
  world.model.expect({ pieces: ['two'] });
  await world.prompt('bob', 'second');
  await settled();
  expect((await world.recordsOf('turn.ended')).map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
});

test('T8 only-if-idle does nothing at all when the lane is busy, and says what runs', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['one'], holdAfter: 0 });
  const { turn } = await world.prompt('ana', 'first');
  await call.held;
  const before = await world.records();
  const refused = await world.command('bob', prompting('second', { onlyIf: 'idle' }));
  expect(refused).toMatchObject({ ok: false, fault: { code: 'condition_failed', current: { running: turn } } });
  expect(await world.records()).toEqual(before);
});

test('T10 words to people start nothing, whatever they say, and are what the next prompt is asked about', async () => {
  const world = await RoomWorld.open();
  await world.must('bob', { ...prompting('@AI what time is it?'), type: 'message.post', offRecord: false });
  await world.must('bob', { ...prompting('between us'), type: 'message.post', offRecord: true });
  expect(world.model.requests).toEqual([]);
  const call = world.model.expect({ pieces: ['noon'] });
  await world.prompt('ana', 'well?');
  const sent = (await call.called).messages.map(({ content }) => content).join('\n');
  expect(sent).toContain('what time is it?');
  expect(sent).not.toContain('between us');
});

test('W20 whoever talks a lot may still ask; both have an end, with the time to try again', async () => {
  const world = await RoomWorld.open({ limits: { promptsPerMinute: 1 } });
  const say = (text: string) => world.command('bob', { ...prompting(text), type: 'message.post', offRecord: false });
  for (let n = 0; n < 10; n += 1) expect((await say(`word ${n}`)).ok).toBe(true);
  const tooMuch = { ok: false, fault: { code: 'rate_limited', retryAfter: 60 } };
  expect(await say('one more')).toMatchObject(tooMuch);
  expect(await say('word 1')).toMatchObject({ ok: true });
  world.model.expect({ pieces: ['noon'] });
  await world.prompt('bob', 'well?');
  expect(await world.command('bob', prompting('and?'))).toMatchObject(tooMuch);
  world.clock.advance(60_000);
  expect(await say('one more')).toMatchObject({ ok: true });
});

test('W24 T26 an edit that may be a repeat and was made already is answered as it was; any other is a conflict', async () => {
  const world = await RoomWorld.open();
  world.model.expect({ pieces: ['a'], holdAfter: 1 });
  await world.prompt('ana', 'first');
  const { turn } = await world.prompt('ana', 'second');
  const edit = { type: 'turn.edit', turn, text: 'better', revision: 1 } as const;
  const repeat = { ...edit, id: ClientKey.parse('e-1') };
  const made = await world.must('ana', repeat);
  expect(await world.must('ana', repeat)).toEqual(made);
  const conflict = { ok: false, fault: { code: 'revision_conflict' } };
  expect(await world.command('ana', edit)).toMatchObject(conflict);
  expect(await world.command('ana', { ...repeat, text: 'other' })).toMatchObject(conflict);
  expect(await world.command('bob', repeat)).toMatchObject({ ok: false, fault: { code: 'forbidden' } });
});

test('T10 a room may answer every message', async () => {
  const world = await RoomWorld.open({ respond: 'all' });
  world.model.expect({ pieces: ['hi'] });
  expect(await world.must('bob', { ...prompting('hello'), type: 'message.post', offRecord: false })).toHaveProperty(
    'turn',
  );
});

test('T13 T18 the start names who asked, for whom and what the model saw; what comes later is not in it, also after a crash', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['a'], holdAfter: 1 });
  const { turn } = await world.prompt('ana', 'question');
  const sent = await call.called;
  await call.held;
  await world.must('bob', { ...prompting('too late'), type: 'message.post', offRecord: false });
  const [started] = await world.recordsOf('turn.started');
  expect(started).toMatchObject({
    turn,
    lane: 'room',
    payer: 'ana',
    entry: { author: { id: 'ana' }, text: 'question' },
  });
  const { events } = await world.watch('bob', { seq: 0, room: 0, me: 0 });
  const told = () => events.filter(({ name }) => name === 'started').map(({ data }) => data);
  const terms = {
    principal: 'ana',
    audience: 'room',
    payer: 'ana',
    permissionEpoch: expect.any(Number),
    contextVersion: 0,
  };
  expect(told()).toEqual([
    { turn, prompts: [turn], promptEntry: started?.entry.id, author: started?.entry.author, ...terms },
  ]);
  const again = world.model.expect({ pieces: ['b'] });
  await world.restart();
  expect((await again.called).messages).toEqual(sent.messages);
});

test('T33 T34 a stop reaches the model, and the partial answer is kept and marked', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['half ', 'whole'], holdAfter: 1 });
  const { turn } = await world.prompt('bob', 'long one');
  await call.held;
  await world.must('bob', { type: 'turn.stop', turn });
  await call.over;
  await settled();
  expect(await world.turn('ana', turn)).toMatchObject({ outcome: 'cancelled', by: 'bob', text: 'half ' });
  const next = world.model.expect({ pieces: ['ok'] });
  await world.prompt('ana', 'go on');
  expect((await next.called).messages.find(({ role }) => role === 'assistant')?.content).toContain(
    '[ended early: cancelled]',
  );
});

test('T35 T36 who loses the right to ask while waiting never starts; getting it back starts nothing; others go on', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['one'], holdAfter: 0 });
  await world.prompt('ana', 'first');
  const bobs = await world.prompt('bob', 'mine');
  const cyds = await world.prompt('cyd', 'theirs');
  await call.held;
  await world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'reader' });
  await world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'speaker' });
  world.model.expect({ pieces: ['two'] });
  call.release();
  await settled();
  expect(await world.turn('bob', bobs.turn)).toMatchObject({ outcome: 'revoked' });
  expect(await world.turn('cyd', cyds.turn)).toMatchObject({ outcome: 'completed' });
  world.model.assertDone();
});

test('T42 T45 a turn goes on, and a queue stays, when nobody is connected', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['one'], holdAfter: 0 });
  const { events, close } = await world.watch('ana', null);
  const { turn } = await world.prompt('ana', 'first');
  await call.held;
  const seen = events.length;
  close();
  call.release();
  await settled();
  expect(events).toHaveLength(seen);
  expect(await world.turn('ana', turn)).toMatchObject({ outcome: 'completed', text: 'one' });
});

test('T44 a crash during an answer makes a second attempt, and what waits starts after it', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['half '], holdAfter: 1 });
  const { turn } = await world.prompt('ana', 'first');
  const waiting = await world.prompt('bob', 'second');
  await call.held;
  world.model.expect({ pieces: ['whole'] });
  world.model.expect({ pieces: ['next'] });
  await world.restart();
  expect(await world.turn('ana', turn)).toMatchObject({ outcome: 'completed', text: 'whole' });
  expect(await world.turn('bob', waiting.turn)).toMatchObject({ outcome: 'completed', text: 'next' });
});

test('T26 T4 an editor left open lets others pass and then its own prompt start', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['one'], holdAfter: 0 });
  await world.prompt('ana', 'first');
  const bobs = await world.prompt('bob', 'mine');
  await call.held;
  await world.must('bob', { type: 'turn.hold', turn: bobs.turn });
  call.release();
  await settled();
  expect(await world.turn('bob', bobs.turn)).toMatchObject({ state: 'held' });
  world.model.expect({ pieces: ['two'] });
  world.clock.advance(LENGTH_OF_EDITOR);
  await settled();
  expect(await world.turn('bob', bobs.turn)).toMatchObject({ outcome: 'completed' });
});

test('W17 who was removed stays out of a room that is open to the tenant until they are put back; who left may return', async () => {
  const world = await RoomWorld.open({ join: 'tenant' });
  const gone = { ok: false, fault: { code: 'not_found' } };
  await world.must('ana', { type: 'member.remove', user: UserId.parse('bob') });
  expect(await world.command('bob', { type: 'room.get' })).toMatchObject(gone);
  await world.restart();
  expect(await world.command('bob', { type: 'room.get' })).toMatchObject(gone);
  await world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'reader' });
  expect(await world.must('bob', { type: 'room.get' })).toMatchObject({ role: 'reader' });
  await world.must('bob', { type: 'member.remove', user: UserId.parse('bob') });
  expect(await world.must('bob', { type: 'room.get' })).toMatchObject({ role: 'reader' });
});

test('W24 putting a member in again is the same answer; who may not change roles is told that, also of the last owner', async () => {
  const world = await RoomWorld.open();
  const put = (by: string, user: string, role: 'moderator' | 'speaker' | 'reader') =>
    world.command(by, { type: 'member.set', user: UserId.parse(user), role });
  await put('ana', 'bob', 'moderator');
  const added = await put('bob', 'dot', 'speaker');
  expect(added).toMatchObject({ ok: true });
  expect(await put('bob', 'dot', 'speaker')).toEqual(added);
  const refused = { ok: false, fault: { code: 'forbidden', capability: 'role.set' } };
  expect(await put('bob', 'dot', 'reader')).toMatchObject(refused);
  expect(await put('bob', 'ana', 'reader')).toMatchObject(refused);
  expect(await put('ana', 'ana', 'reader')).toMatchObject({ ok: false, fault: { code: 'last_owner' } });
});

test('G5 whoever may not use the model that answers here is told so when they ask, and their words to people stay words', async () => {
  const world = await RoomWorld.open({ respond: 'all' });
  const limit = (models: string[]) =>
    world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'speaker', grants: { models } });
  await limit(['another']);
  for (const audience of ['room', 'me'] as const)
    expect(await world.command('bob', prompting(`to ${audience}`, { audience }))).toMatchObject({
      ok: false,
      fault: { code: 'forbidden', detail: expect.stringContaining('model') },
    });
  const said = {
    type: 'message.post',
    id: ClientKey.parse('w'),
    text: 'words',
    audience: 'room',
    offRecord: false,
  } as const;
  expect(await world.must('bob', said)).toHaveProperty('entry');
  expect(await world.recordsOf('ticket.accepted')).toEqual([]);
  await limit(['another', world.model.name]);
  world.model.expect({ pieces: ['yes'] });
  await world.prompt('bob', 'and now?');
  await settled();
  expect(await world.recordsOf('turn.ended')).toMatchObject([{ outcome: 'completed' }]);
});

test('G5 T35 a prompt that waited does not start when the model is taken from its author meanwhile', async () => {
  const world = await RoomWorld.open();
  const first = world.model.expect({ pieces: ['a', 'b'], holdAfter: 1 });
  await world.prompt('ana', 'first');
  await first.held;
  const { turn } = await world.prompt('bob', 'second');
  await world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'speaker', grants: { models: [] } });
  first.release();
  await settled();
  await settled();
  expect(await world.turn('bob', turn)).toMatchObject({ state: 'ended', outcome: 'revoked' });
  expect(world.model.requests).toHaveLength(1);
});
