import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import { WebsocketProvider as WebsocketProvider30 } from 'y-websocket-3-0';
import * as Y from 'yjs';
import { RealServer, type RestPerson } from '../kit/server.ts';

let server: RealServer;
let ana: RestPerson;
let ben: RestPerson;
beforeAll(async () => {
  server = await RealServer.start();
  [ana, ben] = [await server.person('ana', 'Ana'), await server.person('ben', 'Ben')];
});
afterAll(() => server[Symbol.asyncDispose]());

type Provider = typeof WebsocketProvider;

/** Opens a document the way the provider's own page shows it, with nothing of ours on the client's side. */
function open(Stock: Provider, person: RestPerson, doc: string, room = 'lobby') {
  const ydoc = new Y.Doc();
  const provider = new Stock(`${server.socketUrl}/v1/rooms/${room}/docs`, doc, ydoc, {
    protocols: ['parley.v1', `bearer.${person.token}`],
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
  });
  const closed = new Promise<number>((resolve) =>
    provider.once('connection-close', (event: { code: number } | null) => resolve(event?.code ?? 0)),
  );
  return { ydoc, provider, closed, [Symbol.dispose]: () => provider.destroy() };
}

/** Resolves when the condition holds, looked at after each change of the document or the provider. */
function when({ ydoc, provider }: ReturnType<typeof open>, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return;
      ydoc.off('update', look);
      provider.off('sync', look);
      provider.awareness.off('change', look);
      resolve();
    };
    ydoc.on('update', look);
    provider.on('sync', look);
    provider.awareness.on('change', look);
    look();
  });
}

describe.each([
  ['3.1', WebsocketProvider],
  // The 3.0 package is the same class of an earlier version; its types are its own.
  ['3.0', WebsocketProvider30 as unknown as Provider],
])('y-websocket %s, unmodified', (_version, Stock) => {
  test('W18 two people edit the workspace together', async () => {
    using a = open(Stock, ana, 'workspace');
    using b = open(Stock, ben, 'workspace');
    await when(a, () => a.provider.synced);
    await when(b, () => b.provider.synced);
    const word = crypto.randomUUID();
    a.ydoc.getText('notes').insert(0, word);
    await when(b, () => b.ydoc.getText('notes').toString().includes(word));
  });

  test('W18 the transcript is read: a prompt and its answer arrive', async () => {
    using b = open(Stock, ben, 'transcript');
    await when(b, () => b.provider.synced);
    const { turn } = await ana.must<{ turn: string }>('POST', '/v1/rooms/lobby/prompts', {
      id: crypto.randomUUID(),
      text: 'hi',
    });
    const kinds = () =>
      (b.ydoc.getArray('entries').toJSON() as { turn?: string; kind: string }[])
        .filter((entry) => entry.turn === turn)
        .map(({ kind }) => kind);
    await when(b, () => kinds().includes('answer'));
    expect(kinds()).toEqual(['prompt', 'answer']);
  });

  test('R1 whoever writes into a transcript is closed 4403, and nobody sees it', async () => {
    using b = open(Stock, ben, 'transcript');
    await when(b, () => b.provider.synced);
    b.ydoc.getArray('entries').push([{ kind: 'answer', text: 'forged' }]);
    expect(await b.closed).toBe(4403);
    using a = open(Stock, ana, 'transcript');
    await when(a, () => a.provider.synced);
    expect(JSON.stringify(a.ydoc.getArray('entries').toJSON())).not.toContain('forged');
  });

  test('R13 presence carries the name the server knows, whatever the client says', async () => {
    using a = open(Stock, ana, 'workspace');
    using b = open(Stock, ben, 'workspace');
    a.provider.awareness.setLocalStateField('user', { name: 'Ben', id: 'ben' });
    const seen = () =>
      b.provider.awareness.getStates().get(a.ydoc.clientID)?.['user'] as { id: string; name: string } | undefined;
    await when(b, () => seen() !== undefined);
    expect(seen()).toMatchObject({ id: 'ana', name: 'Ana' });
  });

  test('W17 a person removed while connected is closed 4404', async () => {
    const room = `r-${crypto.randomUUID()}`;
    await ana.must('POST', '/v1/rooms', { id: room, title: 'Removal' });
    await ana.must('PUT', `/v1/rooms/${room}/members/ben`, { role: 'speaker' });
    using b = open(Stock, ben, 'workspace', room);
    await when(b, () => b.provider.synced);
    await ana.must('DELETE', `/v1/rooms/${room}/members/ben`);
    expect(await b.closed).toBe(4404);
  });

  test('W17 a member who may not read any more is closed 4403, and let in nowhere', async () => {
    const room = `r-${crypto.randomUUID()}`;
    await ana.must('POST', '/v1/rooms', { id: room, title: 'Hushed' });
    await ana.must('PUT', `/v1/rooms/${room}/members/ben`, { role: 'speaker' });
    using b = open(Stock, ben, 'transcript', room);
    await when(b, () => b.provider.synced);
    await ana.must('PATCH', `/v1/rooms/${room}`, { policy: { levels: { 'room.read': 50 } } });
    expect(await b.closed).toBe(4403);
    using again = open(Stock, ben, 'transcript', room);
    expect(await again.closed).toBe(4403);
  });
});
