import { browserEnv } from '@parley/client/browser-env';
import { connect } from '@parley/client/connect';
import type { RoomClient } from '@parley/client/room-client';
import type { RoomViewModel } from '@parley/client/view';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RealServer } from '../kit/server.ts';
import { startServer } from '../kit/server.ts';

let server: RealServer;
const clients: RoomClient[] = [];
beforeAll(async () => {
  server = await startServer();
});
afterEach(() => clients.splice(0).forEach((client) => client.close()));
afterAll(() => server[Symbol.asyncDispose]());

/** A client that is online in `room`, whose outbox is its own. */
async function enter(room: string, user: string): Promise<RoomClient> {
  const values = new Map<string, string>();
  const store = {
    get: (key: string) => values.get(key) ?? null,
    set: (key: string, value: string) => void values.set(key, value),
    remove: (key: string) => void values.delete(key),
  };
  const client = connect({ server: server.url, room, token: () => server.token(user) }, { ...browserEnv(), store });
  clients.push(client);
  await until(client, ({ room: lane, me }) => lane.loaded && me.loaded);
  return client;
}

/** Resolves with the first view that fits. */
function until(client: RoomClient, fits: (view: RoomViewModel) => boolean): Promise<RoomViewModel> {
  return new Promise((resolve) => {
    const look = () => {
      if (!fits(client.view)) return;
      stop();
      resolve(client.view);
    };
    const stop = client.subscribe(look);
    queueMicrotask(look);
  });
}

/** Resolves when the shared notes read like this. */
function untilNotes(client: RoomClient, fits: (text: string) => boolean): Promise<void> {
  const text = client.workspace.doc.getText('notes');
  return new Promise((resolve) => {
    const look = () => {
      if (!fits(text.toString())) return;
      text.unobserve(look);
      resolve();
    };
    text.observe(look);
    look();
  });
}

async function openRoom(id: string, ...members: string[]): Promise<void> {
  const ana = await server.person('ana');
  await ana.must('POST', '/v1/rooms', { id, title: `Room ${id}` });
  for (const user of members) await ana.must('PUT', `/v1/rooms/${id}/members/${user}`, { role: 'speaker' });
}

const answered = (count: number) => (view: RoomViewModel) =>
  view.room.entries.filter(({ kind }) => kind === 'answer').length === count && view.room.answering === null;

test('T1 T12 T14 two people prompt at once, both are answered, one after the other, and both see the same', async () => {
  await openRoom('pair', 'ben');
  const ana = await enter('pair', 'ana');
  const ben = await enter('pair', 'ben');
  ana.ask('What is first?');
  ben.ask('What is second?');
  await until(ben, ({ room }) => room.answering !== null && room.answering.text !== '');
  await Promise.all([until(ana, answered(2)), until(ben, answered(2))]);
  expect(ana.view.room.entries).toEqual(ben.view.room.entries);
  expect(ana.view.room.entries.map(({ kind }) => kind)).toEqual(['prompt', 'answer', 'prompt', 'answer']);
  expect(ana.view.room.tickets).toEqual([]);
  expect([ana.view.outbox, ben.view.outbox]).toEqual([[], []]);
  expect(ana.view.title).toBe('Room pair');
});

test('T45 both see who is here and who is typing', async () => {
  await openRoom('faces', 'ben');
  const ana = await enter('faces', 'ana');
  const ben = await enter('faces', 'ben');
  await until(ana, ({ people }) => people.length === 2);
  ben.setTyping(true);
  const { people } = await until(ana, (view) => view.people.some(({ typing }) => typing));
  expect(people.map(({ id, typing, you }) => [id, typing, you])).toEqual([
    ['ana', false, true],
    ['ben', true, false],
  ]);
  ben.close();
  await until(ana, (view) => view.people.length === 1);
});

test('W36 notes are edited by both at once, and saved only when they are on disk', async () => {
  await openRoom('notes', 'ben');
  const ana = await enter('notes', 'ana');
  const ben = await enter('notes', 'ben');
  ana.workspace.doc.getText('notes').insert(0, 'from Ana. ');
  ben.workspace.doc.getText('notes').insert(0, 'from Ben. ');
  const both = (text: string) => text.includes('from Ana. ') && text.includes('from Ben. ');
  await Promise.all([untilNotes(ana, both), untilNotes(ben, both)]);
  await Promise.all([until(ana, ({ saved }) => saved), until(ben, ({ saved }) => saved)]);
  expect(ana.workspace.doc.getText('notes').toString()).toBe(ben.workspace.doc.getText('notes').toString());
});

test("R13 what is said to me alone is in my lane and in nobody else's", async () => {
  await openRoom('side', 'ben');
  const ana = await enter('side', 'ana');
  const ben = await enter('side', 'ben');
  ana.ask('for my eyes', { audience: 'me' });
  await until(ana, ({ me }) => me.entries.length === 2 && me.answering === null);
  ben.say('done');
  await until(ben, ({ room }) => room.entries.length === 1);
  expect(ben.view.me.entries).toEqual([]);
  expect(ana.view.me.entries.map(({ kind }) => kind)).toEqual(['prompt', 'answer']);
  expect(ana.view.outbox).toEqual([]);
});

