import type { TranscriptWriter } from '@parley/server/room/documents/transcript-doc';
import { WINDOW, WINDOW_STEP } from '@parley/server/room/documents/transcript-doc';
import { encodeTranscript } from '@parley/server/room/documents/transcript-state';
import { StoredDoc } from '@parley/server/room/documents/stored-doc';
import { TranscriptDoc } from '@parley/server/room/documents/transcript-doc';
import { ENTRIES, ROOM } from '@parley/shared/documents';
import { EntryId } from '@parley/shared/ids';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { DocWorld } from '../../kit/doc-world.ts';
import { RecordingLog } from '../../kit/log.ts';
import { entry, Readers, write } from '../../kit/transcript-writing.ts';

const readers = new Readers();
afterEach(() => readers.leave());

test('R14 of a redaction before the window its readers are shown that there was one, and nothing else', async () => {
  const world = await DocWorld.open();
  for (let seq = 1; seq <= WINDOW + WINDOW_STEP; seq++) await write(world, (to) => to.addEntry(entry(seq)));
  const ana = await readers.stock(world, 'ana');
  const before = ana.doc.getArray(ENTRIES).toJSON();
  for (const count of [1, 2]) {
    await write(world, (to) => to.redactEntry(entry(count).id, 'ben'));
    await world.settle();
    expect(ana.doc.getMap(ROOM).get('pastRedactions')).toBe(count);
  }
  expect(ana.doc.getArray(ENTRIES).toJSON()).toEqual(before);
  await write(world, (to) => to.redactEntry(entry(WINDOW + WINDOW_STEP).id, 'ben'));
  await world.settle();
  expect(ana.doc.getMap(ROOM).get('pastRedactions')).toBe(2);
});

/** Takes the words of an entry away as the room does: the change and the whole document in one step. */
async function redact(world: DocWorld, id: EntryId): Promise<void> {
  const transcript = await world.documents.transcript('transcript');
  await world.documents.atRest(['transcript']);
  const update = transcript.change((writer) => writer.redactEntry(id, 'ana'));
  const { compacted, landed } = world.documents.rewritten(['transcript']);
  const updates = update ? [{ doc: 'transcript' as const, update }] : [];
  const told = update ? world.documents.announce('transcript', update) : [];
  world.pipeline.commit({ updates, redaction: { rewritten: [], compacted } }, landed, ...told);
  await world.settle();
}

test('R14 whoever reads sees a redacted entry change at once; a newcomer is sent no older state, and none is kept', async () => {
  const world = await DocWorld.open();
  await write(world, (writer) => [1, 2, 3].forEach((seq) => writer.addEntry(entry(seq, `canary ${seq}.`))));
  // What it was sent is remembered for the next newcomer.
  const early = await readers.stock(world, 'bob');
  await world.settle();
  await redact(world, EntryId.parse('e_2'));
  const before = world.said.length;
  const late = await readers.stock(world, 'cyd');
  await world.settle();
  const expected = [entry(1, 'canary 1.'), { ...entry(2, ''), redactedBy: 'ana' }, entry(3, 'canary 3.')];
  for (const { doc } of [early, late]) expect(doc.getArray(ENTRIES).toArray()).toEqual(expected);
  const sent = world.said.slice(before).flatMap((message) => (message.type === 'sync' ? message.messages : []));
  for (const bytes of [...sent, ...(await world.stored('transcript')), Y.encodeStateAsUpdate(early.doc)]) {
    expect(Buffer.from(bytes).toString('latin1')).not.toContain('canary 2.');
  }
  expect(await world.stored('transcript')).toHaveLength(1);
});

test('R14 W22 with any entries redacted, in any order, around the edge of the window: old readers, newcomers and the disk show one thing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: WINDOW + WINDOW_STEP - 3, max: WINDOW + 2 * WINDOW_STEP + 3 }),
      fc.array(fc.tuple(fc.oneof(fc.constantFrom(0, 1), fc.nat(400)), fc.boolean()), { minLength: 1, maxLength: 12 }),
      (count, picks) => {
        const source = new Source();
        source.add(WINDOW + WINDOW_STEP - 5);
        for (const [offset, andOne] of picks) {
          source.redact(offset);
          if (andOne) source.add(1);
        }
        source.add(Math.max(0, count - source.count));
        for (const [offset] of picks) source.redact(offset);
        source.check();
      },
    ),
    { seed: 14, numRuns: 6 },
  );
});

/** A transcript with a reader who was there from the start and one who reads what is encoded along the way. */
class Source {
  count = 0;
  readonly #doc = new Y.Doc();
  readonly #stored = StoredDoc.blank({
    key: 'transcript',
    store: { load: async () => [], compact: async () => ({ kind: 'appended' }), afterWrites: () => {} },
    log: new RecordingLog(),
    encode: encodeTranscript,
  });
  readonly #transcript = new TranscriptDoc(this.#stored);
  #half: Y.Doc | null = null;

  add(entries: number): void {
    this.#change((writer) => {
      for (let n = 0; n < entries; n += 1) writer.addEntry(entry((this.count += 1), `canary ${this.count}.`));
    });
  }

  /** The entry so far behind the first of the window. */
  redact(offset: number): void {
    const id = this.#transcript.entries()[offset]?.id;
    if (id !== undefined) this.#change((writer) => writer.redactEntry(id, 'ana'));
    this.#half ??= this.#fresh();
  }

  check(): void {
    const expected = this.#transcript.entries();
    expect(expected.map(({ seq }) => seq)).toEqual(expected.map((_, index) => (expected[0]?.seq ?? 0) + index));
    const fresh = this.#fresh();
    Y.applyUpdate(this.#half ?? fresh, Y.encodeStateAsUpdate(fresh));
    for (const doc of [this.#doc, fresh, this.#half ?? fresh])
      expect(doc.getArray(ENTRIES).toArray()).toEqual(expected);
    const bytes = Buffer.concat(encodeTranscript(this.#stored.doc, Number.POSITIVE_INFINITY)).toString('latin1');
    for (const { seq, redactedBy } of expected) expect(bytes.includes(`canary ${seq}.`)).toBe(redactedBy === undefined);
  }

  /** Somebody who is sent the document as it is stored, as a server that opens it is. */
  #fresh(): Y.Doc {
    const doc = new Y.Doc();
    for (const part of encodeTranscript(this.#stored.doc, 64 * 1024)) Y.applyUpdate(doc, part);
    return doc;
  }

  #change(write: (writer: TranscriptWriter) => void): void {
    const update = this.#transcript.change(write);
    if (update) Y.applyUpdate(this.#doc, update);
  }
}
