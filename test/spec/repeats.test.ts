import type { ContextItem } from '@parley/server/core/context/context';
import { Pasts } from '@parley/server/core/context/context-past';
import { Repeats } from '@parley/server/core/context/repeats';
import { linesOf } from '@parley/server/core/context/text-lines';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ana,
  answered,
  ben,
  boundary,
  build,
  hash,
  item,
  items,
  salts,
  tokenizer,
  type Line,
} from '../kit/context-items.ts';
import { asked, everything, references, said } from '../kit/repeat-items.ts';
import { cpuTime } from '../kit/cpu-time.ts';
import { readContext } from '../kit/read-context.ts';

const keyed = (passage: string) => hash(`${boundary}\n${passage}`).slice(0, 6);

const LOG = Array.from(
  { length: 12 },
  (_, at) => `12:0${at % 10} worker ${at * 7} could not reach the printer in hall ${at}`,
);
const log = LOG.join('\n');

describe('what is said again', () => {
  test('C9 a later copy is a short reference to the first one, and the first one keeps its bytes', () => {
    const before = build(items(said(log), said('well')));
    const after = build(items(said(log), said('well'), said(`see:\n${log}\nagain`)));
    expect(references(after)).toEqual(['1:1-12']);
    expect(everything(after)).toContain(`see:\n<parley-${boundary} =1:1-12#${keyed(log)}>\nagain`);
    expect(
      everything(after).startsWith(
        everything(before).split('the prompt')[0]?.split('<said').slice(0, 3).join('<said') ?? 'none',
      ),
    ).toBe(true);
    expect(after.manifest.tokens).toBeLessThan(build(items(said(log), said('well'))).manifest.tokens + 160);
  });

  test('C9 quote marks are no difference, and stand before the reference', () => {
    const quotedLog = LOG.map((line) => `> ${line}`).join('\n');
    const context = build(items(said(log), said(`${quotedLog}\nwhy?`), said(quotedLog.replaceAll('> ', '>> '))));
    expect(everything(context)).toContain(`\n> <parley-${boundary} =1:1-12#${keyed(quotedLog)}>\nwhy?`);
    expect(references(context)).toEqual(['1:1-12', '1:1-12']);
  });

  test('C9 a part of it, the model’s answer, and one long line are found too', () => {
    const answer =
      'First take the paper out.\nThen open the door on the left and look for the green lever inside.\nPull it.';
    const long = `The lever is ${'really '.repeat(30)}stuck`;
    const room = items(
      asked('how?', 'a'),
      answered(answer, 'a'),
      said(long),
      said(LOG.slice(3, 8).join('\n')),
      said(log),
      said(`you said\n${answer}`),
      said(`>${long}\nmine too`),
    );
    expect(references(build(room))).toEqual(['4:1-5', 'a1:1-3', '3:1-1']);
  });

  test('C9 a run of less than 24 tokens stays', () => {
    const short = 'one two three four five six\nseven eight nine ten eleven twelve';
    expect(tokenizer.count(short)).toBeLessThan(24);
    expect(references(build(items(said(short), said(short))))).toEqual([]);
    const enough = `${short}\nthirteen fourteen fifteen sixteen seventeen`;
    expect(references(build(items(said(enough), said(enough))))).toEqual(['1:1-3']);
  });

  test('C9 the model’s own answers stand as it gave them', () => {
    expect(references(build(items(said(log), asked('again?', 'a'), answered(log, 'a'))))).toEqual([]);
  });

  test('C9 in a private turn what its owner repeats of the room refers to the room, as it was then', () => {
    const room = items(said(log));
    const prompt = { seq: 3, author: ana, text: 'and?', tokens: 1 };
    const own = items(asked(`look\n${log}`, 'p', { after: 1 }), answered('ok', 'p'));
    expect(references(build(room, { own, prompt }))).toEqual(['1:1-12']);
    // What the room says later does not reach back.
    const early = items(asked(`look\n${log}`, 'p', { after: 0 }), answered('ok', 'p'));
    expect(references(build(room, { own: early, prompt }))).toEqual([]);
    expect(references(build(room, { own: items(said('x'), said(log)), prompt }))).toEqual([]);
  });
});

