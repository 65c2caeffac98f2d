import { splitUpdate } from '@parley/server/room/documents/split-update';
import { NOTES } from '@parley/shared/documents';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';

/** One edit by one of three people who sync now and then. */
const edits = fc.array(
  fc.record({
    by: fc.nat(2),
    at: fc.nat(1_000),
    kind: fc.constantFrom('text', 'text', 'entry', 'entries', 'delete', 'map', 'sync'),
    text: fc.oneof(
      fc.string({ maxLength: 40, unit: 'grapheme' }),
      fc.constant('😀'.repeat(90)),
      fc.constant('x'.repeat(700)),
    ),
  }),
  { maxLength: 60 },
);
type Edit = typeof edits extends fc.Arbitrary<(infer E)[]> ? E : never;

function play(history: readonly Edit[]): Y.Doc[] {
  const docs = [0, 1, 2].map((n) => {
    const doc = new Y.Doc();
    doc.clientID = 10 + n;
    return doc;
  });
  for (const edit of history) apply(docs, edit);
  return docs;
}

function apply(docs: readonly Y.Doc[], { by, at, kind, text }: Edit): void {
  const doc = docs[by];
  if (doc === undefined) return;
  const notes = doc.getText(NOTES);
  const entries = doc.getArray<unknown>('entries');
  if (kind === 'text') notes.insert(at % (notes.length + 1), text);
  if (kind === 'entry') entries.insert(at % (entries.length + 1), [{ text }]);
  if (kind === 'entries') entries.push([{ text }, text, at, null]);
  if (kind === 'delete' && notes.length > 0) notes.delete(at % notes.length, 1);
  if (kind === 'map') doc.getMap('turns').set(`t${at % 5}`, text);
  if (kind === 'sync') for (const other of docs) Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
}

function contentOf(doc: Y.Doc): unknown {
  return [doc.getText(NOTES).toJSON(), doc.getArray('entries').toJSON(), doc.getMap('turns').toJSON()];
}

test('W9 a large first sync in parts equals the whole, and no part waits for a later one', () => {
  fc.assert(
    fc.property(edits, fc.integer({ min: 30, max: 400 }), (history, limit) => {
      const [whole, ...others] = play(history);
      if (whole === undefined) return;
      for (const other of others) Y.applyUpdate(whole, Y.encodeStateAsUpdate(other));
      const receiver = new Y.Doc();
      for (const part of splitUpdate(Y.encodeStateAsUpdate(whole), limit)) {
        Y.applyUpdate(receiver, part);
        expect(receiver.store.pendingStructs).toBeNull();
        expect(receiver.store.pendingDs).toBeNull();
      }
      expect(contentOf(receiver)).toEqual(contentOf(whole));
      expect(Y.equalSnapshots(Y.snapshot(receiver), Y.snapshot(whole))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('W9 what somebody misses can be split as well', () => {
  fc.assert(
    fc.property(edits, edits, fc.integer({ min: 30, max: 400 }), (before, after, limit) => {
      const receiver = new Y.Doc();
      const early = play(before)[0];
      const late = play([...before, ...after])[0];
      if (early === undefined || late === undefined) return;
      Y.applyUpdate(receiver, Y.encodeStateAsUpdate(early));
      const missed = Y.encodeStateAsUpdate(late, Y.encodeStateVector(receiver));
      for (const part of splitUpdate(missed, limit)) Y.applyUpdate(receiver, part);
      expect(contentOf(receiver)).toEqual(contentOf(late));
      expect(receiver.store.pendingStructs).toBeNull();
    }),
    { numRuns: 200 },
  );
});

test('W9 parts keep to their size, one uncut value apart', () => {
  const doc = new Y.Doc();
  doc.getArray('entries').push(Array.from({ length: 3_000 }, (_, n) => ({ n, text: 'y'.repeat(500) })));
  doc.getText(NOTES).insert(0, '😀'.repeat(200_000));
  const parts = splitUpdate(Y.encodeStateAsUpdate(doc), 256 * 1024);
  expect(parts.length).toBeGreaterThan(8);
  for (const part of parts) expect(part.length).toBeLessThan(257 * 1024);
});