test('T26 T27 a queued prompt is held, edited and withdrawn by its author while another runs', async () => {
  await openRoom('queue');
  const ana = await enter('queue', 'ana');
  ana.ask('first');
  ana.ask('second');
  const queued = await until(ana, ({ room }) =>
    room.tickets.some(({ text, state }) => text === 'second' && state === 'queued'),
  );
  const ticket = queued.room.tickets.find(({ text }) => text === 'second');
  if (!ticket) throw new Error('the ticket was there');
  expect(await ana.hold(ticket.turn)).toMatchObject({ ok: true, value: { state: 'held' } });
  expect(await ana.edit(ticket.turn, 'second, better', ticket.revision)).toMatchObject({
    ok: true,
    value: { revision: ticket.revision + 1 },
  });
  expect(await ana.edit(ticket.turn, 'too late', ticket.revision)).toMatchObject({
    ok: false,
    fault: { code: 'revision_conflict' },
  });
  expect(await ana.withdraw(ticket.turn)).toMatchObject({ ok: true, value: { state: 'ended', outcome: 'cancelled' } });
  const running = ana.view.room.tickets[0];
  if (running) await ana.stop(running.turn);
  await until(ana, ({ room }) => room.tickets.length === 0);
  expect(await ana.members()).toMatchObject({ ok: true, value: [{ user: 'ana', role: 'owner' }] });
});

test('T36 a removed person is told for good, and by whom', async () => {
  await openRoom('removal', 'ben');
  const ben = await enter('removal', 'ben');
  const ana = await server.person('ana');
  await ana.must('DELETE', '/v1/rooms/removal/members/ben');
  const { connection } = await until(ben, (view) => view.connection.kind === 'ended');
  expect(connection).toMatchObject({
    kind: 'ended',
    fault: { code: 'not_found' },
    by: expect.any(String),
    at: expect.any(Number),
  });
});

test('T1 T43 killed and started again, the server has every word, once, and the client comes back by itself', async () => {
  await openRoom('crash', 'ben');
  const ana = await enter('crash', 'ana');
  const ben = await enter('crash', 'ben');
  ana.workspace.doc.getText('notes').insert(0, 'saved. ');
  await until(ana, ({ saved }) => !saved);
  await until(ana, ({ saved }) => saved);
  ana.ask('before the crash');
  await until(ana, ({ room }) => room.answering !== null && room.answering.text !== '');
  await server.kill();
  await until(ana, ({ connection }) => connection.kind === 'reconnecting');
  ana.say('typed while it was down');
  ana.workspace.doc.getText('notes').insert(0, 'offline. ');
  const { outbox } = await until(ana, (view) => view.outbox.length === 1 && !view.saved);
  expect(outbox).toMatchObject([{ text: 'typed while it was down', state: { kind: 'unsent' } }]);
  await server.restart();
  await until(ana, ({ connection, saved, outbox: left }) => connection.kind === 'online' && saved && left.length === 0);
  await untilNotes(ben, (text) => text === 'offline. saved. ');
  const both = await Promise.all([until(ana, answered(1)), until(ben, answered(1))]);
  for (const { room } of both) {
    expect(room.entries.filter(({ text }) => text === 'before the crash')).toHaveLength(1);
    expect(room.entries.filter(({ text }) => text === 'typed while it was down')).toHaveLength(1);
    expect(room.tickets).toEqual([]);
  }
});

test('W31 W34 a drained server is come back to', async () => {
  await openRoom('drain');
  const ana = await enter('drain', 'ana');
  await server.stop();
  await until(ana, ({ connection }) => connection.kind === 'reconnecting');
  await server.restart();
  await until(ana, ({ connection }) => connection.kind === 'online');
});

test.each([300, 3_000])(
  'W11 W36 an update of %i KiB is refused, the words come back and the notes go on',
  async (kib) => {
    const room = `large-${kib}`;
    await openRoom(room);
    const ana = await enter(room, 'ana');
    ana.workspace.doc.getText('notes').insert(0, 'kept');
    await until(ana, ({ saved }) => !saved);
    await until(ana, ({ saved }) => saved);
    const before = ana.workspace.doc;
    const large = 'x'.repeat(kib * 1024);
    before.getText('notes').insert(4, large);
    const { lostWords } = await until(ana, (view) => view.lostWords !== null);
    expect(lostWords).toBe(`kept${large}`);
    expect(ana.workspace.doc).not.toBe(before);
    expect(ana.workspace.doc.getText('notes').toString()).toBe('kept');
    ana.workspace.doc.getText('notes').insert(4, ' on');
    await until(ana, ({ saved }) => !saved);
    await until(ana, ({ saved }) => saved);
    expect(ana.view.connection).toEqual({ kind: 'online' });
  },
);
