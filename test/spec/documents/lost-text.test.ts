import { SERVER_CLIENT, StoredDoc } from '@parley/server/room/documents/stored-doc';
import { TranscriptDoc, type TranscriptWriter } from '@parley/server/room/documents/transcript-doc';
import { encodeTranscript } from '@parley/server/room/documents/transcript-state';
import { MAX_ANSWER_CHARS } from '@parley/server/room/turns/turn-call';
import { must } from '@parley/shared/assert';
import { LIVE } from '@parley/shared/documents';
import { TurnId } from '@parley/shared/ids';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { readDocMessage } from '@parley/server/room/documents/doc-message';
import { RecordingLog } from '../../kit/log.ts';
import { entry } from '../../kit/transcript-writing.ts';

const TURN = TurnId.parse('t_1');

/** A transcript whose owner may vanish, with a disk that has what was stored and readers who have what was shown. */
class Stage {
  readonly readers = [new Y.Doc(), new Y.Doc()];
  readonly #disk: Uint8Array[] = [];
  #unstored: Uint8Array[] = [];
  #stored!: StoredDoc;
  #transcript!: TranscriptDoc;

  static async open(): Promise<Stage> {
    const stage = new Stage();
    await stage.#start();
    stage.decide((to) => to.startLive(TURN));
    return stage;
  }

  /** Stored, with all that was shown before, and then shown. */
  decide(change: (to: TranscriptWriter) => void): void {
    this.store();
    const update = this.#transcript.change(change);
    if (update !== null) this.#disk.push(update);
    this.#show(update);
  }

  /** Shown, and not stored yet; `to` says to which of the readers it came in time. */
  say(text: string, to: readonly Y.Doc[] = this.readers): void {
    const update = must(
      this.#transcript.change((writer) => writer.appendLive(TURN, text)),
      'text changes something',
    );
    this.#unstored.push(update);
    this.#show(update, to);
  }

  store(): void {
    this.#disk.push(...this.#unstored.splice(0));
  }

  /** What is not stored is gone; `early` readers come back before the next owner has taken anything back. */
  async crash(early: readonly Y.Doc[] = []): Promise<void> {
    this.#unstored = [];
    await this.#start();
    early.forEach((reader) => this.#sync(reader));
    const update = this.#transcript.takeBackUnstored();
    if (update !== null) this.#disk.push(update);
    this.#show(update, early);
    for (const reader of this.readers) if (!early.includes(reader)) this.#sync(reader);
  }

  /** What the server shows, and each reader. */
  texts(): readonly unknown[] {
    return [this.#stored.doc, ...this.readers].map((doc) => doc.getMap(LIVE).toJSON());
  }

  get bytes(): number {
    return encodeTranscript(this.#stored.doc, Number.POSITIVE_INFINITY)[0]?.length ?? 0;
  }

  async #start(): Promise<void> {
    const disk = [...this.#disk];
    const store = {
      load: async () => disk,
      compact: async () => ({ kind: 'appended' as const }),
      afterWrites: () => {},
    };
    const log = new RecordingLog();
    this.#stored = await StoredDoc.load({ key: 'transcript', store, log, encode: encodeTranscript });
    this.#transcript = new TranscriptDoc(this.#stored);
  }

  #show(update: Uint8Array | null, to: readonly Y.Doc[] = this.readers): void {
    if (update !== null) for (const reader of to) Y.applyUpdate(reader, update);
  }

  #sync(reader: Y.Doc): void {
    for (const message of this.#stored.syncFor(Y.encodeStateVector(reader)) ?? []) {
      const read = readDocMessage(message);
      if (read?.kind === 'update' || read?.kind === 'step2') Y.applyUpdate(reader, read.update);
    }
  }
}

test('D2 text that was shown and lost leaves whoever saw it, and what comes next is not spliced with it', async () => {
  const stage = await Stage.open();
  stage.say('It is ');
  stage.store();
  stage.say('seven.');
  await stage.crash();
  expect(stage.texts()).toEqual(stage.readers.concat(new Y.Doc()).map(() => ({ t_1: 'It is ' })));
  stage.decide((to) => to.startLive(TURN));
  stage.say('Eight.');
  expect(stage.texts()).toEqual(stage.readers.concat(new Y.Doc()).map(() => ({ t_1: 'Eight.' })));
});

test('D2 whoever came back before the next owner took it back loses it too', async () => {
  const stage = await Stage.open();
  stage.say('seven');
  await stage.crash(stage.readers);
  expect(stage.texts()).toEqual([{ t_1: '' }, { t_1: '' }, { t_1: '' }]);
});

test('D2 as much as one call may say can be lost', async () => {
  const stage = await Stage.open();
  stage.say('x'.repeat(MAX_ANSWER_CHARS));
  await stage.crash();
  stage.say('new');
  expect(stage.texts()).toEqual([{ t_1: 'new' }, { t_1: 'new' }, { t_1: 'new' }]);
});

test('D2 where no answer was under way nothing is given up', async () => {
  const stage = await Stage.open();
  stage.decide((to) => {
    to.clearLive(TURN);
    to.addEntry(entry(1));
  });
  const before = stage.bytes;
  for (let n = 0; n < 5; n++) await stage.crash();
  expect(stage.bytes).toBe(before);
});

type Step =
  | { readonly do: 'say'; readonly text: string; readonly heard: readonly boolean[] }
  | { readonly do: 'store' | 'attempt' | 'entry' }
  | { readonly do: 'crash'; readonly early: readonly boolean[] };

const both = fc.array(fc.boolean(), { minLength: 2, maxLength: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('say' as const), text: fc.string({ minLength: 1 }), heard: both }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('store' as const, 'attempt' as const, 'entry' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), early: both }) },
);

test('D2 P8 whatever was stored, heard and lost in which order, everybody ends with what the server shows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const stage = await Stage.open();
      let entries = 0;
      for (const now of steps) {
        if (now.do === 'say')
          stage.say(
            now.text,
            stage.readers.filter((_, at) => now.heard[at]),
          );
        else if (now.do === 'store') stage.store();
        else if (now.do === 'attempt') stage.decide((to) => to.startLive(TURN));
        else if (now.do === 'entry') stage.decide((to) => to.addEntry(entry(++entries)));
        else if (now.do === 'crash') await stage.crash(stage.readers.filter((_, at) => now.early[at]));
      }
      await stage.crash();
      const [shown, ...read] = stage.texts();
      expect(read).toEqual([shown, shown]);
    }),
    { numRuns: 300 },
  );
});

test('D2 clocks that were given up are nobody’s: what is written next comes behind them', async () => {
  const stage = await Stage.open();
  stage.say('lost');
  await stage.crash();
  stage.say('kept');
  const [reader] = stage.readers;
  const clock = Y.getState(must(reader, 'a reader').store, SERVER_CLIENT);
  expect(clock).toBeGreaterThan(MAX_ANSWER_CHARS);
});
