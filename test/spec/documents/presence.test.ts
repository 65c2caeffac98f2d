import { personColor } from '@parley/shared/person-color';
import { presenceMessage } from '@parley/server/room/documents/doc-message';
import { PRESENCE_TICK_MS } from '@parley/server/room/documents/presence';
import { writePresence } from '@parley/server/room/documents/presence-frame';
import { afterEach, expect, test } from 'vitest';
import type { DocPeer } from '@parley/server/room/documents/doc-session';
import { docPeer, DocWorld } from '../../kit/doc-world.ts';
import { StockPeer } from '../../kit/stock-peer.ts';

const made: StockPeer[] = [];
afterEach(() => made.splice(0).forEach((peer) => peer.destroy()));

async function stock(world: DocWorld, peer: DocPeer, client?: number): Promise<StockPeer> {
  const stockPeer = new StockPeer(world, peer, 'transcript', client);
  made.push(stockPeer);
  await stockPeer.connect();
  return stockPeer;
}

async function tick(world: DocWorld): Promise<void> {
  await world.settle();
  world.clock.advance(PRESENCE_TICK_MS);
  await world.settle();
}

function seen(by: StockPeer, client: number): unknown {
  return by.awareness.getStates().get(client);
}

test('R13 who somebody is in presence is the server’s word, not theirs', async () => {
  const world = await DocWorld.open();
  const [ana, ben] = [await stock(world, docPeer('ana')), await stock(world, docPeer('ben'))];
  ana.awareness.setLocalState({ user: { id: 'ben', name: 'Ben', color: 'red' }, typing: true });
  await tick(world);
  expect(seen(ben, ana.doc.clientID)).toEqual({ typing: true, user: { id: 'ana', name: 'ANA', color: '#123456' } });
});

test('W13 presence under the client id of somebody else is dropped, whatever its clock', async () => {
  const world = await DocWorld.open();
  const [ana, ben, eve] = [
    await stock(world, docPeer('ana'), 41),
    await stock(world, docPeer('ben')),
    await stock(world, docPeer('eve')),
  ];
  await tick(world);
  const before = seen(ben, 41);
  eve.sendRaw(presenceMessage(writePresence([{ client: 41, clock: 2 ** 31, state: '{"typing":true}' }])));
  eve.sendRaw(presenceMessage(writePresence([{ client: 41, clock: 9, state: 'null' }])));
  await tick(world);
  expect(seen(ben, 41)).toEqual(before);
  ana.awareness.setLocalStateField('typing', false);
  await tick(world);
  expect(seen(ben, 41)).toMatchObject({ typing: false });
});

test('W13 one peer is one state: further ids are dropped', async () => {
  const world = await DocWorld.open();
  const [ana, ben] = [await stock(world, docPeer('ana')), await stock(world, docPeer('ben'))];
  const crowd = Array.from({ length: 500 }, (_, n) => ({ client: 1_000 + n, clock: 1, state: '{}' }));
  ana.sendRaw(presenceMessage(writePresence(crowd)));
  await tick(world);
  expect(new Set(ben.awareness.getStates().keys())).toEqual(new Set([ana.doc.clientID, ben.doc.clientID]));
});

test.each([
  ['too large', { clock: 5, state: JSON.stringify({ text: 'x'.repeat(5_000) }) }],
  ['with a clock out of range', { clock: 2 ** 40, state: '{"typing":true}' }],
  ['not JSON', { clock: 5, state: '{"typing":' }],
  ['not an object', { clock: 5, state: '[1]' }],
])('W13 a presence state that is %s is dropped', async (_, entry) => {
  const world = await DocWorld.open();
  const [ana, ben] = [await stock(world, docPeer('ana')), await stock(world, docPeer('ben'))];
  await tick(world);
  const before = seen(ben, ana.doc.clientID);
  ana.sendRaw(presenceMessage(writePresence([{ client: ana.doc.clientID, ...entry }])));
  await tick(world);
  expect(seen(ben, ana.doc.clientID)).toEqual(before);
  expect(ana.fault).toBeNull();
});

test('W13 changes of one tick are one message, and the sender hears its own', async () => {
  const world = await DocWorld.open();
  const people = await Promise.all(['ana', 'ben', 'cyd'].map((user) => stock(world, docPeer(user))));
  await tick(world);
  const before = world.told('presence').length;
  for (const person of people) for (let i = 0; i < 5; i++) person.awareness.setLocalStateField('cursor', i);
  await tick(world);
  await tick(world);
  expect(world.told('presence').length).toBe(before + 1);
  expect(world.clock.pending).toEqual([]);
  for (const person of people) {
    const cursors = [...person.awareness.getStates().values()].map((state) => state['cursor']);
    expect(cursors).toEqual([4, 4, 4]);
  }
});

