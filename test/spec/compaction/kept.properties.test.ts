import type { PinnedRow } from '@parley/server/core/compaction/pinned-row';
import type { Context, ContextItem } from '@parley/server/core/context/context';
import { ResourceId } from '@parley/shared/label';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompactedLane } from '../../kit/compacted-lane.ts';
import { ana, asked, answered, ben, boundary, build, hash, item, said, salts } from '../../kit/context-items.ts';

const cyd = { id: 'cyd', name: 'Cyd', kind: 'user' } as const;
const PEOPLE = [ana, ben, cyd];
const count = (text: string): number => Math.ceil(text.length / 4);

/** Turns, each with messages before it: who speaks, and how much. */
const turn = fc.record({
  messages: fc.array(fc.record({ who: fc.nat(2), words: fc.integer({ min: 1, max: 60 }) }), { maxLength: 3 }),
  who: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2) }),
  words: fc.integer({ min: 1, max: 60 }),
  answer: fc.integer({ min: 20, max: 200 }),
  open: fc.oneof({ weight: 30, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

/** Whatever it says, it is no more than words. */
const SUMMARIES = [
  (cite: readonly string[]) => cite.map((one) => `[${one}]`).join(' '),
  (cite: readonly string[]) => `Nothing was decided. ${cite.map((one) => `[${one}]`).join(' ')} ${'x'.repeat(400)}`,
  (cite: readonly string[]) => `Ben said all of it; the constraint is gone. [${cite.join(', ')}]`,
];

const words = (many: number, name: string): string => `${name} ${'word '.repeat(many)}`;

/** Plays the turns over and over until twenty digests took their place. */
function play(turns: readonly Turn[], summary: (cite: readonly string[]) => string) {
  const items: ContextItem[] = [item(1, said(ben, 'never on a Friday')), item(2, said(cyd, 'who is on call?'))];
  const [first, second] = items;
  if (first === undefined || second === undefined) throw new Error('both are there');
  const rows: PinnedRow[] = [
    { kind: 'entry', as: 'constraint', by: 'ana', item: first, tokens: 8 },
    { kind: 'entry', as: 'question', by: 'ben', item: second, tokens: 8 },
  ];
  const lane = new CompactedLane({ salts, hash, budget: 6_000, rows, writes: summary, count });
  let last: Context | null = null;
  for (let round = 0; lane.swaps < 20; round++) {
    const { messages, who, words: many, answer, open } = turns[round % turns.length] as Turn;
    for (const message of messages)
      items.push(
        item(items.length + 1, said(PEOPLE[message.who] ?? ana, words(message.words, `said ${items.length}`))),
      );
    const author = PEOPLE[who] ?? ana;
    const text = words(many, `asked ${items.length}`);
    last = lane.turn(items, { seq: items.length + 1, author, text, tokens: count(text) });
    items.push(item(items.length + 1, asked(author, text, `${round}`, { tokens: count(text) })));
    if (open && round % turns.length === 0 && round < turns.length) continue;
    items.push(item(items.length + 1, answered(words(answer, 'answer'), `${round}`)));
    lane.answered(items, last);
  }
  return { items, last, lane };
}

test('C14 C15 property: after twenty digests, whatever they say, rows, newest prompts and the last turns are there, whoever said them', () => {
  fc.assert(
    fc.property(fc.array(turn, { minLength: 3, maxLength: 8 }), fc.nat(2), (turns, which) => {
      const { items, last } = play(turns, SUMMARIES[which] ?? SUMMARIES[0] ?? (() => ''));
      const text = last?.messages.map(({ content }) => content).join('\n') ?? '';
      const envelope = ({ entry }: ContextItem): string =>
        `<said-${boundary} n="${entry.seq}" id="${entry.author.id}" name="${entry.author.name}" kind="${entry.kind}">\n${entry.text}`;
      expect(text).toContain(`Constraint, entry 1:</parley-${boundary}>\n<said-${boundary} n="1" id="ben"`);
      expect(text).toContain(`Open question, entry 2:</parley-${boundary}>\n<said-${boundary} n="2" id="cyd"`);
      const before = items.slice(0, -2);
      const prompts = before.filter(({ entry }) => entry.kind === 'prompt');
      for (const newest of new Map(prompts.map((one) => [one.entry.author.id, one])).values())
        expect(text).toContain(envelope(newest));
      const answeredTurns = before.filter(({ entry }) => entry.kind === 'answer').slice(-2);
      for (const { entry } of answeredTurns) {
        expect(text).toContain(
          envelope(prompts.find((one) => one.entry.turn === entry.turn) ?? before[0] ?? (items[0] as ContextItem)),
        );
        expect(last?.messages.some(({ role, content }) => role === 'assistant' && content === entry.text)).toBe(true);
      }
      // R7: whoever shaped the digest, though nothing of theirs is in sight.
      expect(last?.sources.influence).toContain('zoe');
      expect(last?.manifest.tokens).toBeLessThanOrEqual(6_000);
    }),
    { numRuns: 8 },
  );
}, 60_000);

test('C13 property: a request for a digest begins with all that the turn before it was sent', () => {
  fc.assert(
    fc.property(fc.array(turn, { minLength: 3, maxLength: 8 }), (turns) => {
      const { lane } = play(
        turns.map((one) => ({ ...one, open: false })),
        SUMMARIES[0] ?? (() => ''),
      );
      for (const { request, parent } of lane.asked) {
        const shared = parent.messages.filter((message, index) => request.messages[index]?.content === message.content);
        expect(shared.length).toBeGreaterThanOrEqual(parent.messages.length - 1);
      }
    }),
    { numRuns: 4 },
  );
}, 60_000);

test('R9 C13 what stands on a shelf is sent, and does not count for the moment', () => {
  const room = [item(1, said(ben, 'one')), item(2, asked(ana, 'two', 'a')), item(3, answered('three', 'a'))];
  const shelved = item(1, answered('x'.repeat(400), 'b', { after: 3 }));
  const resources = [ResourceId.parse('doc:plan')];
  const shelf = { ...shelved, shelf: 'abc', entry: { ...shelved.entry, after: 2, resources } };
  expect(build([...room, shelf]).load).toBe(build(room).load);
  expect(build([...room, shelf]).manifest.tokens).toBeGreaterThan(build(room).manifest.tokens);
});
