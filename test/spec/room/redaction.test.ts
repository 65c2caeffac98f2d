import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { JournalRecord } from '@parley/server/core/records';
import { uniqueKey } from '@parley/server/core/unique-key';
import { withoutWords } from '@parley/server/core/labels/redact-records';
import type { Redaction } from '@parley/server/ports/journal';
import { must } from '@parley/shared/assert';
import { ENTRIES, ROOM } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import { ClientKey, EntryId, TurnId, UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { REF } from '../../kit/room-ref.ts';
import { shelfEntry } from '../../kit/shelf-entry.ts';

const SECRET = 'canary.words.7f3a';

/** Everything that is kept of the room, and everything that people and the model could get of it from here on. */
async function everythingOf(world: RoomWorld): Promise<string> {
  const records = await world.journal.read(REF, 0);
  const parts = (
    await Promise.all((await world.journal.docs(REF)).map((doc) => world.journal.loadDoc(REF, doc)))
  ).flat();
  const replies = [];
  for (const user of ['ana', 'bob']) {
    replies.push(await world.command(user, { type: 'transcript.read', lane: 'room', limit: 100 }));
    replies.push(await world.command(user, { type: 'transcript.read', lane: 'me', limit: 100 }));
    replies.push(await world.command(user, { type: 'room.export' }));
    const { events, close } = await world.watch(user, { seq: 0, room: 0, me: 0 });
    replies.push(events);
    close();
  }
  const bytes = parts.map((part) => Buffer.from(part).toString('latin1'));
  return JSON.stringify([records, replies, bytes, world.log.lines]);
}

async function said(world: RoomWorld, user: string, text: string, audience: 'room' | 'me' = 'room'): Promise<Entry> {
  const id = ClientKey.parse(`m${text.length}-${user}`);
  const reply = await world.must(user, { type: 'message.post', id, text, audience, offRecord: false });
  if (!('entry' in reply)) throw new Error('a message was expected');
  return reply.entry;
}

interface Question {
  readonly text: string;
  readonly pieces: readonly string[];
  readonly audience?: 'room' | 'me';
}

/** Asks, and gives back the two entries. */
async function asked(world: RoomWorld, user: string, { text, pieces, audience = 'room' }: Question) {
  world.model.expect({ pieces });
  const { turn } = await world.prompt(user, text, { id: ClientKey.parse(`p${text.length}-${user}`), audience });
  await settled();
  const { promptEntry, answerEntry } = await world.turn(user, turn);
  return { turn, prompt: must(promptEntry, 'it started'), answer: must(answerEntry, 'it ended') };
}

/** The kinds of what people said, as the model is sent it. */
function envelopesIn(messages: readonly { readonly content: string }[] = []): string[] {
  return messages
    .slice(1)
    .flatMap(({ content }) => [...content.matchAll(/^<said-.* kind="(\w+)">$/gm)].map(([, kind = '']) => kind));
}

function redact(world: RoomWorld, user: string, entry: EntryId) {
  return world.command(user, { type: 'entry.redact', entry });
}

/** The transcript as somebody new is shown it. */
async function shown(world: RoomWorld): Promise<Entry[]> {
  return (await transcript(world)).getArray<Entry>(ENTRIES).toArray();
}

async function transcript(world: RoomWorld): Promise<Y.Doc> {
  const doc = new Y.Doc();
  for (const part of await world.journal.loadDoc(REF, 'transcript')) Y.applyUpdate(doc, part);
  return doc;
}

test('R14 after a redaction the words are nowhere: not in records, documents, replies, events, logs or later prompts', async () => {
  const world = await RoomWorld.open();
  const message = await said(world, 'bob', `a message ${SECRET}`);
  const first = await asked(world, 'bob', { text: `a prompt ${SECRET}`, pieces: ['an ', `answer ${SECRET}`] });
  const second = await asked(world, 'bob', {
    text: `privately ${SECRET}`,
    pieces: [`only for you ${SECRET}`],
    audience: 'me',
  });
  expect(await everythingOf(world)).toContain(SECRET);
  for (const entry of [message.id, first.prompt, first.answer, second.prompt, second.answer])
    expect(await redact(world, 'bob', entry)).toMatchObject({
      ok: true,
      value: { entry: { text: '', redactedBy: 'bob' } },
    });

  expect(await everythingOf(world)).not.toContain(SECRET);
  for (const audience of ['room', 'me'] as const)
    await asked(world, 'bob', { text: `what is left? ${audience}`, pieces: ['Nothing.'], audience: audience });
  expect(JSON.stringify(world.model.requests.slice(2))).not.toContain(SECRET);
  // Not even an empty place is left in what the model is sent.
  expect(envelopesIn(world.model.requests.at(-2)?.messages)).toEqual(['prompt']);
  await world.restart();
  expect(await everythingOf(world)).not.toContain(SECRET);
  await asked(world, 'bob', { text: 'and after a restart?', pieces: ['Nothing either.'] });
  expect(JSON.stringify(world.model.requests.slice(2))).not.toContain(SECRET);
  expect((await shown(world)).map(({ text, redactedBy }) => redactedBy ?? text).slice(0, 3)).toEqual([
    'bob',
    'bob',
    'bob',
  ]);
});

test('R14 R4 a redaction of a labelled entry changes nothing in the document of those who may not read it', async () => {
  const world = await RoomWorld.open();
  await said(world, 'bob', 'in the open');
  world.authority.set(REF.tenant, 'doc:plan', ['bob']);
  const hidden = shelfEntry({ text: SECRET, resources: ['doc:plan'], after: 0 });
  await world.found(hidden);
  const before = (await transcript(world)).getMap(ROOM).toJSON();
  const [found] = (await world.must('bob', { type: 'transcript.search', q: SECRET, limit: 1 })).items;
  expect(await redact(world, 'ana', must(found, 'bob finds it').id)).toMatchObject({ ok: false });
  world.authority.set(REF.tenant, 'doc:plan', ['ana', 'bob']);
  expect(await redact(world, 'ana', must(found, 'bob finds it').id)).toMatchObject({ ok: true });
  expect((await transcript(world)).getMap(ROOM).toJSON()).toEqual(before);
});

test('R14 what was not redacted stays as it was, in its place', async () => {
  const world = await RoomWorld.open();
  await said(world, 'ana', 'before');
  const secret = await said(world, 'bob', `${SECRET} in between`);
  await said(world, 'cyd', 'after it');
  const before = await shown(world);
  await redact(world, 'bob', secret.id);
  const gone = { ...secret, text: '', redactedBy: 'bob' };
  expect(await shown(world)).toEqual(before.map((entry) => (entry.id === secret.id ? gone : entry)));
  expect((await world.must('ana', { type: 'transcript.read', lane: 'room', limit: 10 })).items).toEqual(
    await shown(world),
  );
});

test('R14 one redacts one’s own words and the answers one asked for; others’ take the capability', async () => {
  const world = await RoomWorld.open();
  const message = await said(world, 'bob', 'mine');
  const { prompt, answer } = await asked(world, 'bob', { text: 'a question', pieces: ['an answer'] });
  for (const entry of [message.id, prompt, answer])
    expect(await redact(world, 'cyd', entry)).toMatchObject({
      ok: false,
      fault: { code: 'forbidden', capability: 'entry.redact.any' },
    });
  expect(await world.recordsOf('entry.redacted')).toEqual([]);
  expect(await redact(world, 'bob', answer)).toMatchObject({ ok: true });
  expect(await redact(world, 'ana', message.id)).toMatchObject({ ok: true, value: { entry: { redactedBy: 'ana' } } });
});

test('R14 W3 an entry of somebody else’s lane and one that never was are the same to everybody, owners too', async () => {
  const world = await RoomWorld.open();
  const note = await said(world, 'bob', 'a private note', 'me');
  const unknown = await redact(world, 'ana', EntryId.parse('e_never'));
  expect(unknown).toMatchObject({ ok: false, fault: { code: 'not_found' } });
  expect(JSON.stringify(await redact(world, 'ana', note.id))).toBe(JSON.stringify(unknown));
  expect(await world.recordsOf('entry.redacted')).toEqual([]);
});

test('T50 R14 a redaction is on record without a word: of the room for all who may read lines, of a private lane for its owner', async () => {
  const journal = new MemoryJournal();
  const world = await RoomWorld.open({}, journal);
  const open = await said(world, 'bob', SECRET);
  const own = await said(world, 'bob', `${SECRET} own`, 'me');
  for (const { id } of [open, own]) await redact(world, 'bob', id);
  await settled();
  const linesFor = (reader: string) =>
    journal.audit.lines(REF.tenant, {
      after: 0,
      limit: 99,
      action: 'entry.redact',
      reader: UserId.parse(reader),
      all: true,
    });
  expect((await linesFor('ana')).map(({ target, outcome }) => [target, outcome])).toEqual([[open.id, 'done']]);
  expect((await linesFor('bob')).map(({ target }) => target)).toEqual([open.id, own.id]);
  expect(JSON.stringify(await linesFor('bob'))).not.toContain(SECRET);
});

test('R14 repeating a redaction changes nothing, and names whoever was first', async () => {
  const world = await RoomWorld.open();
  const message = await said(world, 'bob', 'mine');
  const first = await redact(world, 'bob', message.id);
  const records = await world.records();
  expect(await redact(world, 'ana', message.id)).toEqual(first);
  expect(await world.records()).toEqual(records);
});

test('R14 a turn whose prompt is redacted stops, and does not come back after a crash', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['one', 'two'], holdAfter: 1 });
  const { turn } = await world.prompt('bob', `runs with ${SECRET}`, { id: ClientKey.parse('runs') });
  await call.held;
  const { promptEntry } = await world.turn('bob', turn);
  await redact(world, 'bob', must(promptEntry, 'it started'));
  await settled();
  expect(await world.turn('bob', turn)).toMatchObject({ state: 'ended', outcome: 'cancelled', by: 'bob' });
  expect(await everythingOf(world)).not.toContain(SECRET);
  await world.restart();
  world.model.assertDone();
});

