import { updateMessage } from '@parley/server/room/documents/doc-message';
import type { TranscriptWriter } from '@parley/server/room/documents/transcript-doc';
import { WINDOW, WINDOW_STEP } from '@parley/server/room/documents/transcript-doc';
import { encodeTranscript } from '@parley/server/room/documents/transcript-state';
import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { SERVER_CLIENT, StoredDoc } from '@parley/server/room/documents/stored-doc';
import { TranscriptDoc } from '@parley/server/room/documents/transcript-doc';
import { ENTRIES, LIVE, ROOM, TURNS } from '@parley/shared/documents';
import type { Entry, TicketView } from '@parley/shared/entry';
import { ClientKey, TurnId } from '@parley/shared/ids';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { docPeer, DocWorld } from '../../kit/doc-world.ts';
import { RecordingLog } from '../../kit/log.ts';
import { ANA, entry, Readers, write } from '../../kit/transcript-writing.ts';

const readers = new Readers();
afterEach(() => readers.leave());
const stock = (world: DocWorld, user: string) => readers.stock(world, user);

function turnOf(n: number): TurnId {
  return TurnId.parse(`t_${n}`);
}

function ticket(n: number, position: number): TicketView {
  return {
    turn: turnOf(n),
    id: ClientKey.parse(`k${n}`),
    seq: n,
    author: ANA,
    text: `prompt ${n}`,
    state: 'queued',
    position,
    revision: 1,
  };
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** What a reader sees. */
function view(doc: Y.Doc): unknown {
  return {
    entries: doc.getArray(ENTRIES).toJSON(),
    turns: doc.getMap(TURNS).toJSON(),
    live: doc.getMap(LIVE).toJSON(),
    room: doc.getMap(ROOM).toJSON(),
  };
}

/** A transcript without a journal behind it. */
async function aloneTranscript(
  parts: readonly Uint8Array[] = [],
): Promise<{ stored: StoredDoc; transcript: TranscriptDoc }> {
  const store = {
    load: async () => parts,
    compact: async () => ({ kind: 'appended' as const }),
    afterWrites: () => {},
  };
  const stored = await StoredDoc.load({ key: 'transcript', store, log: new RecordingLog(), encode: encodeTranscript });
  return { stored, transcript: new TranscriptDoc(stored) };
}

test('R1 a reader sees what the server wrote, live, and the text that streams', async () => {
  const world = await DocWorld.open();
  const early = await stock(world, 'ana');
  await write(world, (to) => {
    to.addEntry(entry(1));
    to.setTickets([ticket(1, 0), ticket(2, 1)]);
    to.setRoom({ title: 'Plans', ai: { state: 'idle' } });
    to.startLive(turnOf(1));
  });
  for (const piece of ['Hel', 'lo ', 'there']) await write(world, (to) => to.appendLive(turnOf(1), piece));
  await world.settle();
  const late = await stock(world, 'ben');
  expect(view(early.doc)).toEqual(view(late.doc));
  expect(view(late.doc)).toMatchObject({
    entries: [{ seq: 1 }],
    turns: { t_1: { position: 0 }, t_2: { position: 1 } },
    live: { t_1: 'Hello there' },
    room: { title: 'Plans', firstSeq: 1 },
  });
  expect((await world.documents.transcript('transcript')).liveText(turnOf(1))).toBe('Hello there');
  expect([early.fault, late.fault]).toEqual([null, null]);
});

test('R1 only tickets that changed are written, and nothing when nothing did', async () => {
  const { transcript } = await aloneTranscript();
  transcript.change((to) => to.setTickets([ticket(1, 1), ticket(2, 2)]));
  expect(transcript.change((to) => to.setTickets([ticket(1, 1), ticket(2, 2)]))).toBeNull();
  const moved = transcript.change((to) => to.setTickets([ticket(2, 1)]));
  expect(moved).not.toBeNull();
  expect(Y.decodeUpdate(moved ?? new Uint8Array([0, 0])).structs.length).toBe(1);
});

test('R1 a transcript that is loaded knows who is shown as waiting: they stay without a word, or leave', async () => {
  const { transcript } = await aloneTranscript();
  const stored = transcript.change((to) => to.setTickets([ticket(1, 1), ticket(2, 2)])) ?? new Uint8Array();
  const { stored: loaded, transcript: again } = await aloneTranscript([stored]);
  expect(again.change((to) => to.setTickets([ticket(1, 1), ticket(2, 2)]))).toBeNull();
  again.change((to) => to.setTickets([ticket(2, 2)]));
  expect(view(loaded.doc)).toMatchObject({ turns: { t_2: { position: 2 } } });
  expect(loaded.doc.getMap(TURNS).toJSON()).not.toHaveProperty('t_1');
});

test('R1 a new attempt empties the text, so that two answers are never spliced', async () => {
  const { transcript } = await aloneTranscript();
  transcript.change((to) => to.startLive(turnOf(1)));
  transcript.change((to) => to.appendLive(turnOf(1), 'first attempt'));
  transcript.change((to) => {
    to.startLive(turnOf(1));
    to.appendLive(turnOf(1), 'second');
  });
  expect(transcript.liveText(turnOf(1))).toBe('second');
  transcript.change((to) => to.clearLive(turnOf(1)));
  expect(transcript.liveText(turnOf(1))).toBe('');
});

test('W22 a transcript is a window: the newest entries, trimmed in steps, and where it begins', async () => {
  const { stored, transcript } = await aloneTranscript();
  const total = WINDOW + 3 * WINDOW_STEP + 50;
  for (let seq = 1; seq <= total; seq++) transcript.change((to) => to.addEntry(entry(seq)));
  const entries = transcript.entries();
  expect(entries.length).toBe(WINDOW + 50);
  expect(entries[0]?.seq).toBe(stored.doc.getMap(ROOM).get('firstSeq'));
  expect(entries.at(-1)?.seq).toBe(total);
});

test('W9 joining costs after a year what it costs after a day: a turn leaves less than 20 bytes behind', async () => {
  const { stored, transcript } = await aloneTranscript();
  const sizes: number[] = [];
  for (let n = 1; n <= 7_000; n++) {
    transcript.change((to) => {
      to.setTickets([ticket(n, 0)]);
      to.startLive(turnOf(n));
      to.setRoom({ ai: { state: 'answering', turn: turnOf(n), for: ANA } });
    });
    transcript.change((to) => to.appendLive(turnOf(n), 'an answer'));
    transcript.change((to) => {
      to.addEntry(entry(100_000 + n));
      to.clearLive(turnOf(n));
      to.setTickets([]);
      to.setRoom({ ai: { state: 'idle' } });
    });
    if (n === 3_500 || n === 7_000) sizes.push(lengthOf(encodeTranscript(stored.doc, Infinity)));
  }
  const [early, late] = sizes as [number, number];
  // What is left are the former values of `room.ai`, each of which names the one before it.
  expect((late - early) / 3_500).toBeLessThan(20);
});

type Step =
  | { readonly kind: 'entries'; readonly count: number }
  | { readonly kind: 'turn' | 'move' | 'text' | 'again' | 'end' | 'reload' | 'compact' | 'room' }
  | { readonly kind: 'catchUp'; readonly who: number };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('entries' as const), count: fc.nat(WINDOW_STEP + 20) }),
    fc.record({ kind: fc.constantFrom('turn', 'move', 'text', 'text', 'again', 'end', 'reload', 'compact', 'room') }),
    fc.record({ kind: fc.constant('catchUp' as const), who: fc.nat(2) }),
  ) as fc.Arbitrary<Step>,
  { maxLength: 40 },
);