test('W13 a renewal is passed on, or stock clients would take a quiet person for gone', async () => {
  const world = await DocWorld.open();
  const [ana, ben] = [await stock(world, docPeer('ana')), await stock(world, docPeer('ben'))];
  await tick(world);
  const before = ben.awareness.meta.get(ana.doc.clientID)?.clock ?? 0;
  ana.awareness.setLocalState(ana.awareness.getLocalState());
  await tick(world);
  expect(ben.awareness.meta.get(ana.doc.clientID)?.clock).toBe(before + 1);
});

test('W13 somebody whose socket is gone is gone, and seen again at once when back with the same id and clock', async () => {
  const world = await DocWorld.open();
  const [ana, ben] = [await stock(world, docPeer('ana')), await stock(world, docPeer('ben'))];
  ana.awareness.setLocalStateField('cursor', 1);
  await tick(world);
  const known = ben.awareness.meta.get(ana.doc.clientID)?.clock;
  ana.disconnect();
  await tick(world);
  expect(seen(ben, ana.doc.clientID)).toBeUndefined();
  expect(ben.awareness.meta.get(ana.doc.clientID)?.clock).toBe(known);
  await ana.connect(world, docPeer('ana'));
  await tick(world);
  expect(seen(ben, ana.doc.clientID)).toMatchObject({ cursor: 1 });
  ana.awareness.setLocalStateField('cursor', 2);
  await tick(world);
  expect(seen(ben, ana.doc.clientID)).toMatchObject({ cursor: 2 });
});

test('W13 a new socket of the same person takes its id over, and the end of the old one does not end it', async () => {
  const world = await DocWorld.open();
  const [ana, ben] = [await stock(world, docPeer('ana')), await stock(world, docPeer('ben'))];
  await tick(world);
  const old = ana.id;
  ana.disconnect(false);
  await ana.connect(world, docPeer('ana'));
  world.documents.leave(old);
  await tick(world);
  expect(seen(ben, ana.doc.clientID)).toBeDefined();
});

test('W13 somebody without the right to be seen is not, and a newcomer sees who is there', async () => {
  const world = await DocWorld.open();
  const ghost = await stock(world, docPeer('ghost', { mayPresence: false }));
  const ana = await stock(world, docPeer('ana'));
  await tick(world);
  const ben = await stock(world, docPeer('ben'));
  expect(new Set(ben.awareness.getStates().keys())).toEqual(new Set([ana.doc.clientID, ben.doc.clientID]));
  expect(seen(ana, ghost.doc.clientID)).toBeUndefined();
  ben.sendRaw(new Uint8Array([3]));
  await world.settle();
  expect(world.toldTo(ben.id, 'sync').at(-1)?.messages.length).toBe(1);
});

test('W13 somebody who loses the right to be seen disappears', async () => {
  const world = await DocWorld.open();
  const rights = docPeer('ana');
  const [ana, ben] = [await stock(world, rights), await stock(world, docPeer('ben'))];
  await tick(world);
  expect(seen(ben, ana.doc.clientID)).toBeDefined();
  world.documents.setRights({ ...rights, mayPresence: false });
  await tick(world);
  expect(seen(ben, ana.doc.clientID)).toBeUndefined();
});

test('W13 nothing is left of a thousand people who came and went', async () => {
  const world = await DocWorld.open();
  const ben = await stock(world, docPeer('ben'));
  for (let n = 0; n < 1_000; n++) {
    const peer = docPeer(`u${n}`);
    await world.documents.open(peer, 'transcript');
    world.documents.message(
      peer.peer,
      'transcript',
      presenceMessage(writePresence([{ client: 10_000 + n, clock: 1, state: '{}' }])),
    );
    world.documents.leave(peer.peer);
  }
  await tick(world);
  expect([...ben.awareness.getStates().keys()]).toEqual([ben.doc.clientID]);
});

test('R13 a person’s colour is the same everywhere and readable in light and dark', () => {
  expect(personColor('ana')).toBe(personColor('ana'));
  const colors = new Set(Array.from({ length: 500 }, (_, n) => personColor(`user-${n}`)));
  expect(colors.size).toBe(12);
  for (const color of colors) {
    expect(contrast(color, '#ffffff')).toBeGreaterThan(4);
    expect(contrast(color, '#121212')).toBeGreaterThan(4);
  }
});

/** WCAG 2 contrast of two `#rrggbb` colours. */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('C17 who begins to type beside a document is heard once, until they rest', async () => {
  const world = await DocWorld.open();
  const ana = await stock(world, docPeer('ana'));
  const say = async (state: object | null): Promise<number> => {
    ana.awareness.setLocalState(state);
    await tick(world);
    return world.typed.length;
  };
  expect(await say({ typing: false })).toBe(0);
  expect(await say({ typing: true })).toBe(1);
  expect(await say({ typing: true, more: 1 })).toBe(1);
  expect(await say({ typing: 'yes' })).toBe(1);
  expect(await say({ typing: true })).toBe(2);
  expect(await say(null)).toBe(2);
  expect(await say({ typing: true })).toBe(3);
  expect(world.typed).toEqual(Array.from({ length: 3 }, () => ['transcript', 'ana']));
});
