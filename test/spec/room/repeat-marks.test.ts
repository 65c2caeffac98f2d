import { Ledger } from '@parley/server/room/ledger';
import { RepeatMarks } from '@parley/server/room/repeat-marks';
import type { RecordOf } from '@parley/server/core/records';
import { expect, test } from 'vitest';
import { ben, item } from '../../kit/context-items.ts';
import { cpuTime } from '../../kit/cpu-time.ts';

function record(seq: number, text: string): RecordOf<'entry.added'> {
  const { entry, influence } = item(seq, { author: ben, text, tokens: 1 });
  return { type: 'entry.added', lane: 'room', entry, tokens: 1, influence: [...influence], at: seq };
}
/** A room that holds these, as after a restart. */
function ledgerOf(texts: readonly string[]): Ledger {
  const ledger = new Ledger();
  texts.forEach((text, at) => ledger.apply(record(at + 1, text), at + 1));
  return ledger;
}
const marksOf = (records: ReturnType<RepeatMarks['marked']>) =>
  records.flatMap((one) => (one.type === 'entry.added' ? (one.entry.repeats ?? []) : [])).map(({ entry }) => entry);
const PASSAGE =
  'when the lamp on the left side of the panel turns red somebody has to go down and close the valve by hand';

test('C12 after a restart the newest three hundred entries are looked through again', () => {
  const texts = Array.from({ length: 400 }, (_, at) => `${at} ${PASSAGE}`);
  const marks = new RepeatMarks(ledgerOf(texts));
  expect(marksOf(marks.marked([record(401, `${texts[100]}\n-\n${texts[99]}`)]))).toEqual(['e_101']);
  expect(marksOf(marks.marked([record(402, `${texts[100]}`)]))).toEqual(['e_101']);
});

test('C12 after a restart a hundred thousand characters are looked through again', () => {
  const pad = (at: number) => `${at} ${'so it goes on '.repeat(3_500)}`;
  const marks = new RepeatMarks(ledgerOf([`1 ${PASSAGE}`, `${pad(2)}\n2 ${PASSAGE}`, `${pad(3)}\n3 ${PASSAGE}`]));
  expect(marksOf(marks.marked([record(4, `1 ${PASSAGE}`)]))).toEqual(['e_1']);
  const later = new RepeatMarks(ledgerOf([`1 ${PASSAGE}`, ...[2, 3, 4].map((at) => `${pad(at)}\n${at} ${PASSAGE}`)]));
  expect(marksOf(later.marked([record(5, `1 ${PASSAGE}\n-\n3 ${PASSAGE}`)]))).toEqual(['e_3']);
});

test('C12 of a pasted log the long lines are marked, and where they stand in it', () => {
  const short = ['is anybody there who knows the pump?', 'I do, but not well enough to say so'];
  const marks = new RepeatMarks(ledgerOf([...short, PASSAGE]));
  const marked = marks.marked([record(4, [...short, PASSAGE].join('\n'))]);
  expect(marked).toMatchObject([{ entry: { repeats: [{ from: 3, to: 3, at: 1, entry: 'e_3' }] } }]);
});

test('C12 while a room is in memory much more is known, and then again the newest of it', () => {
  const ledger = ledgerOf([]);
  const marks = new RepeatMarks(ledger);
  const take = (at: number, text: string) => {
    const marked = marks.marked([record(at, text)]);
    ledger.apply(record(at, text), at);
    return marksOf(marked);
  };
  for (let at = 1; at <= 1_999; at++) take(at, `${at} ${PASSAGE}`);
  expect(take(2_000, `1 ${PASSAGE}`)).toEqual(['e_1']);
  expect(take(2_001, `2 ${PASSAGE}`)).toEqual(['e_2']);
  expect(take(2_002, `3 ${PASSAGE}`)).toEqual([]);
  expect(take(2_003, `1999 ${PASSAGE}`)).toEqual(['e_1999']);
});

test('C16 looking through it again holds nobody up, whatever was said', () => {
  const tiny = Array.from({ length: 40 }, (_, at) =>
    Array.from({ length: 8_000 }, (_, line) => (at * 8_000 + line).toString(36)).join('\n'),
  );
  const long = Array.from({ length: 60 }, (_, at) => `${at} ${PASSAGE} `.repeat(500));
  const short = Array.from({ length: 3_000 }, (_, at) => `${at} ok`);
  for (const texts of [tiny, long, short]) {
    const ledger = ledgerOf(texts);
    const took = cpuTime(5, () => new RepeatMarks(ledger).marked([record(texts.length + 1, 'and?')]));
    expect(took).toBeLessThan(20);
  }
});