test('R14 a redaction that never reached the disk changed nothing, and one that did needs no second try', async () => {
  for (const lands of [false, true]) {
    const journal = new MemoryJournal();
    const world = await RoomWorld.open({}, journal);
    const { prompt } = await asked(world, 'bob', { text: `a prompt ${SECRET}`, pieces: ['fine'] });
    const redactIn = journal.redact.bind(journal);
    // The power goes before or after the disk has it; nobody hears an answer.
    journal.redact = async (...args: [typeof REF, Parameters<MemoryJournal['redact']>[1], Redaction]) => {
      if (lands) await redactIn(...args);
      return new Promise(() => {});
    };
    void redact(world, 'bob', prompt);
    await settled();
    journal.redact = redactIn;
    await world.restart();
    const text = await everythingOf(world);
    if (lands) expect(text).not.toContain(SECRET);
    else expect(text.split(SECRET).length).toBeGreaterThan(4);
    expect(await world.recordsOf('entry.redacted')).toHaveLength(lands ? 1 : 0);
  }
});

test('T2 R14 sending a redacted prompt or message again is still the same one', async () => {
  const world = await RoomWorld.open();
  const { turn, prompt } = await asked(world, 'bob', { text: `a prompt ${SECRET}`, pieces: ['fine'] });
  const message = await said(world, 'bob', `a message ${SECRET}`);
  await redact(world, 'bob', prompt);
  await redact(world, 'bob', message.id);
  for (const restarted of [false, true]) {
    if (restarted) await world.restart();
    const id = ClientKey.parse(`p${`a prompt ${SECRET}`.length}-bob`);
    expect(await world.prompt('bob', `a prompt ${SECRET}`, { id })).toMatchObject({ turn });
    expect(await said(world, 'bob', `a message ${SECRET}`)).toMatchObject({ id: message.id, text: '' });
  }
});

