import { setMaxListeners } from 'node:events';
import type { PromptAccepted } from '@parley/shared/answers';
import { ENTRIES, LIVE, TURNS } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import * as encoding from 'lib0/encoding';
import { writeSyncStep2 } from 'y-protocols/sync';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import type * as z from 'zod';
import { issue, ISSUER_SETTINGS } from '../kit/issuer.ts';
import { RealServer, RestPerson } from '../kit/server.ts';
import { chunk, sseServer, type Exchange, type SseServer } from '../kit/sse-server.ts';
import { PROVIDERS, StockProvider, type ProviderVersion } from '../kit/stock-provider.ts';

let model: SseServer;
let server: RealServer;
let ana: RestPerson;
let ben: RestPerson;
let room: string;
let rooms = 0;
const open = new Set<StockProvider>();

beforeAll(async () => {
  // Each provider listens for the end of the process.
  setMaxListeners(200, process);
  model = await sseServer();
  server = await RealServer.start({ env: { OPENAI_BASE_URL: model.baseURL, PARLEY_LOG: 'error' } });
  ana = await server.person('ana', 'Ana');
  ben = await server.person('ben', 'Ben');
});
afterEach(() => {
  for (const one of open) one.destroy();
  open.clear();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  expect(server.program.output).not.toContain('"level":"error"');
});

function keep<T extends StockProvider>(one: T): T {
  open.add(one);
  return one;
}

async function newRoom(role = 'speaker'): Promise<void> {
  room = `room-${++rooms}`;
  await ana.must('POST', '/v1/rooms', { id: room, title: 'Den' });
  await ana.must('PUT', `/v1/rooms/${room}/members/ben`, { role });
}

function ask(person: RestPerson, id: string, text: string, audience = 'room'): Promise<z.infer<typeof PromptAccepted>> {
  return person.must('POST', `/v1/rooms/${room}/prompts`, { id, text, audience });
}

function say(exchange: Exchange, text: string): void {
  exchange.send(chunk({ content: text }));
}

function finish(exchange: Exchange): void {
  exchange.send(chunk({}, 'stop'));
  exchange.send('[DONE]');
  exchange.response.end();
}

/** A prompt and its whole answer. */
async function converse(person: RestPerson, id: string, audience = 'room'): Promise<void> {
  const { turn } = await ask(person, id, `question ${id}`, audience);
  const exchange = await model.next();
  say(exchange, `answer ${id}`);
  finish(exchange);
  await person.must('GET', `/v1/rooms/${room}/turns/${turn}?wait=30`);
}

function entries({ ydoc }: StockProvider): Entry[] {
  return ydoc.getArray<Entry>(ENTRIES).toArray();
}

function texts(one: StockProvider): string[] {
  return entries(one).map(({ text }) => text);
}

function liveText({ ydoc }: StockProvider): string {
  return [...ydoc.getMap<Y.Text>(LIVE).values()].map(String).join('');
}

function state({ ydoc }: StockProvider): Uint8Array {
  return Y.encodeStateAsUpdate(ydoc);
}

function stepTwo({ ydoc }: StockProvider): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  writeSyncStep2(encoder, ydoc);
  return encoding.toUint8Array(encoder);
}

