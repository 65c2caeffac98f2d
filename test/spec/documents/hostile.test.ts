import { NOTES, type DocName } from '@parley/shared/documents';
import { readDocMessage, updateMessage } from '@parley/server/room/documents/doc-message';
import { decodeUpdate } from '@parley/server/room/documents/decoded-update';
import { judgeUpdate } from '@parley/server/room/documents/update-judge';
import * as encoding from 'lib0/encoding';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { docPeer, DocWorld } from '../../kit/doc-world.ts';

/** One section of structs under one client id, from clock 0. */
function structs(client: number, count: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  return bytes((encoder) => {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, count);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, 0);
    write(encoder);
    encoding.writeVarUint(encoder, 0);
  });
}

function bytes(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  write(encoder);
  return encoding.toUint8Array(encoder);
}

/** The head of an item in the root type `notes`. */
function rootItem(encoder: encoding.Encoder, content: number): void {
  encoding.writeUint8(encoder, content);
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarString(encoder, NOTES);
}

const SUBDOC = structs(7, 1, (encoder) => {
  rootItem(encoder, 9);
  encoding.writeVarString(encoder, 'guid');
  encoding.writeAny(encoder, {});
});
const EMPTY_STRING = structs(7, 1, (encoder) => {
  rootItem(encoder, 4);
  encoding.writeVarString(encoder, '');
});
const ENDLESS_GARBAGE = structs(7, 1, (encoder) => {
  encoding.writeUint8(encoder, 0);
  encoding.writeVarUint(encoder, 2 ** 50);
});
const DEEP_VALUE = structs(7, 1, (encoder) => {
  rootItem(encoder, 8);
  encoding.writeVarUint(encoder, 1);
  // Arrays of one element each: 117 is lib0's mark of an array.
  for (let depth = 0; depth < 4_000; depth++) encoding.writeUint8Array(encoder, new Uint8Array([117, 1]));
  encoding.writeAny(encoder, null);
});
/** A struct whose left neighbour is its own successor: Yjs does not check and would throw half-way. */
const AHEAD_OF_ITSELF = structs(7, 1, (encoder) => {
  encoding.writeUint8(encoder, 4 | 128);
  encoding.writeVarUint(encoder, 7);
  encoding.writeVarUint(encoder, 9);
  encoding.writeVarString(encoder, 'x');
});
/** Two structs of two clients, each to the right of the other. */
const CIRCLE = bytes((encoder) => {
  encoding.writeVarUint(encoder, 2);
  for (const [client, other] of [
    [8, 7],
    [7, 8],
  ] as const) {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, 0);
    encoding.writeUint8(encoder, 4 | 128);
    encoding.writeVarUint(encoder, other);
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarString(encoder, 'x');
  }
  encoding.writeVarUint(encoder, 0);
});
/** The same client twice: Yjs lists both and applies only the second. */
const TWICE = bytes((encoder) => {
  encoding.writeVarUint(encoder, 2);
  for (const clock of [0, 1]) {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, 7);
    encoding.writeVarUint(encoder, clock);
    rootItem(encoder, 4);
    encoding.writeVarString(encoder, 'x');
  }
  encoding.writeVarUint(encoder, 0);
});
const V2_BOMB = new Uint8Array([0, 0, 2, 7, 0, 0, 0, 4, 128, 173, 226, 4, 0, 0, 0, 0, 1, 129, 173, 226, 4, 0, 0]);
const TRAILING = new Uint8Array([0, 0, 1]);
const DELETES_NOTHING = new Uint8Array([0, 1, 7, 1, 0, 0]);

test.each([
  ['a subdocument', SUBDOC],
  ['an empty struct', EMPTY_STRING],
  ['garbage beyond any honest clock', ENDLESS_GARBAGE],
  ['a value nested without end', DEEP_VALUE],
  ['a struct that refers ahead of itself', AHEAD_OF_ITSELF],
  ['structs that wait for each other', CIRCLE],
  ['one client in two places', TWICE],
  ['a V2 update', V2_BOMB],
  ['trailing bytes', TRAILING],
  ['a deletion of nothing', DELETES_NOTHING],
  ['nothing at all', new Uint8Array([])],
])('A25 R1 an update with %s is refused and leaves a workspace as it was', async (_, update) => {
  const world = await DocWorld.open();
  const [eve, ana] = [docPeer('eve'), docPeer('ana')];
  await world.documents.open(eve, 'workspace');
  await world.documents.open(ana, 'workspace');
  complete(world, eve);
  world.documents.message(eve.peer, 'workspace', updateMessage(update));
  world.documents.message(ana.peer, 'workspace', updateMessage(textBy(70, 'fine')));
  await world.settle();
  expect(world.toldTo(eve.peer, 'refused')[0]?.fault.code).toBe('bad_update');
  const parts = await world.stored('workspace');
  expect(foldOf(parts).getText(NOTES).toString()).toBe('fine');
  world.log.assertNoErrors();
});

