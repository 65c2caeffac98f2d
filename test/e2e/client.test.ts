import { setMaxListeners } from 'node:events';
import { ClientKey } from '@parley/shared/ids';
import { decodeFrame, Down, encodeControl } from '@parley/shared/socket';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { issue, ISSUER_SETTINGS } from '../kit/issuer.ts';
import { NodeClient } from '../kit/node-client.ts';
import { RealServer, RestPerson } from '../kit/server.ts';
import { chunk, sseServer, type Exchange, type SseServer } from '../kit/sse-server.ts';

let model: SseServer;
let server: RealServer;
let ana: RestPerson;
let ben: RestPerson;
let room: string;
let rooms = 0;
const clients: NodeClient[] = [];

beforeAll(async () => {
  // Each of a client's providers listens for the end of the process.
  setMaxListeners(100, process);
  model = await sseServer();
  server = await RealServer.start({ env: { OPENAI_BASE_URL: model.baseURL, PARLEY_LOG: 'error' } });
  ana = await server.person('ana', 'Ana');
  ben = await server.person('ben', 'Ben');
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  expect(server.program.output).not.toContain('"level":"error"');
});

async function newRoom(policy = {}): Promise<void> {
  room = `room-${++rooms}`;
  await ana.must('POST', '/v1/rooms', { id: room, title: 'Den', policy });
  await ana.must('PUT', `/v1/rooms/${room}/members/ben`, { role: 'speaker' });
}

function client(person: RestPerson): Promise<NodeClient> {
  const one = new NodeClient({ server: server.url, room, token: () => person.token });
  clients.push(one);
  return one.online();
}

function answer(exchange: Exchange, text: string): void {
  exchange.send(chunk({ content: text }));
  exchange.send(chunk({}, 'stop'));
  exchange.send('[DONE]');
  exchange.response.end();
}

function texts({ view }: NodeClient, lane: 'room' | 'me' = 'room'): string[] {
  return view[lane].entries.map(({ text }) => text);
}

/** One person's messages, over one socket, none waiting for another; resolves when the last is on disk. */
async function sayAll(words: readonly string[], person = ana): Promise<void> {
  const socket = new WebSocket(`${server.socketUrl}/v1/rooms/${room}/socket`, ['parley.v1', `bearer.${person.token}`]);
  let replies = 0;
  await new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const frame = decodeFrame(data);
      const down = frame?.kind === 'control' ? Down.parse(JSON.parse(frame.json)) : null;
      if (down?.type === 'welcome') words.forEach((text, request) => socket.send(say(request, text)));
      if (down?.type === 'reply' && ++replies === words.length) resolve();
    });
  });
  socket.close();
}

function say(request: number, text: string): Uint8Array {
  const command = {
    type: 'message.post',
    id: ClientKey.parse(`m-${request}`),
    text,
    audience: 'room',
    offRecord: false,
  } as const;
  return encodeControl({ type: 'command', request, command });
}

test('T1 T4 T12 two people ask at the same moment and both are answered, one after the other, the same for both', async () => {
  await newRoom();
  const [one, two] = [await client(ana), await client(ben)];
  one.room.ask('from ana');
  two.room.ask('from ben');
  for (const text of ['first answer', 'second answer']) answer(await model.next(), text);
  await Promise.all([one, two].map((self) => self.until((view) => view.room.entries.length === 4)));
  expect(texts(one)).toEqual(texts(two));
  expect(texts(one).filter((_, index) => index % 2 === 1)).toEqual(['first answer', 'second answer']);
  expect(new Set([texts(one)[0], texts(one)[2]])).toEqual(new Set(['from ana', 'from ben']));
  const done = await Promise.all([one, two].map((self) => self.until(({ outbox }) => outbox.length === 0)));
  expect(done.map((view) => view.room.tickets)).toEqual([[], []]);
});

test('T2 W35 a prompt whose answer was lost with the line is sent again and stays one prompt', async () => {
  await newRoom();
  const [one, watcher] = [await client(ana), await client(ben)];
  one.goDeaf();
  const id = one.room.ask('only once');
  await watcher.until((view) => view.room.tickets.some((ticket) => ticket.id === id));
  expect(one.view.outbox.map(({ state }) => state.kind)).toEqual(['sent']);
  one.cut();
  await one.until(({ outbox, connection }) => connection.kind === 'online' && outbox.length === 0);
  expect(one.dials).toBe(2);
  answer(await model.next(), 'one answer');
  await one.until((view) => view.room.entries.length === 2);
  expect(texts(one)).toEqual(['only once', 'one answer']);
});