describe.each(Object.keys(PROVIDERS) as ProviderVersion[])('y-websocket %s, unmodified', (version) => {
  function connect(
    doc: string,
    person: Pick<RestPerson, 'token'>,
    more: { params?: Record<string, string>; room?: string } = {},
  ): StockProvider {
    return keep(new StockProvider({ server, version, room, doc, token: person.token, ...more }));
  }

  test('W18 T12 the transcript is read live while prompts of two people stream', async () => {
    await newRoom();
    const reader = await connect('transcript', ben).ready();
    await ask(ana, 'p1', 'first');
    const first = await model.next();
    await ask(ben, 'p2', 'second');
    say(first, 'one ');
    await reader.until((self) => liveText(self) === 'one ');
    say(first, 'two');
    await reader.until((self) => liveText(self) === 'one two');
    expect(texts(reader)).toEqual(['first']);
    const positions = [...reader.ydoc.getMap<{ position: number }>(TURNS).values()].map(({ position }) => position);
    expect(positions.toSorted((a, b) => a - b)).toEqual([0, 1]);
    finish(first);
    const second = await model.next();
    finish(second);
    await reader.until((self) => entries(self).length === 4);
    expect(texts(reader)).toEqual(['first', 'one two', 'second', '']);
    expect(liveText(reader)).toBe('');
  });

  test('W18 R9 transcript.me is another document for each person, and nobody else’s can be reached', async () => {
    await newRoom();
    const mine = await connect('transcript.me', ana).ready();
    const his = await connect('transcript.me', ben).ready();
    const shared = await connect('transcript', ben).ready();
    await converse(ana, 'secret', 'me');
    await mine.until((self) => entries(self).length === 2);
    await converse(ben, 'open');
    await shared.until((self) => entries(self).length === 2);
    expect(texts(mine)).toEqual(['question secret', 'answer secret']);
    expect([texts(his), texts(shared)]).toEqual([[], ['question open', 'answer open']]);
    for (const name of ['transcript.me:ana', 'transcript.me%3Aana', 'transcript.ana', 'transcript.me.ana']) {
      expect(await connect(name, ben).closed(), name).toBe(4404);
    }
  });

  test('W18 W13 two people edit the workspace at once, and presence carries the names that the server knows', async () => {
    await newRoom();
    const [one, two] = [await connect('workspace', ana).ready(), await connect('workspace', ben).ready()];
    one.ydoc.getText('notes').insert(0, 'Ana. ');
    two.ydoc.getText('notes').insert(0, 'Ben. ');
    const whole = ({ text }: StockProvider): boolean => text.includes('Ana. ') && text.includes('Ben. ');
    await Promise.all([one.until(whole), two.until(whole)]);
    expect(one.text).toBe(two.text);
    two.provider.awareness.setLocalState({ user: { id: 'ana', name: 'Not Ben' }, cursor: 3 });
    const moved = ({ provider }: StockProvider): boolean =>
      provider.awareness.getStates().get(two.ydoc.clientID)?.['cursor'] === 3;
    await one.until(moved);
    const shown = one.provider.awareness.getStates().get(two.ydoc.clientID);
    expect(shown).toMatchObject({ user: { id: 'ben', name: 'Ben', color: expect.any(String) }, cursor: 3 });
    two.destroy();
    open.delete(two);
    await one.until((self) => !self.provider.awareness.getStates().has(two.ydoc.clientID));
  });

  test('W10 R1 an edit of the transcript closes 4403 and changes nothing, byte for byte', async () => {
    await newRoom();
    await converse(ana, 'p1');
    const before = state(await connect('transcript', ben).ready());
    const forger = await connect('transcript', ana).ready();
    const closed = forger.closed();
    forger.ydoc.getArray(ENTRIES).push([{ text: 'the AI said so' }]);
    expect(await closed).toBe(4403);
    forger.destroy();
    const eraser = await connect('transcript', ana).ready();
    const erased = eraser.closed();
    eraser.ydoc.getArray(ENTRIES).delete(0, 1);
    expect(await erased).toBe(4403);
    eraser.destroy();
    const after = await connect('transcript', ben).ready();
    expect(state(after)).toEqual(before);
    expect(after.closes).toEqual([]);
  });

  test('W21 W10 readers come back after kill -9 with the ids they know and are not closed for it', async () => {
    await newRoom();
    await converse(ana, 'p1');
    const reader = await connect('transcript', ben).ready();
    await ask(ana, 'p2', 'question p2');
    const cut = await model.next();
    say(cut, 'half an ans');
    await reader.until((self) => liveText(self) === 'half an ans');
    await server.kill();
    await reader.until(({ synced }) => !synced);
    await server.restart();
    const again = await model.next();
    await reader.ready();
    say(again, 'another one');
    await reader.until((self) => liveText(self) === 'another one');
    finish(again);
    await reader.until((self) => entries(self).length === 4);
    expect(texts(reader)).toEqual(['question p1', 'answer p1', 'question p2', 'another one']);
    // Some providers answer with all they have, deletions included, whether or not they were asked.
    reader.sendRaw(stepTwo(reader));
    await converse(ana, 'p3');
    await reader.until((self) => entries(self).length === 6);
    expect(reader.closes.filter((code) => code >= 4400)).toEqual([]);
    const fresh = await connect('transcript', ana).ready();
    expect(entries(fresh)).toEqual(entries(reader));
    const known = ({ ydoc }: StockProvider) => Y.decodeStateVector(Y.encodeStateVector(ydoc));
    await expect.poll(() => known(reader)).toEqual(known(fresh));
  });

  test('W12 words written while the server was gone arrive when it is back, though an edit comes before step 2', async () => {
    await newRoom();
    const writer = await connect('workspace', ana).ready();
    writer.ydoc.getText('notes').insert(0, 'before ');
    const other = await connect('workspace', ben).ready();
    await other.until(({ text }) => text === 'before ');
    await server.kill();
    await writer.until(({ synced }) => !synced);
    writer.ydoc.getText('notes').insert(0, 'offline ');
    // Sent as soon as the line is open, before the server could ask what is missing.
    const early = (event: { status: string }): void => {
      if (event.status === 'connected') writer.ydoc.getText('notes').insert(0, 'early ');
    };
    writer.provider.on('status', early);
    await server.restart();
    await other.until(({ text }) => text === 'early offline before ');
    writer.provider.off('status', early);
    expect([...writer.closes, ...other.closes].filter((code) => code >= 4400)).toEqual([]);
  });

  test('W1 W2 a bad token closes 4401, a JWT in the query too; 3.1 leaves it at that', async () => {
    await newRoom();
    const bad = connect('transcript', { token: `${ana.token}x` });
    const inQuery = keep(
      new StockProvider({ server, version, room, doc: 'transcript', token: null, params: { token: ana.token } }),
    );
    expect(await Promise.all([bad.closed(), inQuery.closed()])).toEqual([4401, 4401]);
    expect([bad.provider.shouldConnect, inQuery.provider.shouldConnect]).toEqual(
      version === '3.1' ? [false, false] : [true, true],
    );
  });

  test('W1 a ticket in the query lets its person in, once', async () => {
    await newRoom();
    const { ticket } = await ana.must<{ ticket: string }>('POST', `/v1/rooms/${room}/tickets`);
    const withTicket = (): StockProvider =>
      keep(new StockProvider({ server, version, room, doc: 'transcript', token: null, params: { ticket } }));
    await withTicket().ready();
    expect(await withTicket().closed()).toBe(4401);
  });

  test('W3 a room I am not in closes 4404 like one that is not there', async () => {
    await newRoom();
    const eve = await server.person('eve');
    expect(await connect('transcript', eve).closed()).toBe(4404);
    expect(await connect('transcript', eve, { room: 'nowhere' }).closed()).toBe(4404);
    expect(await connect('workspace', eve).closed()).toBe(4404);
  });

  test('W17 whoever loses the right to edit is closed 4403 at once and goes on reading; whoever is removed, 4404', async () => {
    await newRoom();
    const notes = await connect('workspace', ben).ready();
    const reading = await connect('transcript', ben).ready();
    const downgraded = notes.closed();
    await ana.must('PUT', `/v1/rooms/${room}/members/ben`, { role: 'reader' });
    expect(await downgraded).toBe(4403);
    notes.destroy();
    expect(reading.closes).toEqual([]);
    // A reader reads the notes too; an edit is one too many.
    const reader = await connect('workspace', ben).ready();
    const overstepped = reader.closed();
    reader.ydoc.getText('notes').insert(0, 'mine');
    expect(await overstepped).toBe(4403);
    reader.destroy();
    const removed = reading.closed();
    await ana.must('DELETE', `/v1/rooms/${room}/members/ben`);
    expect(await removed).toBe(4404);
    expect((await connect('workspace', ana).ready()).text).toBe('');
  });

  test('W7 a text frame and a frame that is none close 4400', async () => {
    await newRoom();
    for (const frame of ['hello', Uint8Array.from([0, 2, 200])]) {
      const one = await connect('workspace', ana).ready();
      const closed = one.closed();
      one.sendRaw(frame);
      expect(await closed).toBe(4400);
      one.destroy();
    }
  });

  test('W9 a large first sync comes as several updates, step 2 last', async () => {
    await newRoom();
    const writer = await connect('workspace', ana).ready();
    const notes = writer.ydoc.getText('notes');
    for (let part = 0; part < 8; part++) notes.insert(notes.length, `${part}`.repeat(150_000));
    await connect('workspace', ben).until(({ text }) => text.length === 1_200_000);
    const kinds: number[] = [];
    const late = connect('workspace', ben);
    late.provider.ws?.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
      const [type, kind = -1] = new Uint8Array(data);
      if (type === 0) kinds.push(kind);
    });
    await late.ready();
    expect(late.text).toBe(writer.text);
    expect(kinds.filter((kind) => kind === 2).length).toBeGreaterThan(2);
    expect(kinds.at(-1)).toBe(1);
  });
});