/** A transcript under random work, and readers who come and go: each catches up by its own state vector. */
class Life {
  #now: { stored: StoredDoc; transcript: TranscriptDoc };
  #parts: Uint8Array[] = [];
  #seq = 0;
  #turn = 0;
  #shown = false;
  readonly readers = [new Y.Doc(), new Y.Doc(), new Y.Doc()];

  constructor(start: { stored: StoredDoc; transcript: TranscriptDoc }) {
    this.#now = start;
  }

  get doc(): Y.Doc {
    return this.#now.stored.doc;
  }

  async step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'entries':
        for (let n = 0; n < step.count; n++) this.#write((to) => to.addEntry(entry((this.#seq += 1))));
        return;
      case 'turn':
        return this.#start();
      case 'move':
        return this.#write((to) => this.#shown && to.setTickets([ticket(this.#turn, (this.#seq += 1))]));
      case 'text':
        return this.#write((to) => to.appendLive(turnOf(this.#turn), `token ${this.#seq} `));
      case 'again':
        return this.#write((to) => this.#shown && to.startLive(turnOf(this.#turn)));
      case 'end':
        return this.#end();
      case 'room':
        return this.#write((to) => to.setRoom({ title: `title ${(this.#seq += 1)}` }));
      case 'compact':
        this.#parts = encodeTranscript(this.doc, Infinity);
        return;
      case 'reload':
        this.#now = await aloneTranscript(this.#parts);
        return;
      case 'catchUp':
        return this.catchUp(step.who);
    }
  }

  catchUp(who: number): void {
    const reader = this.readers[who];
    if (reader === undefined) return;
    for (const message of this.#now.stored.syncFor(Y.encodeStateVector(reader)) ?? []) applyMessage(reader, message);
  }

  #start(): void {
    if (this.#shown) return;
    this.#shown = true;
    this.#turn += 1;
    this.#write((to) => {
      to.setTickets([ticket(this.#turn, 0), ticket(this.#turn + 1_000, 1)]);
      to.startLive(turnOf(this.#turn));
      to.setRoom({ ai: { state: 'answering', turn: turnOf(this.#turn), for: ANA } });
    });
  }

  #end(): void {
    if (!this.#shown) return;
    this.#shown = false;
    this.#write((to) => {
      to.addEntry(entry((this.#seq += 1)));
      to.clearLive(turnOf(this.#turn));
      to.setTickets([]);
      to.setRoom({ ai: { state: 'idle' } });
    });
  }

  #write(change: (to: TranscriptWriter) => void): void {
    const update = this.#now.transcript.change(change);
    if (update) this.#parts.push(update);
  }
}

function applyMessage(doc: Y.Doc, message: Uint8Array): void {
  let body = 3;
  while ((message[body - 1] ?? 0) > 127) body += 1;
  Y.applyUpdate(doc, message.subarray(body));
}

test('D3 the short form of a transcript converges with every state a reader may hold, across compactions and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const life = new Life(await aloneTranscript());
      // Something that is trimmed soon, so that short histories reach the interesting part.
      await life.step({ kind: 'entries', count: WINDOW + WINDOW_STEP - 30 });
      for (const step of history) await life.step(step);
      for (const [who, reader] of life.readers.entries()) {
        life.catchUp(who);
        expect(view(reader)).toEqual(view(life.doc));
        expect(reader.store.pendingStructs).toBeNull();
        // And they go on together.
      }
      await life.step({ kind: 'entries', count: 3 });
      await life.step({ kind: 'room' });
      for (const [who, reader] of life.readers.entries()) {
        life.catchUp(who);
        expect(view(reader)).toEqual(view(life.doc));
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('D3 a transcript rebuilt from its parts is equal, and goes on under the same client id', async () => {
  const journal = new MemoryJournal();
  const world = await DocWorld.open(journal);
  for (let seq = 1; seq <= 50; seq++) await write(world, (to) => to.addEntry(entry(seq)));
  await world.settle();
  const reader = await stock(world, 'ana');
  const again = await DocWorld.open(journal);
  await write(again, (to) => to.addEntry(entry(51)));
  reader.disconnect(false);
  await reader.connect(again, docPeer('ana'));
  expect(
    reader.doc
      .getArray<Entry>(ENTRIES)
      .toArray()
      .map(({ seq }) => seq),
  ).toEqual(Array.from({ length: 51 }, (_, n) => n + 1));
  expect([...reader.doc.store.clients.keys()]).toEqual([SERVER_CLIENT]);
  expect(reader.fault).toBeNull();
});

test('R1 an update or a step 2 with content is refused, counted, and changes no byte', async () => {
  for (const kind of [1, 2]) {
    const world = await DocWorld.open();
    await write(world, (to) => to.addEntry(entry(1)));
    const eve = await stock(world, 'eve');
    const before = await world.stored('transcript');
    const forged = new Y.Doc();
    forged.getArray(ENTRIES).push([{ ...entry(2), author: { id: 'ana', name: 'Ana', kind: 'user' } }]);
    const message = updateMessage(Y.encodeStateAsUpdate(forged));
    message[1] = kind;
    eve.sendRaw(message);
    await world.settle();
    expect(eve.fault?.code).toBe('read_only');
    expect(await world.stored('transcript')).toEqual(before);
    expect((await world.documents.transcript('transcript')).entries().length).toBe(1);
    expect(world.metrics.counted('parley_refused_updates_total', { code: 'read_only' })).toBe(1);
    eve.sendRaw(message);
    await world.settle();
    expect(world.toldTo(eve.id, 'refused').length).toBe(1);
  }
});

test('A20 R1 deleting an entry that is there is content too', async () => {
  const world = await DocWorld.open();
  await write(world, (to) => to.addEntry(entry(1)));
  const eve = await stock(world, 'eve');
  eve.doc.getArray(ENTRIES).delete(0, 1);
  await world.settle();
  expect(eve.fault?.code).toBe('read_only');
  expect((await world.documents.transcript('transcript')).entries().length).toBe(1);
});

test('W10 an empty step 2, and one that repeats known deletions, are part of the handshake (stock trap 1)', async () => {
  const world = await DocWorld.open();
  for (let seq = 1; seq <= WINDOW + WINDOW_STEP; seq++) await write(world, (to) => to.addEntry(entry(seq)));
  const ana = await stock(world, 'ana');
  ana.sendRaw(new Uint8Array([0, 1, 2, 0, 0]));
  const deletions = updateMessage(Y.encodeStateAsUpdate(ana.doc, Y.encodeStateVector(ana.doc)));
  deletions[1] = 1;
  ana.sendRaw(deletions);
  await world.settle();
  expect(ana.fault).toBeNull();
});

test('A38 R3 a private transcript is another document for each person', async () => {
  const world = await DocWorld.open();
  const transcript = await world.documents.transcript('transcript.me:ana');
  const update = transcript.change((to) => to.addEntry(entry(1, 'secret')));
  if (update)
    world.pipeline.commit(
      { updates: [{ doc: 'transcript.me:ana', update }] },
      ...world.documents.announce('transcript.me:ana', update),
    );
  const [ana, ben] = [
    await readers.stock(world, 'ana', 'transcript.me'),
    await readers.stock(world, 'ben', 'transcript.me'),
  ];
  expect(ana.doc.getArray(ENTRIES).length).toBe(1);
  expect(ben.doc.getArray(ENTRIES).length).toBe(0);
  expect(ben.doc.store.clients.size).toBe(0);
});