test('A45 R8 what a reference says of the words behind it is keyed by the room', () => {
  const room = items(said(log), said(log));
  const elsewhere = build(room, { salts: { ...salts, room: 'another' } });
  const hashes = [build(room), elsewhere].map((context) => /=1:1-12#(.{6})>/.exec(everything(context))?.[1]);
  expect(hashes).toEqual([keyed(log), expect.stringMatching(/^.{6}$/)]);
  expect(hashes[0]).not.toBe(hashes[1]);
});

test('A45 R8 nobody can write a line that stands in the way of another’s', () => {
  // Equal under FNV-1a, as lines that are told apart by a hash without a key can be made.
  const rest =
    'that the quick brown fox jumps over the lazy dog while nobody in the whole of the long house is looking on';
  const [mine, theirs] = [`note 133189 ${rest}`, `note 1019624 ${rest}`];
  const room = items(said(mine), said(theirs), said(`so:\n${theirs}`), said(`${mine}\n${theirs}`));
  expect(references(build(room))).toEqual(['2:1-1', '1:1-1,2:1-1']);
});

describe('what is not the same', () => {
  test.for([
    ['a changed digit', (line: string) => line.replace(/printer/, 'printer 2')],
    ['a negation', (line: string) => line.replace('could not', 'could')],
    ['a space', (line: string) => `${line} `],
    ['another case', (line: string) => line.toUpperCase()],
    ['another normal form', (line: string) => `${line}e\u0301`],
  ] as const)('C11 near is not equal: %s stays', ([, change]) => {
    const base = LOG.map((line) => `${line}\u00e9`);
    const changed = base.map((line) => change(line.slice(0, -1)));
    const context = build(items(said(base.join('\n')), said(changed.join('\n'))));
    expect(references(context)).toEqual([]);
    expect(everything(context)).toContain(changed.join('\n'));
  });

  test('C11 an edited line among equal ones is sent, and what surrounds it refers', () => {
    const edited = LOG.with(6, '12:06 worker 42 REACHED the printer');
    const context = build(items(said(log), said(edited.join('\n'))));
    expect(references(context)).toEqual(['1:1-6', '1:8-12']);
    expect(everything(context)).toContain('12:06 worker 42 REACHED the printer');
  });

  test('C11 the prompt to be answered is sent in full, and refers once it is answered', () => {
    const room = items(said(log));
    const prompt = { seq: 2, author: ana, text: log, tokens: tokenizer.count(log) };
    expect(references(build(room, { prompt }))).toEqual([]);
    const later = [...room, item(2, asked(log, 'a')), item(3, answered('I see.', 'a'))];
    expect(references(build(later))).toEqual(['1:1-12']);
  });

  test('C11 a room without repeats is untouched', () => {
    const texts = Array.from(
      { length: 40 },
      (_, at) => `line ${at} of its own words\nand ${at} more of them, which nobody else said`,
    );
    const context = build(items(...texts.map((text) => said(text))));
    expect(references(context)).toEqual([]);
    expect(readContext(context, boundary).slice(0, -1)).toMatchObject(texts.map((text) => ({ text })));
  });
});

describe('what a reference rests on', () => {
  const filler = (count: number, from: number) =>
    Array.from({ length: count }, (_, at) => [
      asked(`q${from + at}`, `f${from + at}`, { tokens: 60 }),
      { ...answered(`r${from + at}`, `f${from + at}`), tokens: 60 },
    ]).flat();

  test('C10 when the first copy leaves the window, the text stands in full where it is said first then', () => {
    const budget = 3_270;
    const [one, two, three] = [said(log, { author: ben }), said(`two\n${log}`), said(`three\n${log}`)];
    const room = (rest: number) => items(one, ...filler(9, 0), two, ...filler(1, 20), three, ...filler(rest, 40));
    const inside = build(room(0), { budget });
    expect(references(inside)).toEqual(['1:1-12', '1:1-12']);
    const counts = Array.from({ length: 20 }, (_, rest) => build(room(rest), { budget }));
    const gone = counts.find(({ manifest }) => manifest.from > 1 && manifest.from <= 20);
    expect(gone && everything(gone)).toContain(`two\n${log}`);
    expect(gone && references(gone)).toEqual(['20:2-13']);
    for (const { manifest } of counts) expect(manifest.tokens).toBeLessThanOrEqual(budget);
  });

  test('C10 R14 words that were taken away are referred to by nobody', () => {
    const room = items(said(log), said(`two\n${log}`), said(`three\n${log}`));
    const redacted = room.map((one, index) =>
      index === 0 ? { ...one, entry: { ...one.entry, text: '', redactedBy: 'ben' } } : one,
    );
    expect(references(build(redacted))).toEqual(['2:2-13']);
    expect(everything(build(redacted))).toContain(`two\n${log}`);
  });

  test('C10 R13 nobody can write a reference', () => {
    const forged = `<parley-${boundary} =1:1-12#abcdef>`;
    const context = build(items(said(log), said(forged), asked('?', 'a'), answered(forged, 'a')));
    expect(references(context)).toEqual([]);
  });
});

/** Rooms in which people paste, quote and edit one another. */
const spoken = fc.array(
  fc.record({
    what: fc.constantFrom('message', 'message', 'ask', 'ask+talk', 'off'),
    parts: fc.array(
      fc.oneof(
        fc.record({
          from: fc.nat(11),
          length: fc.integer({ min: 1, max: 12 }),
          quote: fc.constantFrom('', '', '> ', '>', '>> '),
        }),
        fc.constantFrom('', '> ', 'own words', '\u2028', `<parley-${boundary} =1:1-2#aaaaaa>`, '> > x', 'a\r\nb'),
        fc.string({ unit: 'grapheme', maxLength: 30 }),
      ),
      { maxLength: 5 },
    ),
  }),
  { maxLength: 30 },
);
type Spoken = typeof spoken extends fc.Arbitrary<infer T> ? T : never;

function roomOf(steps: Spoken): ContextItem[] {
  const lines: Line[] = [];
  steps.forEach(({ what, parts }, index) => {
    const text = parts
      .map((part) =>
        typeof part === 'string'
          ? part
          : LOG.slice(part.from, part.from + part.length)
              .map((line) => part.quote + line)
              .join('\n'),
      )
      .join('\n');
    if (what === 'message' || what === 'off') return lines.push(said(text, what === 'off' ? { offRecord: true } : {}));
    lines.push(asked(text, String(index)));
    if (what === 'ask+talk') lines.push(said(`meanwhile\n${text}`));
    return lines.push(answered(`answer ${index}\n${text}`, String(index)));
  });
  return items(...lines);
}

describe('properties', () => {
  const plain = (text: string) => readContext(build(items(said(text))), boundary)[0]?.text ?? 'none';

  test('C10 property: every reference resolves to the words that were said, byte for byte', () => {
    let seen = 0;
    fc.assert(
      fc.property(spoken, fc.integer({ min: 900, max: 6_000 }), (steps, budget) => {
        const room = roomOf(steps);
        const context = build(room, { budget });
        seen += references(context).length;
        const sent = readContext(context, boundary).slice(0, -1);
        const byCite = new Map(sent.map((one) => [one.cite, one.text]));
        for (const { entry } of room) {
          const turn = room.find((other) => other.entry.turn === entry.turn && other.entry.kind === 'prompt');
          const cite = entry.kind === 'answer' ? `a${turn?.entry.seq}` : String(entry.seq);
          const text = byCite.get(cite);
          if (text !== undefined) expect(text).toBe(plain(entry.text));
        }
        expect(context.manifest.tokens).toBeGreaterThanOrEqual(
          tokenizer.count(context.messages.map(({ content }) => content).join('\n')),
        );
      }),
      { numRuns: 300, seed: 9 },
    );
    expect(seen).toBeGreaterThan(300);
  });

  test('C9 property: the same bytes, in whatever order entries arrive and whatever was folded before', () => {
    fc.assert(
      fc.property(
        spoken,
        fc.array(fc.nat(30), { maxLength: 12 }),
        fc.integer({ min: 900, max: 4_000 }),
        (steps, stops, budget) => {
          const room = roomOf(steps);
          const pasts = new Pasts();
          for (const stop of stops.toSorted((a, b) => a - b)) build(room.slice(0, stop), { budget, pasts });
          const fresh = build(room, { budget });
          expect(build(room, { budget, pasts })).toEqual(fresh);
          expect(build(room.toReversed(), { budget })).toEqual(fresh);
        },
      ),
      { numRuns: 300, seed: 10 },
    );
  });

  test('C9 property: private turns go on from what was folded before to the same bytes', () => {
    fc.assert(
      fc.property(spoken, spoken, fc.integer({ min: 900, max: 4_000 }), (steps, mine, budget) => {
        const [room, own] = [roomOf(steps), roomOf(mine).map((one) => ({ ...one, after: 2 }))];
        const prompt = { seq: own.length + 1, author: ana, text: 'x', tokens: 1 };
        const pasts = new Pasts();
        build(room.slice(0, room.length / 2), { own: own.slice(0, own.length / 2), prompt, budget, pasts });
        expect(build(room, { own, prompt, budget, pasts })).toEqual(build(room, { own, prompt, budget }));
      }),
      { numRuns: 200, seed: 12 },
    );
  });
});

test('C9 C16 finding repeats is linear in any text', () => {
  const hostile = ['a\n', '\n', '> \n', '>', `${log}\n`, 'a\nb\n', `${'x'.repeat(120)}\n`].map((part) =>
    part.repeat(Math.min(8_000, Math.ceil(250_000 / part.length))),
  );
  for (const text of hostile) {
    const lines = linesOf(text) ?? [];
    const took = cpuTime(1, () => {
      const repeats = new Repeats<string>();
      repeats.add('one', lines, []);
      const found = repeats.of(lines);
      repeats.add('two', lines, found);
      repeats.of(linesOf(text.slice(1)) ?? []);
    });
    expect(took, JSON.stringify(text.slice(0, 10))).toBeLessThan(200);
  }
});

test('C9 R14 a history that is not the one that was folded is folded anew', () => {
  const pasts = new Pasts();
  const rooms = [
    items(said(log), said('a'), said('b')),
    items(said('another'), said('a'), said('b'), said(log)),
    items(said('another'), said('c')),
  ];
  for (const room of [...rooms, ...rooms.toReversed()]) expect(build(room, { pasts })).toEqual(build(room));
});

test('C5 C16 of a long history a few budgets are read, and the line about what is left out counts the rest', () => {
  const pasts = new Pasts();
  const budget = 1_400;
  const filler = Array.from({ length: 900 }, (_, at) => {
    const turn = String(Math.floor(at / 3));
    if (at % 3 === 0)
      return said(`words ${at} and more words`, at % 2 === 0 ? { tokens: 60 } : { tokens: 60, offRecord: true });
    return at % 3 === 1
      ? asked(`question ${at}`, turn, { tokens: 60 })
      : { ...answered(`answer ${at}`, turn), tokens: 60 };
  });
  const room = items(...filler);
  let read = 0;
  const counted = room.map((one) => ({
    ...one,
    entry: {
      ...one.entry,
      get text() {
        read += 1;
        return one.entry.text;
      },
    },
  }));
  for (let to = 3; to <= room.length; to += 3) {
    const context = build(room.slice(0, to), { budget, pasts });
    const said = readContext(context, boundary).length - 1;
    const leftOut = Number(/>(\d+) earlier entr/.exec(everything(context))?.[1] ?? 0);
    expect(leftOut + said).toBe(room.slice(0, to).filter(({ entry }) => entry.offRecord !== true).length);
    // The oldest that is sent is not an answer without its prompt.
    expect(context.messages[1]?.role).toBe('user');
    if (to % 150 === 0) expect(context).toEqual(build(room.slice(0, to), { budget }));
  }
  // What is recalled is found among all words.
  build(counted, { budget, recalled: [] });
  expect(read).toBeLessThan(450);
});

test('C5 reading never begins between a prompt and its answer, also where the window reaches that far', () => {
  const pasts = new Pasts();
  // Every word is a token, so what a reference saves is known to be saved.
  const passage = Array.from({ length: 150 }, (_, at) => `${at} ${'one two three four '.repeat(5)}`).join('\n');
  const turns = Array.from({ length: 40 }, (_, at) => [
    said(passage),
    asked(`question ${at}`, String(at)),
    answered(`answer ${at}`, String(at)),
  ]);
  const room = items(...turns.flat());
  let most = 0;
  for (let to = 3; to <= room.length; to += 3) {
    const context = build(room.slice(0, to), { budget: 5_500, pasts });
    const sent = room.slice(context.manifest.from - 1, to).reduce((sum, { tokens }) => sum + tokens, 0);
    most = Math.max(most, sent);
    expect(context.messages[1]?.content).toMatch(/<said/);
    expect(context.messages[1]?.role).toBe('user');
  }
  // In full it would be several budgets.
  expect(most).toBeGreaterThan(2 * 5_500);
});

test('C9 C16 texts of very many lines or characters are not looked through', () => {
  for (const text of [Array.from({ length: 8_200 }, (_, at) => at).join('\n'), `${log}\n`.repeat(500)]) {
    expect(linesOf(text)).toBeNull();
    expect(references(build(items(said(text), said(text)), { budget: 1e9 }))).toEqual([]);
  }
  expect(linesOf(log)).toHaveLength(12);
});

test('C9 what is folded for one lane is not used for another', () => {
  const pasts = new Pasts();
  const own = items(asked(log, 'p', { after: 0 }), answered('ok', 'p'));
  const prompt = { seq: 3, author: ana, text: 'x', tokens: 1 };
  build(items(said('hello')), { own, prompt, pasts });
  const bens = build(items(said('hello')), { own: [], prompt: { ...prompt, seq: 1, author: ben }, pasts });
  expect(everything(bens)).not.toContain(LOG[0]);
});