test('A24 R1 an update in the name of thousands of clients is refused before it is sorted', async () => {
  const crowd = new Y.Doc();
  const updates = Array.from({ length: 3_000 }, (_, n) => textBy(1_000 + n, 'x'));
  Y.applyUpdate(crowd, Y.mergeUpdates(updates));
  const world = await DocWorld.open();
  const eve = docPeer('eve');
  await world.documents.open(eve, 'workspace');
  world.documents.message(eve.peer, 'workspace', updateMessage(Y.encodeStateAsUpdate(crowd)));
  await world.settle();
  expect(world.toldTo(eve.peer, 'refused')[0]?.fault.code).toBe('bad_update');
});

test('A26 R1 types nested without end are refused, in one update or step by step', async () => {
  const nested = new Y.Doc();
  const updates: Uint8Array[] = [];
  nested.on('update', (update) => updates.push(update));
  let inner = new Y.Array<unknown>();
  nested.getArray('root').push([inner]);
  for (let depth = 1; depth < 130; depth++) {
    const next = new Y.Array<unknown>();
    // Not the first in its list: its place is named by a neighbour, not by its parent.
    inner.push(['neighbour', next]);
    inner = next;
  }
  for (const sent of [[Y.encodeStateAsUpdate(nested)], updates]) {
    const world = await DocWorld.open();
    const eve = docPeer('eve');
    await world.documents.open(eve, 'workspace');
    for (const update of sent) {
      world.documents.message(eve.peer, 'workspace', updateMessage(update));
      await world.settle();
    }
    expect(world.toldTo(eve.peer, 'refused')[0]?.fault).toMatchObject({
      code: 'bad_update',
      detail: expect.stringContaining('deep'),
    });
    expect(world.toldTo(eve.peer, 'saved').length).toBe(sent === updates ? 101 : 0);
  }
});

test.each([
  ['two messages in one frame', [0, 0, 1, 0, 0, 0, 1, 0]],
  ['an unknown message', [9]],
  ['an auth message', [2, 0, 0]],
  ['an unknown sync message', [0, 7, 0]],
  ['a body that is cut short', [0, 2, 9, 1]],
  ['a state vector that is cut short', [0, 0, 2, 5, 1]],
  ['presence that is cut short', [1, 3, 1, 5, 1]],
  ['nothing', []],
])('W7 %s is a bad frame', async (_, frame) => {
  const world = await DocWorld.open();
  const eve = docPeer('eve');
  await world.documents.open(eve, 'transcript');
  world.documents.message(eve.peer, 'transcript', new Uint8Array(frame));
  await world.settle();
  expect(world.toldTo(eve.peer, 'refused')[0]?.fault.code).toBe('bad_frame');
});

test('W19 frames of somebody who has not opened a document are dropped', async () => {
  const world = await DocWorld.open();
  world.documents.message(docPeer('eve').peer, 'workspace', updateMessage(textBy(5, 'x')));
  await world.settle();
  expect(world.said).toEqual([]);
});

/** Any bytes at all, and honest messages with a few bytes changed, cut or repeated. */
const frames = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .tuple(fc.constantFrom(0, 1, 2, 3), fc.uint8Array({ maxLength: 60 }))
    .map(([type, rest]) => new Uint8Array([0, type, ...rest])),
  fc
    .record({
      seed: fc.nat(),
      kind: fc.constantFrom(1, 2),
      edits: fc.array(fc.record({ at: fc.nat(400), to: fc.nat(255) }), { maxLength: 4 }),
      cut: fc.option(fc.nat(400)),
    })
    .map(({ seed, kind, edits, cut }) => mutated(honest(seed), kind, edits, cut)),
);

