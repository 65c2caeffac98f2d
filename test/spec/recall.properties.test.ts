import { admitted } from '@parley/server/core/context/admission';
import type { Context, ContextItem } from '@parley/server/core/context/context';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import type { ResourceId } from '@parley/shared/label';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ana, answered, asked, ben, boundary, build, everything, items, said } from '../kit/context-items.ts';

const BUDGET = 3_000;
const NOUNS = ['harbour', 'turnip', 'certificate', 'invoice', 'kernel', 'violin', 'glacier', 'pepper'];
const TOPICS = NOUNS.flatMap((noun) => [noun, `${noun}s`, `un${noun}`, `${noun}ed`, `re${noun}`]);

/** What stands in the envelope of an entry that is cited so. */
function bodyOf(text: string, cite: string): string {
  const lines = text.split('\n');
  const [, some] = cite.split(':');
  if (some === undefined) return text;
  const shown = new Set<number>();
  for (const range of some.split(',')) {
    const [from = 0, to = 0] = range.split('-').map(Number);
    for (let at = from; at <= to; at++) shown.add(at - 1);
  }
  const gap = `<parley-${boundary} …>`;
  return lines.flatMap((line, at) => (shown.has(at) ? [line] : at === 0 || shown.has(at - 1) ? [gap] : [])).join('\n');
}

/** What people talk about: a few rare words among common ones, so that prompts find something and equals are many. */
const talk = fc
  .array(
    fc.record({
      who: fc.constantFrom(ana, ben),
      lines: fc.array(fc.uniqueArray(fc.constantFrom(...TOPICS), { maxLength: 2 }), { minLength: 1, maxLength: 7 }),
      length: fc.integer({ min: 0, max: 12 }),
      what: fc.constantFrom('message', 'message', 'message', 'off', 'ask'),
    }),
    { minLength: 20, maxLength: 70 },
  )
  .map((said_) =>
    items(
      ...said_.flatMap(({ who, lines, length, what }, index) => {
        const text = lines
          .map((topics, at) => `${topics.join(' and ')} ${'and so on '.repeat(length % (at + 2))}`)
          .join('\n');
        const more = { tokens: 30 + length * 4 + text.length };
        if (what === 'ask') return [asked(who, text, `t${index}`, more), answered(text, `t${index}`, more)];
        return [said(who, text, { ...more, offRecord: what === 'off' })];
      }),
    ),
  );
const question = fc.uniqueArray(fc.constantFrom(...TOPICS), { minLength: 1, maxLength: 3 }).map((all) => all.join(' '));
const asking = (room: readonly ContextItem[], text: string, more: Parameters<typeof build>[1] = {}): Context =>
  build(room, { budget: BUDGET, prompt: { seq: 999, author: ana, text, tokens: 4 }, ...more });

test('C6 what is recalled is there word for word, once, left what is sent, and fits in its place', () => {
  let recalls = 0;
  let partly = 0;
  fc.assert(
    fc.property(talk, question, (room, text) => {
      const context = asking(room, text);
      const without = asking(room, text, { recalled: [] });
      const recalled = context.manifest.recalled ?? [];
      recalls += recalled.length;
      const all = everything(context);
      const heard = new Set(`${everything(without)}\n${text}`.split('\n').map((line) => line.trim()));
      const numbers = recalled.map((cite) => Number(cite.split(':')[0]));
      for (const [index, cite] of recalled.entries()) {
        const { entry } = room[(numbers[index] ?? 0) - 1] as ContextItem;
        const body = bodyOf(entry.text, cite);
        expect(all.split(` n="${entry.seq}"`)).toHaveLength(2);
        expect(all.slice(all.indexOf(` n="${entry.seq}"`))).toContain(`>\n${body}\n</`);
        expect(everything(without)).not.toContain(` n="${entry.seq}"`);
        expect(entry.offRecord).not.toBe(true);
        partly += cite.includes(':') ? 1 : 0;
        // Nothing is said twice that need not be: of what is sent, or of the prompt.
        for (const line of body.split('\n').filter((one) => one.trim() !== '' && !one.includes(boundary)))
          expect(heard).not.toContain(line.trim());
      }
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(context.manifest.tokens - without.manifest.tokens).toBeLessThanOrEqual((BUDGET - 560) / 5);
      expect(all.endsWith(`${text}\n</said-${boundary}>`)).toBe(true);
    }),
    { numRuns: 150, seed: 20_261_128 },
  );
  expect(recalls).toBeGreaterThan(100);
  expect(partly).toBeGreaterThan(20);
});

test('C6 C16 the same journal recalls the same: in any order of arrival, after a restart, and after whatever was asked before', () => {
  fc.assert(
    fc.property(talk, question, question, fc.infiniteStream(fc.double({ noNaN: true })), (room, one, two, noise) => {
      const first = asking(room, one);
      const keys = new Map(room.map((each) => [each, noise.next().value as number]));
      const shuffled = room.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
      expect(asking(shuffled, one)).toEqual(first);
      expect(asking(JSON.parse(JSON.stringify(room)) as ContextItem[], one)).toEqual(first);
      // One memory that has seen the room when it was shorter, and longer, and other questions.
      const words = new RoomWords();
      for (const to of [room.length >> 1, room.length, room.length - 3]) asking(room.slice(0, to), two, { words });
      expect(asking(room, one, { words })).toEqual(first);
      expect(asking(room, one, { recalled: first.manifest.recalled ?? [] })).toEqual(first);
    }),
    { numRuns: 60, seed: 20_261_128 },
  );
});

test('C6 R3 R9 two worlds: what is private to somebody else, or on a shelf that not everybody may read, changes no byte', () => {
  const pay = 'doc:pay' as ResourceId;
  const shelve = (all: readonly ContextItem[]) => [
    {
      label: 'abcdef',
      resources: [pay],
      items: all.map((one) => ({ ...one, entry: { ...one.entry, after: 1, resources: [pay] } })),
    },
  ];
  fc.assert(
    fc.property(talk, talk, talk, question, (room, mine, hidden, text) => {
      const words = new RoomWords();
      // Ben asks in his own lane, with the same memory.
      asking(room, text, { words, own: hidden, prompt: { seq: 999, author: ben, text, tokens: 4 } });
      const seen = admitted(room, shelve(hidden), () => false);
      expect(asking(seen, text, { words })).toEqual(asking(room, text));
      expect(asking(seen, text, { words, own: mine })).toEqual(asking(room, text, { own: mine }));
      const ofRoom = (own: readonly ContextItem[]): readonly string[] =>
        (asking(room, text, { own }).manifest.recalled ?? []).filter((cite) => !cite.startsWith('me.'));
      expect(ofRoom(hidden)).toEqual(ofRoom([]));
    }),
    { numRuns: 60, seed: 20_261_128 },
  );
});
