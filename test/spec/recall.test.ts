import { admitted } from '@parley/server/core/context/admission';
import type { ContextInput, ContextItem } from '@parley/server/core/context/context';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import type { ResourceId } from '@parley/shared/label';
import { describe, expect, test } from 'vitest';
import {
  ana,
  answered,
  asked,
  ben,
  boundary,
  build,
  contents,
  everything,
  item,
  items,
  said,
  tokenizer,
  type Line,
} from '../kit/context-items.ts';

const BUDGET = 3_000;
const KEY = 'the certificate of the harbour gateway expires in november';
/** Talk that no question here is about. */
const talk = (count: number): Line[] =>
  Array.from({ length: count }, (_, index) => said(ben, `we talk about some thing number ${index}`, { tokens: 40 }));
/** An old entry, and so much talk behind it that it left what is sent. */
const lane = (...old: Line[]): ContextItem[] => items(...old, ...talk(80));
const question = (text: string, room: readonly ContextItem[], more: Partial<ContextInput> = {}) =>
  build(room, {
    budget: BUDGET,
    prompt: { seq: room.filter(({ shelf }) => shelf === undefined).length + 1, author: ana, text, tokens: 20 },
    ...more,
  });
const ABOUT = 'when does the harbour certificate expire?';
const recalledBy = (...args: Parameters<typeof question>) => question(...args).manifest.recalled ?? [];