test('T30 T31 T33 stop ends the running turn at the provider, keeps what came, says who did it, and the queue goes on', async () => {
  await newRoom();
  const [one, two] = [await client(ana), await client(ben)];
  one.room.ask('long');
  const running = await model.next();
  running.send(chunk({ content: 'as far as' }));
  two.room.ask('next');
  const { room: lane } = await one.until(
    (view) => view.room.answering?.text === 'as far as' && view.room.tickets.length === 2,
  );
  const turn = lane.answering?.turn ?? expect.fail('nothing runs');
  expect((await one.room.stop(turn)).ok).toBe(true);
  await running.closed;
  answer(await model.next(), 'the next answer');
  const view = await two.until((seen) => seen.room.entries.length === 4);
  expect(view.room.entries[1]).toMatchObject({ text: 'as far as', outcome: 'cancelled', by: 'ana' });
  expect(texts(two)).toEqual(['long', 'as far as', 'next', 'the next answer']);
  const late = await one.room.stop(turn);
  expect(late).toMatchObject({ ok: true, value: { outcome: 'cancelled', by: 'ana' } });
});

test('T27 a queued prompt is withdrawn by its author and by nobody else', async () => {
  await newRoom();
  const [one, two] = [await client(ana), await client(ben)];
  one.room.ask('first');
  const running = await model.next();
  two.room.ask('second');
  const { room: lane } = await one.until((view) => view.room.tickets.length === 2);
  const turn = lane.tickets[1]?.turn ?? expect.fail('nothing waits');
  expect(await one.room.withdraw(turn)).toMatchObject({ ok: false });
  expect(await two.room.withdraw(turn)).toMatchObject({
    ok: true,
    value: { state: 'ended', outcome: 'cancelled', by: 'ben' },
  });
  answer(running, 'done');
  const view = await two.until((seen) => seen.room.entries.length === 2 && seen.room.tickets.length === 0);
  expect([texts(two), view.outbox]).toEqual([['first', 'done'], []]);
});

test('R9 a private prompt is answered to its author alone and holds up nobody', async () => {
  await newRoom();
  const [one, two] = [await client(ana), await client(ben)];
  one.room.ask('between us', { audience: 'me' });
  const secret = await model.next();
  two.room.ask('for all');
  answer(await model.next(), 'in public');
  await two.until((view) => view.room.entries.length === 2);
  answer(secret, 'in private');
  await one.until((view) => view.me.entries.length === 2 && view.room.entries.length === 2);
  expect([texts(one, 'me'), texts(one)]).toEqual([
    ['between us', 'in private'],
    ['for all', 'in public'],
  ]);
  expect([texts(two, 'me'), texts(two)]).toEqual([[], ['for all', 'in public']]);
});

test('D3 W36 what is shown as saved is there after kill -9, though whoever wrote it never comes back', async () => {
  await newRoom();
  const one = await client(ana);
  one.room.workspace.doc.getText('notes').insert(0, 'on disk');
  await one.until(({ saved }) => !saved);
  await one.until(({ saved }) => saved);
  await server.kill();
  one.close();
  await server.restart();
  const two = await client(ben);
  await new Promise<void>((resolve) => {
    const { doc } = two.room.workspace;
    const look = (): void => {
      if (doc.getText('notes').toString() === 'on disk') resolve();
    };
    doc.on('update', look);
    look();
  });
});

test('W22 older entries than the window come when they are asked for, without a gap or a repeat', async () => {
  await newRoom({ limits: { promptsPerMinute: 10_000 } });
  const MESSAGES = 2_250;
  // Two people, because one may not say so much in a minute.
  const half = Array.from({ length: MESSAGES / 2 }, (_, index) => `${index + 1}`);
  await sayAll(half);
  await sayAll(half, ben);
  const one = await client(ana);
  expect(one.view.room.entries.length).toBeLessThan(MESSAGES);
  expect(one.view.room.firstSeq).toBeGreaterThan(1);
  while (await one.room.loadOlder('room'));
  const view = await one.until((seen) => seen.room.entries.length >= MESSAGES);
  expect(view.room.entries.map(({ seq }) => seq)).toEqual(Array.from({ length: MESSAGES }, (_, index) => index + 1));
  expect(view.room.firstSeq).toBe(1);
});

test('W16 W33 a token is renewed in band: the connection outlives the token it began with', async () => {
  await using strict = await RealServer.start({ env: { ...ISSUER_SETTINGS, PARLEY_LOG: 'error' } });
  const first = await issue('ana', 6);
  await new RestPerson(strict.url, 'ana', first).must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
  // Somebody with the same token who never renews it says when it has ended.
  const witness = new WebSocket(`${strict.socketUrl}/v1/rooms/den/socket`, ['parley.v1', `bearer.${first}`]);
  const ended = new Promise<number>((resolve) => witness.once('close', resolve));
  let asked = 0;
  const token = (): Promise<string> | string => (asked++ === 0 ? first : issue('ana', 60));
  const one = await new NodeClient({ server: strict.url, room: 'den', token, haste: 50 }).online();
  clients.push(one);
  expect(await ended).toBe(4401);
  expect(await one.room.members()).toMatchObject({ ok: true });
  expect([one.dials, one.view.connection.kind]).toEqual([1, 'online']);
  expect(asked).toBeGreaterThan(1);
});
