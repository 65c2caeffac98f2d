import { presenceMessage, updateMessage } from '@parley/server/room/documents/doc-message';
import { writePresence } from '@parley/server/room/documents/presence-frame';
import { decodeFrame, encodeControl, Down, type Up } from '@parley/shared/socket';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { AttackedServer } from '../kit/attacked-server.ts';
import type { RealServer, RestPerson } from '../kit/server.ts';

let at: AttackedServer;
let server: RealServer;
let ana: RestPerson;
let bob: RestPerson;
beforeAll(async () => {
  at = await AttackedServer.start();
  ({ server, ana, bob } = at);
});
beforeEach(() => at.newRoom());
afterAll(() => at[Symbol.asyncDispose]());

const api = (path = '') => at.api(path);

/** Nine bytes that delete the next million items of somebody who has not written; a claim of a huge garbage range. */
const PRE_EMPTIVE = bytesOf([0, 1, 1, 1, 0, 0xc0, 0x84, 0x3d]);
const CLOCK_LOCK = bytesOf([1, 1, 1, 0, 0, 0xc0, 0x84, 0x3d, 0]);
const FOREIGN = (() => {
  const doc = new Y.Doc();
  doc.clientID = 1;
  // More than the server has written under this id, so that not all of it passes for known.
  doc.getArray('entries').push(Array.from({ length: 500 }, () => ({ author: { id: 'ana' }, text: 'forged' })));
  doc.getMap('isAdmin').set('__proto__', true);
  return Y.encodeStateAsUpdate(doc);
})();

test.each([
  ['A18 A32 the server’s own client id', FOREIGN],
  ['A21 a deletion before anything was written', PRE_EMPTIVE],
  ['A22 a clock far ahead', CLOCK_LOCK],
])('%s changes no byte of a transcript, as an update or as a step 2', async (_, update) => {
  await ana.must('POST', api('/messages'), { id: 'one', text: 'honest' });
  const before = await transcriptBytes(ana);
  for (const kind of [1, 2]) {
    const message = updateMessage(update);
    message[1] = kind;
    expect((await stock(bob, 'transcript', message)).code).toBe(4403);
  }
  await ana.must('POST', api('/messages'), { id: 'two', text: 'still honest' });
  const after = await transcriptBytes(ana);
  const [was, is] = [before, after].map((bytes) => read(bytes));
  expect([...(is?.store.clients.keys() ?? [])]).toEqual([...(was?.store.clients.keys() ?? [])]);
  expect(
    is
      ?.getArray('entries')
      .toJSON()
      .map((entry) => (entry as { text: string }).text),
  ).toEqual(['honest', 'still honest']);
});

test('A27 a transcript has the roots of its schema and no others', async () => {
  await ana.must('POST', api('/messages'), { id: 'one', text: 'honest' });
  const roots = [...read(await transcriptBytes(ana)).share.keys()].toSorted();
  expect(['entries', 'live', 'room', 'turns']).toEqual(expect.arrayContaining(roots));
});

test('A30 A31 presence says who the server knows, for one id, whatever a socket says', async () => {
  const forged = presenceMessage(
    writePresence(
      [7, 8, 9].map((client) => ({
        client,
        clock: 5,
        state: '{"user":{"id":"ana","name":"Ana"},"isAdmin":true,"__proto__":{"x":1}}',
      })),
    ),
  );
  const frames = await heardBy(bob, 'workspace', forged);
  const text = frames.map((frame) => Buffer.from(frame).toString('latin1')).join('');
  expect(text).toContain('"id":"bob"');
  expect(text).not.toMatch(/"id":"ana"|"Ana"/);
  expect(text.match(/"id":"bob"/g)).toHaveLength(1);
});

test('A33 A39 names and messages that are not of the protocol open nothing', async () => {
  const closed = await over(
    ana,
    ['transcript.me:bob', 'transcript.room', 'workspace/../transcript', '__proto__', 'journal'].map((doc) =>
      encodeControl({ type: 'open', doc }),
    ),
  );
  const answers = closed.filter(({ type }) => type === 'closed' || type === 'opened');
  expect(answers.map(({ type }) => type)).toEqual(Array.from({ length: 5 }, () => 'closed'));
});

test('A37 what was typed and deleted in private moves nothing that others get', async () => {
  const before = await transcriptBytes(ana);
  await bob.must('POST', api('/messages'), { id: 'p', text: 'x'.repeat(777), audience: 'me' });
  expect(await transcriptBytes(ana)).toEqual(before);
});

function bytesOf(numbers: readonly number[]): Uint8Array {
  return Uint8Array.from(numbers);
}

function read(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc;
}

/** The room's transcript as a newcomer gets it, without what passes by. */
async function transcriptBytes(person: RestPerson): Promise<Uint8Array> {
  const frames = await heardBy(person, 'transcript', bytesOf([0, 0, 1, 0]));
  const updates = frames.filter((frame) => frame[0] === 0 && frame[1] !== 0).map((frame) => encodedBody(frame));
  return Y.mergeUpdates(updates);
}

/** The update in a sync frame: behind two type bytes and its length. */
function encodedBody(frame: Uint8Array): Uint8Array {
  let at = 2;
  while ((frame[at] ?? 0) >= 0x80) at += 1;
  return frame.slice(at + 1);
}

interface Stock {
  readonly code: number;
  readonly frames: readonly Uint8Array[];
}

/** A stock provider that sends one message; ends when it is closed, or has heard something of the kind it sent. */
function stock(person: RestPerson, doc: string, message: Uint8Array): Promise<Stock> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${server.socketUrl}${api(`/docs/${doc}`)}`, ['parley.v1', `bearer.${person.token}`]);
    const frames: Uint8Array[] = [];
    socket.on('open', () => socket.send(message));
    socket.on('message', (data: Buffer) => {
      frames.push(new Uint8Array(data));
      const answered = message[0] === 1 ? data[0] === 1 : message[1] === 0 && data[0] === 0 && data[1] === 1;
      if (answered) socket.terminate();
    });
    socket.on('close', (code) => resolve({ code, frames }));
  });
}

async function heardBy(person: RestPerson, doc: string, message: Uint8Array): Promise<readonly Uint8Array[]> {
  return (await stock(person, doc, message)).frames;
}

/** What the Parley socket says to these frames, up to the answer of a command after them. */
function over(person: RestPerson, frames: readonly Uint8Array[]): Promise<Down[]> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${server.socketUrl}${api('/socket')}`, ['parley.v1', `bearer.${person.token}`]);
    const heard: Down[] = [];
    socket.on('open', () => {
      for (const frame of frames) socket.send(frame);
      socket.send(encodeControl({ type: 'command', request: 99, command: { type: 'room.get' } } satisfies Up));
    });
    socket.on('message', (data: Buffer) => {
      const frame = decodeFrame(new Uint8Array(data));
      if (frame?.kind !== 'control') return;
      const message = Down.parse(JSON.parse(frame.json));
      heard.push(message);
      if (message.type === 'reply') socket.terminate();
    });
    socket.on('close', () => resolve(heard));
  });
}