describe('what a prompt is about is said once more', () => {
  const room = lane(said(ben, KEY), asked(ana, 'what is a turnip?', 't'), answered('A turnip is a root.', 't'));
  const context = question(ABOUT, room);

  test('C6 an entry that left what is sent stands word for word in its envelope, with its number, right before the prompt', () => {
    expect(context.manifest.recalled).toEqual(['1']);
    expect(everything(context)).toContain(
      `that are not above any more:</parley-${boundary}>\n` +
        `<said-${boundary} n="1" id="ben" name="Ben" kind="message">\n${KEY}\n</said-${boundary}>\n` +
        `<said-${boundary} n="84" id="ana" name="Ana" kind="prompt">\n${ABOUT}\n</said-${boundary}>`,
    );
  });

  test('C6 an answer that is recalled is shown to be one', () => {
    const again = question('turnip root', room);
    expect(again.manifest.recalled).toEqual(['2', '3']);
    expect(everything(again)).toContain(`<answered-${boundary} n="3">\nA turnip is a root.\n</answered-${boundary}>`);
  });

  test('C5 C6 all that is sent before it has the bytes that it has without, and so has the turn behind it', () => {
    const without = question(ABOUT, room, { recalled: [] });
    expect(without.manifest.recalled).toBeUndefined();
    const [last = '', ...before] = contents(context).toReversed();
    const [lastWithout = '', ...beforeWithout] = contents(without).toReversed();
    expect(before).toEqual(beforeWithout);
    const shared = lastWithout.slice(0, lastWithout.indexOf(`<said-${boundary} n="84"`));
    expect(last.startsWith(shared)).toBe(true);
    const next = [...room, item(84, asked(ana, ABOUT, 'n')), item(85, answered('In November.', 'n'))];
    expect(contents(question('thanks', next))[before.length]).toBe(lastWithout);
  });

  test('C6 C14 what a digest stands for is recalled, though nothing is left out behind it', () => {
    const short = items(said(ben, KEY), ...talk(8));
    expect(recalledBy(ABOUT, short)).toEqual([]);
    const generation = {
      ...{ number: 1, at: 2_000, since: 0, from: 1, to: 5, shelvesFrom: 0 },
      ...{ text: 'They talked.', tokens: 4, kept: [], influence: ['ben'] },
    };
    const one = { generation, pins: { head: [], since: [], gone: [] } };
    expect(recalledBy(ABOUT, short, { compacted: { room: one, own: one } })).toEqual(['1']);
  });

  test('C6 what a turn began with is said once more when it is built again, though nothing is gone any more', () => {
    const short = items(said(ben, KEY), ...talk(8));
    expect(recalledBy(ABOUT, short, { recalled: ['1'] })).toEqual(['1']);
  });

  test('C6 a prompt of words that many entries say, or of words that none says, recalls nothing', () => {
    for (const text of ['thing', 'we talk about some thing', 'zebra', '', 'and?', '…'])
      expect(recalledBy(text, room), text).toEqual([]);
  });

  test('C6 one word of many is chance', () => {
    const long = `${'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu'} turnip`;
    expect(recalledBy('turnip', room)).toEqual(['2', '3']);
    expect(recalledBy(long, room)).toEqual([]);
  });

  test('C6 what is sent anyway is not recalled: what did not leave, what is kept beside a digest, and short pinned rows', () => {
    const near = items(...talk(80), said(ben, KEY));
    expect(recalledBy(ABOUT, near)).toEqual([]);
    expect(recalledBy(ABOUT, near.slice(70))).toEqual([]);
    const generation = {
      ...{ number: 1, at: 1, since: 5, from: 1, to: 30, shelvesFrom: 0, text: 'A digest.', tokens: 4, influence: [] },
      kept: [] as ContextItem['entry']['id'][],
    };
    const row = { kind: 'entry' as const, as: 'decision' as const, item: room[0] as ContextItem, by: 'ana', tokens: 9 };
    const pins = { head: [], since: [], gone: [] };
    const kept = { ...generation, kept: [room[0]?.entry.id ?? ('' as ContextItem['entry']['id'])] };
    const recalls = (one: NonNullable<ContextInput['compacted']>['room']) =>
      recalledBy(ABOUT, room, { compacted: { room: one, own: one } });
    expect(recalls({ generation, pins })).toEqual(['1']);
    expect(recalls({ generation: kept, pins })).toEqual([]);
    expect(recalls({ generation, pins: { ...pins, head: [row] } })).toEqual([]);
  });

  test('C6 at most a fifth of what a turn may use, the best first, and in their order', () => {
    const long = items(
      said(ben, `harbour ${'words of this and that '.repeat(30)}`, { tokens: 430 }),
      said(ben, 'the harbour certificate', { tokens: 30 }),
      said(ben, 'a harbour certificate', { tokens: 30 }),
      ...talk(80),
    );
    expect(recalledBy(ABOUT, long)).toEqual(['2', '3']);
    const { manifest } = question(ABOUT, long);
    const without = question(ABOUT, long, { recalled: [] }).manifest;
    expect(manifest.tokens - without.tokens).toBeLessThanOrEqual((BUDGET - 560) / 5);
    expect(manifest.from).toBe(without.from);
  });

  test('C6 of equals the newest is recalled', () => {
    const equal = lane(
      ...['a', 'b', 'c', 'd'].map((word) => said(ben, `harbour certificate ${word}`, { tokens: 150 })),
    );
    expect(recalledBy(ABOUT, equal)).toEqual(['3', '4']);
  });

  test('C6 C9 what an entry says that is sent anyway is left out with a mark, and one that says nothing else is not recalled', () => {
    const passage = 'the harbour certificate is renewed by the night shift';
    const both = items(
      said(ben, `${passage}\n  ${passage} of ben\nand its password is kept by zoe`),
      said(ben, passage),
      ...talk(80),
      said(ana, `${passage} of ben\n> ${passage}`),
    );
    const asks = 'harbour certificate password?';
    expect(recalledBy(asks, both)).toEqual(['1:3-3']);
    const shown = new RegExp(`n="1" [^\n]*\n<parley-${boundary} …>\nand its password is kept by zoe\n</said-`);
    expect(everything(question(asks, both))).toMatch(shown);
  });

  test('C6 an entry that says of a prompt only what is there already is not recalled for its other lines', () => {
    const old = lane(said(ben, `${KEY}\nand so on`), said(ben, `${ABOUT}\nnobody knows`));
    expect(recalledBy(ABOUT, old)).toEqual(['1']);
    expect(recalledBy(ABOUT, [...old, item(83, said(ana, KEY))])).toEqual([]);
    const more = lane(said(ben, `${KEY}\nand the harbour is deep`));
    expect(recalledBy(ABOUT, [...more, item(82, said(ana, KEY))])).toEqual(['1:2-2']);
  });

  test('C6 C11 what the prompt says itself, or what is recalled already, is not said once more; what is nearly the same is', () => {
    const old = lane(
      said(ben, ABOUT),
      said(ben, `${ABOUT} `),
      said(ana, KEY),
      ...[KEY, `${KEY}!`, KEY.toUpperCase()].map((text) => said(ben, text)),
    );
    expect(recalledBy(ABOUT, old)).toEqual(['4', '5', '6']);
    expect(recalledBy('harbour certificate', old)).toEqual(['2', '4', '5', '6']);
  });

  test('C6 of a long entry the lines that the prompt is about are recalled, word for word, with a mark where others are left out', () => {
    const filler = (count: number) =>
      Array.from({ length: count }, (_, at) => `and a line that says ${at} other things`);
    const text = [...filler(4), KEY, '', '> the gateway is by zoe', ...filler(3), 'the harbour is deep'].join('\n');
    const old = lane(said(ben, text));
    expect(recalledBy(`${ABOUT} the gateway?`, old)).toEqual(['1:5-7,11-11']);
    const gap = `<parley-${boundary} …>`;
    expect(everything(question(`${ABOUT} the gateway?`, old))).toContain(
      `kind="message">\n${gap}\n${KEY}\n\n> the gateway is by zoe\n${gap}\nthe harbour is deep\n</said-${boundary}>`,
    );
    const [told, untold] = [{}, { recalled: [] }].map((more) => question(`${ABOUT} the gateway?`, old, more));
    const tokensOf = (context = told) => (context === undefined ? 0 : tokenizer.count(everything(context)));
    const counted = (told?.manifest.tokens ?? 0) - (untold?.manifest.tokens ?? 0);
    expect(counted).toBeGreaterThanOrEqual(tokensOf() - tokensOf(untold));
  });

  test('C6 at most five entries are recalled, and of one that is too long to be looked at line by line nothing', () => {
    const many = lane(...Array.from({ length: 7 }, (_, at) => said(ben, `the harbour certificate ${at}`)));
    expect(recalledBy(ABOUT, many)).toEqual(['3', '4', '5', '6', '7']);
    const long = said(ben, `harbour certificate\n${'x\n'.repeat(32_768)}`, { tokens: 60 });
    expect(recalledBy(ABOUT, lane(said(ben, KEY), long))).toEqual(['1']);
    const lines = said(ben, `harbour certificate\n${'x\n'.repeat(9_000)}`, { tokens: 60 });
    expect(recalledBy(ABOUT, lane(said(ben, KEY), lines))).toEqual(['1']);
  });

  test('C6 R6 whose words are recalled is behind the turn, and a clean turn recalls nothing', () => {
    const zoe = { id: 'zoe', name: 'Zoe', kind: 'user' as const };
    const old = lane(said(zoe, KEY));
    expect(question('and?', old).sources.influence).toEqual(['ana', 'ben']);
    expect(question(ABOUT, old).sources.influence).toEqual(['ana', 'ben', 'zoe']);
    expect(question(ABOUT, old, { quotes: [] }).sources.influence).toEqual(['ana']);
    expect(question(ABOUT, old, { quotes: [] }).manifest.recalled).toBeUndefined();
  });
});