test('R14 no record keeps a word of what was redacted, and each stays a record of its kind, place and key', () => {
  const redacted = {
    by: 'bob',
    entries: new Set(['e_0', 'e_1', 'e_2'].map((id) => EntryId.parse(id))),
    prompts: new Set([TurnId.parse('t_1')]),
    answers: new Set([TurnId.parse('t_1')]),
    sources: [{ lane: 'room' as const, seq: 2 }],
  };
  for (const record of RECORDS) {
    expect(JSON.stringify(record)).toContain(SECRET);
    const without = withoutWords(record, redacted);
    expect(JournalRecord.parse(without)).toEqual(without);
    expect(JSON.stringify(without)).not.toContain(SECRET);
    expect({ ...without, type: record.type, at: record.at }).toEqual(without);
    expect(uniqueKey(without)).toBe(uniqueKey(record));
    expect(withoutWords(without, redacted)).toEqual(without);
    const others = {
      by: 'bob',
      entries: new Set<EntryId>(),
      prompts: new Set<TurnId>(),
      answers: new Set<TurnId>(),
      sources: [],
    };
    expect(withoutWords(record, others)).toBe(record);
  }
});

const turn = { lane: 'room', turn: 't_1', at: 2 };
const bob = { id: 'bob', name: 'Bob', kind: 'user' };
const answer = { id: 'e_2', seq: 2, kind: 'answer', turn: 't_1', author: bob, text: SECRET, at: 2 };
const call = { id: 'c1', call: 'mail.send', title: 'Mail', as: 'speaker', class: 'egress', effect: 'irreversible' };