function honest(seed: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 100 + (seed % 4);
  doc.getText(NOTES).insert(0, `words ${seed}`);
  doc.getMap('m').set('k', { deep: [seed, null, 'x'] });
  const list = new Y.Array<unknown>();
  doc.getMap('m').set('l', list);
  list.push([1, 'two', new Uint8Array([3])]);
  doc.getText(NOTES).delete(seed % 5, 2);
  doc.getText(NOTES).format(0, 1, { bold: true });
  return Y.encodeStateAsUpdate(doc);
}

function mutated(
  update: Uint8Array,
  kind: number,
  edits: readonly { at: number; to: number }[],
  cut: number | null,
): Uint8Array {
  const body = update.slice(0, cut ?? update.length);
  for (const { at, to } of edits) if (at < body.length) body[at] = to;
  const message = updateMessage(body);
  message[1] = kind;
  return message;
}

test('A23 A24 R1 whatever clients send, nothing throws, transcripts keep every byte, and a workspace is the fold of its stored updates', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ frame: frames, by: fc.nat(3), doc: fc.constantFrom<DocName>('workspace', 'transcript') }), {
        maxLength: 25,
      }),
      async (sent) => {
        const world = await DocWorld.open();
        await writeTranscript(world);
        const before = await world.stored('transcript');
        for (const { frame, by, doc } of sent) {
          const peer = docPeer(`p${by}`);
          await world.documents.open(peer, doc);
          if (by % 2 === 0) complete(world, peer, doc);
          world.documents.message(peer.peer, doc, frame);
          if (by > 1) await world.settle();
        }
        await world.settle();
        expect(await world.stored('transcript')).toEqual(before);
        const parts = await world.stored('workspace');
        const fold = foldOf(parts);
        expect(fold.store.pendingStructs).toBeNull();
        expect(Y.equalSnapshots(Y.snapshot(await servedBy(world)), Y.snapshot(fold))).toBe(true);
        world.log.assertNoErrors();
      },
    ),
    { numRuns: 400 },
  );
}, 60_000);

test('R1 what is judged to fit, Yjs applies whole, with nothing thrown and nothing pending; what is known changes nothing', () => {
  fc.assert(
    fc.property(fc.array(frames, { maxLength: 12 }), (several) => {
      const doc = new Y.Doc();
      for (const frame of several) {
        const message = readDocMessage(frame);
        if (message?.kind !== 'update' && message?.kind !== 'step2') continue;
        const decoded = decodeUpdate(message.update);
        const judgement = decoded === null ? null : judgeUpdate(decoded, doc.store);
        if (judgement === null || judgement.kind === 'gap' || judgement.kind === 'excessive') continue;
        const before = Y.snapshot(doc);
        Y.applyUpdate(doc, message.update);
        expect(doc.store.pendingStructs).toBeNull();
        expect(doc.store.pendingDs).toBeNull();
        expect(Y.equalSnapshots(Y.snapshot(doc), before)).toBe(judgement.kind === 'known');
      }
    }),
    { numRuns: 2_000 },
  );
}, 60_000);

function textBy(client: number, text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = client;
  doc.getText(NOTES).insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

function foldOf(parts: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const part of parts) Y.applyUpdate(doc, part);
  return doc;
}

/** An empty step 2: the handshake is over, a gap is no longer forgiven. */
function complete(world: DocWorld, { peer }: ReturnType<typeof docPeer>, doc: DocName = 'workspace'): void {
  world.documents.message(peer, doc, new Uint8Array([0, 1, 2, 0, 0]));
}

async function writeTranscript(world: DocWorld): Promise<void> {
  const transcript = await world.documents.transcript('transcript');
  const update = transcript.change((to) => to.setRoom({ title: 'Plans' }));
  if (update) world.pipeline.commit({ updates: [{ doc: 'transcript', update }] });
  await world.settle();
}

/** The workspace as a newcomer is served it. */
async function servedBy(world: DocWorld): Promise<Y.Doc> {
  const late = docPeer('late');
  await world.documents.open(late, 'workspace');
  world.documents.message(late.peer, 'workspace', new Uint8Array([0, 0, 1, 0]));
  await world.settle();
  const doc = new Y.Doc();
  for (const { messages } of world.toldTo(late.peer, 'sync')) {
    for (const message of messages) {
      const read = readDocMessage(message);
      if (read?.kind === 'step2' || read?.kind === 'update') Y.applyUpdate(doc, read.update);
    }
  }
  return doc;
}
