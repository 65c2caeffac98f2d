import { admitted, type Shelved } from '@parley/server/core/context/admission';
import { buildContext, type ContextInput, type ContextItem } from '@parley/server/core/context/context';
import { sight } from '@parley/server/core/context/context-sight';
import type { Author, Entry } from '@parley/shared/entry';
import type { EntryId, TurnId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hash } from '../kit/context-items.ts';

const ana: Author = { id: 'ana', name: 'Ana', kind: 'user' };
const ai: Author = { id: 'ai', name: 'AI', kind: 'ai' };
const [a, b] = [ResourceId.parse('doc:a'), ResourceId.parse('doc:b')];

function own(seq: number, more: Partial<Entry> = {}): ContextItem {
  const entry: Entry = {
    id: `e_${seq}` as EntryId,
    seq,
    kind: 'message',
    author: ana,
    text: `own ${seq}`,
    at: 1,
    ...more,
  };
  return { entry, tokens: 10, influence: [entry.author.id] };
}

function shelf(
  resources: readonly ResourceId[],
  items: readonly [after: number, text: string, by?: string][],
): Shelved {
  const label = hash(resources.join()).slice(0, 22);
  return {
    label,
    resources,
    items: items.map(([after, text, by = 'ben'], index) => ({
      entry: {
        ...own(index + 1).entry,
        id: `e_${label}${index}` as EntryId,
        kind: 'answer',
        author: ai,
        text,
        resources: [...resources],
        after,
      },
      tokens: 10,
      influence: [by],
    })),
  };
}

function build(room: readonly ContextItem[], more: Partial<ContextInput> = {}) {
  const prompt = { seq: 100, author: ana, text: 'the prompt', tokens: 2 };
  const salts = { room: 'room-salt', lane: 'lane-salt' };
  return buildContext({ salts, room, own: null, prompt, quotes: null, budget: 32_000, hash, ...more });
}
const sent = (context: ReturnType<typeof build>) => context.messages.map(({ content }) => content).join('\n');
const TALK = [1, 2, 3, 4].map((seq) => own(seq));

test('R3 only shelves that the whole audience may read are admitted, and what is not leaves no byte and no gap', () => {
  const shelves = [shelf([a], [[2, 'from a']]), shelf([b], [[1, 'from b']]), shelf([a, b], [[3, 'from both']])];
  const onlyA = admitted(TALK, shelves, (resources) => resources.every((one) => one === a));
  expect(sent(build(onlyA))).toContain('from a');
  expect(sent(build(onlyA))).not.toMatch(/from b/);
  expect(build(admitted(TALK, shelves, () => false))).toEqual(build(TALK));
});

test('C5 shelved items stand behind their place, shelf by shelf, in whatever order they are handed in', () => {
  const shelves = [
    shelf(
      [b],
      [
        [2, 'b1'],
        [2, 'b2'],
      ],
    ),
    shelf(
      [a],
      [
        [2, 'a1'],
        [0, 'a0'],
      ],
    ),
  ];
  const all = admitted(TALK, shelves, () => true);
  const text = sent(build(all));
  const order = ['a0', 'own 1', 'own 2', 'b1', 'b2', 'own 3'].map((words) => text.indexOf(words));
  expect(order).toEqual(order.toSorted((x, y) => x - y));
  expect(text.indexOf('a1')).toBeGreaterThan(text.indexOf('own 2'));
  expect(text.indexOf('a1')).toBeLessThan(text.indexOf('b1'));
  fc.assert(
    fc.property(fc.shuffledSubarray([...all], { minLength: all.length }), (shuffled) => {
      expect(build(shuffled)).toEqual(build(all));
    }),
    { seed: 7, numRuns: 50 },
  );
});

test('C5 an answer on a shelf stands right behind the prompt it answers', () => {
  const turn = 't_1' as TurnId;
  const shelved = shelf([a], [[3, 'the answer']]);
  const answer = { ...shelved, items: shelved.items.map((item) => ({ ...item, entry: { ...item.entry, turn } })) };
  const room = [own(1), own(2, { kind: 'prompt', turn, text: 'asked' }), own(3, { text: 'meanwhile' })];
  expect(sent(build(admitted(room, [answer], () => true)))).toMatch(/asked[\s\S]*the answer[\s\S]*meanwhile/);
});

