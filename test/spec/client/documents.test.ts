import { DocChannels } from '@parley/client/doc-channels';
import { fault } from '@parley/shared/fault';
import { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { afterEach, expect, test, vi } from 'vitest';
import { clientWorld } from '../../kit/client-world.ts';

const worlds: { close(): void }[] = [];
function world() {
  const made = clientWorld();
  worlds.push(made);
  return made;
}
afterEach(() => worlds.splice(0).forEach((made) => made.close()));

const DEAF = { created: () => {}, closing: () => {} };

function notes(doc: Y.Doc): string {
  return doc.getText('notes').toString();
}

test('W18 a stock provider on a channel opens, syncs both ways and closes', () => {
  const sent: string[] = [];
  const carried: Uint8Array[] = [];
  const session = {
    online: true,
    send: ({ type }: { type: string }) => sent.push(type) > 0,
    sendDocument: (_doc: string, message: Uint8Array) => void carried.push(message),
  };
  const channels = new DocChannels(session, { now: () => 0, after: () => () => {} });
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  const provider = new WebsocketProvider('parley:', 'workspace', doc, {
    disableBc: true,
    awareness,
    WebSocketPolyfill: channels.socketFor('workspace', DEAF),
  });
  expect(sent).toEqual(['open']);
  expect(carried).toEqual([]);
  channels.opened('workspace');
  // Step 1, then presence: exactly one message each.
  expect(carried.map((message) => message[0])).toEqual([0, 1]);
  provider.destroy();
  awareness.destroy();
  expect(sent).toEqual(['open', 'close']);
});

test('W19 what a client writes reaches the other, offline words included', async () => {
  const { client, clock, server } = world();
  const ana = client('ana');
  const ben = client('ben');
  ana.workspace.doc.getText('notes').insert(0, 'before the connection; ');
  await server.settle();
  expect(notes(ben.workspace.doc)).toBe('before the connection; ');
  const anasPair = server.pairs[0];
  anasPair?.drop();
  ana.workspace.doc.getText('notes').insert(0, 'offline; ');
  ben.workspace.doc.getText('notes').insert(notes(ben.workspace.doc).length, 'meanwhile; ');
  await server.settle();
  expect(notes(ben.workspace.doc)).not.toContain('offline');
  clock.advance(100);
  await server.settle();
  expect(notes(ana.workspace.doc)).toBe('offline; before the connection; meanwhile; ');
  expect(notes(ben.workspace.doc)).toBe(notes(ana.workspace.doc));
});

test('W36 saved is true only when every local change is on disk', async () => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  expect(ana.view.saved).toBe(true);
  ana.workspace.doc.getText('notes').insert(0, 'a');
  ana.workspace.doc.getText('notes').insert(0, 'b');
  await Promise.resolve();
  expect(ana.view.saved).toBe(false);
  server.last.deliverUp();
  // Two updates arrived; with one of them known to be saved, the other may still be lost.
  server.last.deliverDown(1);
  await Promise.resolve();
  expect(ana.view.saved).toBe(false);
  await server.settle();
  expect(ana.view.saved).toBe(true);

  server.last.drop();
  ana.workspace.doc.getText('notes').insert(0, 'offline');
  await server.settle();
  expect(ana.view.saved).toBe(false);
  clock.advance(100);
  await server.settle();
  expect(ana.view.saved).toBe(true);
});

test('W36 a change from elsewhere leaves saved alone', async () => {
  const { client, server } = world();
  const ana = client();
  await server.settle();
  const seen = new Set<boolean>();
  ana.subscribe(() => seen.add(ana.view.saved));
  server.doc('workspace').getText('notes').insert(0, 'from the AI');
  await server.settle();
  expect(notes(ana.workspace.doc)).toBe('from the AI');
  expect(ana.view.saved).toBe(true);
  expect(seen.has(false)).toBe(false);
});

test('W36 a change too large for any frame never reaches the wire, and its words come back', async () => {
  const { client, server } = world();
  const ana = client();
  await server.settle();
  const before = ana.workspace.doc;
  const large = 'x'.repeat(1024 * 1024);
  before.getText('notes').insert(0, large);
  await server.settle();
  expect(ana.view.lostWords).toBe(large);
  expect(ana.workspace.doc).not.toBe(before);
  expect(notes(server.doc('workspace'))).toBe('');
  expect(ana.view.saved).toBe(true);
  ana.workspace.doc.getText('notes').insert(0, 'small');
  await server.settle();
  expect(notes(server.doc('workspace'))).toBe('small');
  expect(server.pairs).toHaveLength(1);
});