describe('what may be recalled', () => {
  test('C6 R4 R9 what stands on a shelf is not, and moves nothing of what is', () => {
    const payroll = 'doc:pay' as ResourceId;
    const own = lane(said(ben, KEY), said(ben, 'the harbour is closed'));
    const shelf = (text: string) => {
      const { entry, ...one } = item(1, said(ben, text, { after: 1 }));
      return [
        { label: 'abcdef', resources: [payroll], items: [{ ...one, entry: { ...entry, resources: [payroll] } }] },
      ];
    };
    const without = question(ABOUT, own);
    const told = question(
      ABOUT,
      admitted(own, shelf(`${KEY} harbour harbour certificate`), () => true),
    );
    expect(told).toEqual(without);
    // What is sent because somebody may read the shelf is not what everybody heard.
    const late = shelf(KEY).map((one) => ({
      ...one,
      items: one.items.map((each) => ({ ...each, entry: { ...each.entry, after: 82 } })),
    }));
    expect(
      question(
        ABOUT,
        admitted(own, late, () => true),
      ).manifest.recalled,
    ).toEqual(without.manifest.recalled);
    expect(
      question(
        ABOUT,
        admitted(own, shelf(KEY), () => false),
      ),
    ).toEqual(without);
  });

  test('C6 T10 R14 words off the record and redacted ones are not, and count for nothing', () => {
    const words = new RoomWords();
    const told = lane(said(ben, KEY), said(ben, 'a certificate of the harbour'));
    expect(recalledBy(ABOUT, told, { words })).toEqual(['1', '2']);
    const gone = told.map((one) =>
      one.entry.seq === 1 ? { ...one, entry: { ...one.entry, text: '', redactedBy: 'ben' } } : one,
    );
    expect(recalledBy(ABOUT, gone, { words })).toEqual(['2']);
    expect(question(ABOUT, gone, { words })).toEqual(question(ABOUT, gone));
    const off = lane(said(ben, KEY, { offRecord: true }), said(ben, 'a certificate of the harbour'));
    const shorter = lane(said(ben, '', { offRecord: true }), said(ben, 'a certificate of the harbour'));
    expect(question(ABOUT, off)).toEqual(question(ABOUT, shorter));
  });

  test('R4 R14 a turn that is built again recalls what it recalled, without what was redacted, and nothing instead', () => {
    const told = lane(said(ben, KEY), said(ben, 'a certificate of the harbour'), said(ana, 'harbour'));
    const first = question(ABOUT, told);
    const { recalled = [] } = first.manifest;
    expect(question(ABOUT, told, { recalled })).toEqual(first);
    const long = lane(said(ben, `${KEY}\n${'and so on, and so on, and so on\n'.repeat(9)}`));
    const part = question(ABOUT, long);
    expect(part.manifest.recalled).toEqual(['1:1-1']);
    // How much its words count has changed since.
    const since = [...long, ...items(...Array.from({ length: 30 }, () => said(ben, ABOUT)))];
    expect(question(ABOUT, since.slice(0, long.length), { recalled: ['1:1-1'] })).toEqual(part);
    expect(everything(question('and?', since, { recalled: ['1:1-1'] }))).toContain(
      `\n${KEY}\n<parley-${boundary} …>\n`,
    );
    const gone = told.map((one) =>
      one.entry.seq === 1 ? { ...one, entry: { ...one.entry, text: '', redactedBy: 'ben' } } : one,
    );
    expect(recalledBy(ABOUT, gone, { recalled: ['1'] })).toEqual([]);
  });

  test('C6 in a private turn both lanes are looked through, each by its own words, behind the marker', () => {
    const room = lane(said(ben, KEY));
    const own = lane(
      asked(ana, 'my harbour certificate notes', 'p', { after: 1 }),
      answered('The harbour is deep.', 'p'),
    );
    const context = question(ABOUT, room, { own, budget: 8_000 });
    expect(context.manifest.recalled).toEqual(['1', 'me.1', 'me.2']);
    const text = everything(context);
    const marker = text.indexOf('only the person asking');
    for (const cite of ['n="1"', 'n="me.1"', 'n="me.2"']) expect(text.indexOf(cite)).toBeGreaterThan(marker);
    expect(context.sources.influence).toEqual(['ai', 'ana', 'ben']);
    expect(contents(context).at(-1)?.endsWith(`${ABOUT}\n</said-${boundary}>`)).toBe(true);
  });

  test('R9 A44 what is said in private moves nothing of what the room recalls', () => {
    const room = lane(said(ben, KEY), said(ben, 'the harbour is closed'));
    const words = new RoomWords();
    const before = question(ABOUT, room, { words });
    question(ABOUT, room, { words, own: lane(said(ana, `${KEY} harbour harbour`)) });
    expect(question(ABOUT, room, { words })).toEqual(before);
  });
});