test('A49 a shelved item of a private lane is cited by place, shelf and number, apart from all others', () => {
  const label = shelf([a], []).label.slice(0, 6);
  const lane = admitted(
    [own(1), own(2)],
    [
      shelf(
        [a],
        [
          [1, 'one'],
          [2, 'two'],
        ],
      ),
    ],
    () => true,
  );
  const text = sent(build(TALK, { own: lane, prompt: { seq: 3, author: ana, text: 'p', tokens: 1 } }));
  const numbers = [...text.matchAll(/ n="([^"]+)"/g)].map(([, n]) => n);
  expect(numbers).toEqual(['1', '2', '3', '4', 'me.1', `me.1.${label}.1`, 'me.2', `me.2.${label}.2`, 'me.3']);
});

test('R4 R6 behind a prompt is what it was built on and who shaped it, and nothing that is out of sight', () => {
  const shelves = [shelf([a], [[1, 'ancient', 'old-friend']]), shelf([b], [[40, 'new', 'new-friend']])];
  const room = admitted(
    Array.from({ length: 60 }, (_, index) => own(index + 1)),
    shelves,
    () => true,
  );
  const all = build(room);
  expect(all.sources).toEqual({ resources: [a, b], influence: ['ana', 'new-friend', 'old-friend'] });
  const cut = build(room, { budget: 480 + 2_440 });
  expect(sent(cut)).not.toContain('ancient');
  expect(cut.sources).toEqual({ resources: [b], influence: ['ana', 'new-friend'] });
  expect(build(TALK, { quotes: [] }).sources).toEqual({ resources: [], influence: ['ana'] });
});

const sized = fc.record({ tokens: fc.integer({ min: 1, max: 60 }), endsTurn: fc.boolean(), shelved: fc.boolean() });

const noLines = () => null;
const sizedPiece = (item: { tokens: number; endsTurn: boolean; shelved: boolean }) => ({
  ...item,
  lines: noLines,
  folds: 'never' as const,
});

test('R4 the lane’s own items alone decide what is in sight: shelved ones out of it change nothing that is sent', () => {
  fc.assert(
    fc.property(fc.array(sized, { maxLength: 60 }), fc.integer({ min: 50, max: 600 }), (items, budget) => {
      const [all, owns] = [items.map(sizedPiece), items.map(sizedPiece).filter(({ shelved }) => !shelved)];
      const seen = sight(all, null, budget);
      const without = sight(owns, null, budget);
      expect(seen.behind.filter(({ shelved }) => !shelved)).toEqual(without.behind);
      const from = all.length - seen.behind.length;
      const inSight = all.filter((item, index) => index >= from || !item.shelved);
      const less = sight(inSight, null, budget);
      expect({ sent: less.window.sent, leftOut: less.leftOut }).toEqual({
        sent: seen.window.sent,
        leftOut: seen.leftOut,
      });
      expect(seen.window.tokens).toBeLessThanOrEqual(Math.max(budget, 0));
    }),
    { seed: 11, numRuns: 500 },
  );
});

test('R6 a clean turn holds its quotes from every place, in their order, and does not say what it leaves out', () => {
  const room = admitted(TALK, [shelf([a], [[2, 'from a']])], () => true);
  const quoted = [room[4]?.entry.id, room[0]?.entry.id].flatMap((id) => (id ? [id] : []));
  const clean = build(room, { quotes: quoted });
  expect(sent(clean)).toMatch(/own 1[\s\S]*from a[\s\S]*the prompt/);
  expect(sent(clean)).not.toMatch(/own [234]|left out/);
  expect(clean.sources).toEqual({ resources: [a], influence: ['ana', 'ben'] });
  expect(clean.manifest).toMatchObject({ to: 4, roomTo: 4 });
});

test('R6 a clean turn is sent what it quotes, also from shelves alone and from before the first of the lane’s own', () => {
  const all = admitted(TALK, [shelf([a], [[1, 'from a']]), shelf([b], [[3, 'from b']])], () => true);
  const quoting = (...texts: string[]) =>
    all.filter(({ entry }) => texts.includes(entry.text)).map(({ entry }) => entry.id);
  const alone = build(all, { quotes: quoting('from a') });
  expect(sent(alone)).toContain('from a');
  expect(alone.sources).toEqual({ resources: [a], influence: ['ana', 'ben'] });
  const both = build(all, { quotes: quoting('from a', 'own 4', 'from b') });
  expect(sent(both)).toMatch(/from a[^]*from b[^]*own 4/);
  expect(both.sources.resources).toEqual([a, b]);
});