test('W8 a reader hears something within 20 s of silence, so no provider’s watchdog bites', async () => {
  await newRoom();
  const socket = new WebSocket(`${server.socketUrl}/v1/rooms/${room}/docs/transcript`, [
    'parley.v1',
    `bearer.${ana.token}`,
  ]);
  const heard = new Promise<number>((resolve) => {
    socket.once('open', () => {
      const since = performance.now();
      socket.once('message', () => resolve(performance.now() - since));
    });
  });
  expect(await heard).toBeLessThan(20_000);
  socket.close();
});

test('W20 3.0 ignores close codes, so one that keeps coming with a bad token is made to wait by address', async () => {
  await newRoom();
  const deaf = keep(new StockProvider({ server, version: '3.0', room, doc: 'transcript', token: 'forged' }));
  // 1006 is all that a provider sees of an HTTP 429.
  await deaf.until(({ closes }) => closes.includes(1006));
  expect(deaf.closes.filter((code) => code === 4401).length).toBeLessThanOrEqual(20);
});

test('W16 W30 a connection ends with 4401 when its token does', async () => {
  await using strict = await RealServer.start({ env: { ...ISSUER_SETTINGS, PARLEY_LOG: 'error' } });
  const owner = new RestPerson(strict.url, 'ana', await issue('ana', 60));
  await owner.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
  const token = await issue('ana', 4);
  const { exp } = JSON.parse(atob(token.split('.')[1] ?? '')) as { exp: number };
  const one = await keep(
    new StockProvider({ server: strict, version: '3.1', room: 'den', doc: 'transcript', token }),
  ).ready();
  expect(await one.closed()).toBe(4401);
  // A timer may be a millisecond early by another clock.
  expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000 - 50);
  one.destroy();
  expect((await fetch(`${strict.url}/dev/token`, { method: 'POST', body: '{}' })).status).toBe(404);
});