/** Each kind of record that can hold words. */
const RECORDS = [
  {
    type: 'entry.added',
    lane: 'room',
    entry: { id: 'e_0', seq: 1, kind: 'message', author: bob, text: SECRET, at: 1 },
    tokens: 9,
    key: 'k1',
    at: 1,
  },
  { type: 'entry.released', lane: 'me:bob', entry: 'e_0', digest: SECRET, to: 'room', as: 'e_9', by: 'bob', at: 1 },
  { ...turn, type: 'ticket.accepted', key: 'k1', author: bob, ticketSeq: 1, text: SECRET, tokens: 9 },
  { ...turn, type: 'ticket.edited', text: SECRET, tokens: 9, revision: 2 },
  {
    ...turn,
    type: 'turn.started',
    entry: { id: 'e_1', seq: 1, kind: 'prompt', turn: 't_1', author: bob, text: SECRET, at: 2 },
    tokens: 9,
    payer: 'bob',
    turnSeconds: 300,
    context: { from: 1, to: 0, roomTo: 0, hash: 'h', tokens: 9 },
  },
  { ...turn, type: 'turn.stepped', step: 1, text: SECRET, calls: [{ ...call, arguments: `{"to":"${SECRET}"}` }] },
  {
    ...turn,
    type: 'call.asked',
    call: 'c1',
    approval: 'a_1',
    digest: SECRET,
    user: 'bob',
    recipients: [SECRET],
    influencedBy: [],
    builtOn: [],
    parksAt: 8,
    expiresAt: 9,
  },
  {
    type: 'digest.prepared',
    ...{ lane: 'room', generation: 1, from: 1, to: 1, seenTo: 2, roomSeenTo: 2, at: 3 },
    ...{ sources: 'h', text: SECRET, tokens: 9, kept: [], influence: ['bob'] },
  },
  { ...turn, type: 'call.ended', call: 'c1', outcome: 'done', content: SECRET, tokens: 9 },
  { ...turn, type: 'turn.ended', outcome: 'completed', reason: '', by: 'system', answer, tokens: 9 },
].map((record) => JournalRecord.parse(record));