test("W36 words that the server refused are offered back beside the server's copy", async () => {
  const { client, server } = world();
  const ana = client();
  server.doc('workspace').getText('notes').insert(0, 'agenda\nlunch');
  await server.settle();
  const refusedDoc = ana.workspace.doc;
  server.script.update = () => fault('bad_update');
  refusedDoc.getText('notes').insert('agenda\nlunch'.length, '\nmy long thought');
  server.last.deliverUp();
  server.script.update = () => null;
  await server.settle();
  expect(ana.workspace.doc).not.toBe(refusedDoc);
  expect(notes(ana.workspace.doc)).toBe('agenda\nlunch');
  expect(ana.view.lostWords).toBe('my long thought');
  expect(ana.view.saved).toBe(true);

  ana.workspace.doc.getText('notes').insert(0, 'again: ');
  await server.settle();
  expect(notes(server.doc('workspace'))).toBe('again: agenda\nlunch');
  ana.forgetLostWords();
  await Promise.resolve();
  expect(ana.view.lostWords).toBeNull();
});

test('W36 a server that refuses the fresh copy too is not asked in a loop', async () => {
  const { client, server } = world();
  const ana = client();
  await server.settle();
  let opened = 0;
  server.script.update = () => fault('bad_update');
  server.script.open = (doc) => (doc === 'workspace' && ++opened > 0 ? fault('forbidden') : null);
  ana.workspace.doc.getText('notes').insert(0, 'x');
  await server.settle();
  expect(opened).toBe(1);
  expect(ana.view.connection).toEqual({ kind: 'online' });
});

test('W34 a document that the server closes with "try again" is opened again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    const { client, server } = world();
    const ana = client();
    await server.settle();
    server.script.open = (doc) => (doc === 'workspace' ? fault('unavailable') : null);
    for (const peer of server.peers) peer.closeDoc('workspace', 'unavailable');
    await server.settle();
    server.script.open = () => null;
    server.doc('workspace').getText('notes').insert(0, 'later');
    await vi.advanceTimersByTimeAsync(5_000);
    await server.settle();
    expect(notes(ana.workspace.doc)).toBe('later');
  } finally {
    vi.useRealTimers();
  }
});

test('W19 a lane that a person may not have stays unloaded and costs nothing else', async () => {
  const { client, server } = world();
  server.script.open = (doc) => (doc === 'transcript.me' ? fault('not_found') : null);
  const ana = client();
  await server.settle();
  expect(ana.view.me.loaded).toBe(false);
  expect(ana.view.room.loaded).toBe(true);
  expect(ana.view.connection).toEqual({ kind: 'online' });
});

test('W19 messages of an earlier opening are not taken for the next', async () => {
  const session = { online: true, send: () => true, sendDocument: () => {} };
  const channels = new DocChannels(session, { now: () => 0, after: () => () => {} });
  const Socket = channels.socketFor('workspace', DEAF);
  const heard: unknown[] = [];
  const second = new Socket('parley:');
  second.onmessage = ({ data }) => heard.push(data);
  channels.receive('workspace', Uint8Array.of(0, 2, 0));
  expect(heard).toEqual([]);
  channels.opened('workspace');
  channels.receive('workspace', Uint8Array.of(1, 1, 0));
  expect(heard).toEqual([Uint8Array.of(1, 1, 0)]);
});

test('W8 a quiet document hears of the socket that carries it, so that its provider stays', () => {
  let now = 0;
  const session = { online: true, send: () => true, sendDocument: () => {} };
  const channels = new DocChannels(session, { now: () => now, after: () => () => {} });
  const heard: unknown[] = [];
  for (const name of ['transcript', 'workspace'] as const) {
    const socket = new (channels.socketFor(name, DEAF))('parley:');
    socket.onmessage = ({ data }) => heard.push([name, data]);
    channels.opened(name);
  }
  now = 9_999;
  channels.receive('transcript', Uint8Array.of(1, 1, 0));
  expect(heard).toHaveLength(1);
  now = 10_000;
  channels.receive('transcript', Uint8Array.of(1, 1, 0));
  // One presence message that names nobody.
  expect(heard.at(-1)).toEqual(['workspace', Uint8Array.of(1, 1, 0)]);
});
