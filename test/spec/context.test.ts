import type { Context } from '@parley/server/core/context/context';
import { FIXED_TOKENS } from '@parley/server/core/context/context-layout';
import { Pasts } from '@parley/server/core/context/context-past';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import { systemText } from '@parley/server/core/context/system-text';
import { describe, expect, test } from 'vitest';
import {
  ana,
  answered,
  asked,
  ben,
  boundary,
  build,
  contents,
  envelopesOf,
  everything,
  hash,
  item,
  items,
  rolesOf,
  said,
  salts,
  TALK,
  tokenizer,
} from '../kit/context-items.ts';
import { cpuTime } from '../kit/cpu-time.ts';

describe('the layout', () => {
  test('C1 no tools yet: nothing but messages, in the fixed order system, history, prompt', () => {
    const context = build(TALK);
    expect(rolesOf(context)).toBe('system user assistant user');
    expect(envelopesOf(context).at(-1)).toEqual({ n: '6', id: 'ana', name: 'Ana', kind: 'prompt' });
  });

  test('A76 A85 C2 R10 the system text begins with the lane’s salt and is constant: no name, clock, presence or id', () => {
    const [one] = contents(build(TALK));
    const [two] = contents(
      build(items(said({ id: 'zoe', name: 'Zoe', kind: 'user' }, 'other words')), {
        prompt: { seq: 2, author: ben, text: 'x', tokens: 1 },
      }),
    );
    expect(one).toBe(two);
    expect(one?.startsWith(`[${salts.lane}]`)).toBe(true);
    expect(contents(build(TALK, { salts: { ...salts, lane: 'another' } }))[0]?.slice(0, 9)).toBe('[another]');
  });

  test('C3 C4 nothing stands between the system text and the history while there is no ledger and no digest', () => {
    const [system, history] = contents(build(TALK));
    expect(system).toBe(systemText(salts.lane, boundary));
    expect(history?.startsWith(`<said-${boundary} n="1"`)).toBe(true);
  });

  test('C5 everything between two answers is one message, and what was sent once keeps its bytes', () => {
    // What turn b was sent …
    const before = build(TALK, { prompt: { seq: 6, author: ben, text: 'and now?', tokens: 2 } });
    // … and what a later turn is sent, after talk during and after the answer.
    const later = build([
      ...TALK,
      item(6, asked(ben, 'and now?', 'b')),
      item(7, said(ana, 'said while the model was writing')),
      item(8, answered('Now nothing.', 'b')),
      item(9, said(ana, 'said afterwards')),
    ]);
    expect(later.messages.slice(0, before.messages.length)).toEqual(before.messages);
    expect(rolesOf(later)).toBe('system user assistant user assistant user');
    expect(contents(later).at(-1)).toMatch(/while the model was writing[\s\S]*said afterwards[\s\S]*the prompt/);
  });

  test('C5 T10 off-record words, notices and what nobody should be sent are absent', () => {
    const context = build(
      items(
        said(ben, 'canary-off', { offRecord: true }),
        said({ id: 'system', name: 'Parley', kind: 'system' }, 'canary-notice', { kind: 'notice' }),
        said(ben, 'kept'),
      ),
    );
    expect(everything(context)).not.toContain('canary');
    expect(everything(context)).toContain('kept');
    expect(context.manifest).toMatchObject({ from: 3, to: 3, roomTo: 3 });
  });

  test('C5 an answer that ended early says so, and no message is empty', () => {
    const context = build(
      items(
        asked(ana, 'one', 'a'),
        answered('part of', 'a', { outcome: 'cancelled' }),
        asked(ana, 'two', 'b'),
        answered('', 'b', { outcome: 'failed' }),
        asked(ana, 'three', 'c'),
        answered('', 'c'),
      ),
    );
    expect(contents(context).filter((_, index) => context.messages[index]?.role === 'assistant')).toEqual([
      'part of\n[ended early: cancelled]',
      '[no answer: failed]',
      '[no answer]',
    ]);
  });

  test('C7 the prompt is last and in full, also when it alone exceeds the budget', () => {
    const text = 'long '.repeat(5_000).trim();
    const context = build(TALK, { prompt: { seq: 6, author: ana, text, tokens: 5_000 }, budget: 1_000 });
    expect(contents(context).at(-1)?.endsWith(`kind="prompt">\n${text}\n</said-${boundary}>`)).toBe(true);
    expect(envelopesOf(context)).toHaveLength(1);
    expect(context.manifest).toMatchObject({ from: 6, to: 5 });
  });

  test('T13 the manifest names what was sent and a hash of its bytes', () => {
    const { manifest, messages } = build(TALK);
    const framed = messages.map(({ role, content }) => `${role} ${content.length}\n${content}\n`);
    expect(manifest).toMatchObject({ from: 1, to: 5, roomTo: 5, hash: hash(framed.join('')) });
    expect(build(TALK.slice(0, 4)).manifest.hash).not.toBe(manifest.hash);
  });
});

describe('a private turn', () => {
  const own = items(
    asked(ben, 'my first question', 'p1', { after: 2 }),
    answered('My first answer.', 'p1'),
    said(ben, 'a note to self'),
  );
  const prompt = { seq: 4, author: ben, text: 'my second question', tokens: 3 };
  const context = build(TALK, { own, prompt });

  test('C6 the room comes first as everybody has it, the lane’s own items at the tail behind a nonce, anchored', () => {
    const shared = build(TALK);
    // Up to the last answer the bytes are those of the room's own turns.
    expect(context.messages.slice(1, 3)).toEqual(shared.messages.slice(1, 3));
    const tail = contents(context).at(-1) ?? '';
    const nonce = hash(`overlay\n${salts.lane}\nben`).slice(0, 24);
    const order = [
      'sorry',
      nonce,
      'After entry 2:',
      'my first question',
      'My first answer.',
      'a note to self',
      'After entry 5:',
      'my second question',
    ];
    const places = order.map((text) => tail.indexOf(text));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(context.manifest).toMatchObject({ from: 1, to: 3, roomTo: 5 });
  });

  test('C6 the nonce is each speaker’s own', () => {
    const other = build(TALK, { own: [], prompt: { ...prompt, author: ana } });
    const nonceOf = (built: Context) => /<parley-\w+>(\S{24}):/.exec(everything(built))?.[1];
    expect(nonceOf(other)).toBeDefined();
    expect(nonceOf(other)).not.toBe(nonceOf(context));
  });

  test('C6 private items with one anchor share its line', () => {
    const twice = items(
      asked(ben, 'one', 'p1', { after: 2 }),
      answered('1', 'p1'),
      asked(ben, 'two', 'p2', { after: 2 }),
      answered('2', 'p2'),
    );
    const text = everything(build(TALK, { own: twice, prompt: { ...prompt, seq: 5 } }));
    expect(text.match(/After entry \d+:/g)).toEqual(['After entry 2:', 'After entry 5:']);
  });

  test('C6 an earlier private answer stands in an envelope of its own and is no assistant message', () => {
    expect(rolesOf(context)).toBe('system user assistant user');
    expect(everything(context)).toContain(`<answered-${boundary} n="me.2">\nMy first answer.`);
  });

  test('C6 the prompt has the bytes that it has as history later', () => {
    const later = build(TALK, {
      own: [...own, item(4, asked(ben, 'my second question', 'p2', { after: 5 })), item(5, answered('Second.', 'p2'))],
      prompt: { seq: 6, author: ben, text: 'third', tokens: 1 },
    });
    expect(
      contents(later)
        .at(-1)
        ?.startsWith(contents(context).at(-1) ?? 'none'),
    ).toBe(true);
  });

  test('A44 C6 what is private never moves where the room’s history starts', () => {
    const room = Array.from({ length: 400 }, (_, index) =>
      item(index + 1, said(ben, `words ${index}`, { tokens: 100 })),
    );
    const starts = [0, 10, 60].map((count) => {
      const notes = Array.from({ length: count }, (_, index) =>
        item(index + 1, said(ben, `mine ${index}`, { tokens: 100 })),
      );
      return envelopesOf(build(room, { own: notes, prompt: { ...prompt, seq: count + 1 } }))[0]?.n;
    });
    expect(new Set(starts).size).toBe(1);
  });
});

describe('counting and speed', () => {
  test('C16 the builder uses stored counts: it has no tokenizer, and its sum is an upper bound near the real one', () => {
    const room = items(
      ...Array.from({ length: 60 }, (_, index) =>
        index % 3 === 2
          ? answered(`An answer about item ${index} with some detail.`, `t${index}`)
          : index % 3 === 1
            ? asked(ben, `What about item ${index}?`, `t${index + 1}`)
            : said(ana, `I think that item ${index} matters`),
      ),
    );
    for (const own of [
      null,
      items(...Array.from({ length: 20 }, (_, i) => asked(ben, `mine ${i}`, `p${i}`, { after: i }))),
    ]) {
      const context = build(room, { own, prompt: { seq: 61, author: ben, text: 'now?', tokens: 2 } });
      const real = tokenizer.count(everything(context));
      expect(context.manifest.tokens).toBeGreaterThanOrEqual(real);
      expect(context.manifest.tokens).toBeLessThan(real * 1.5);
    }
    expect(FIXED_TOKENS).toBeGreaterThan(tokenizer.count(systemText('x'.repeat(43), boundary)) + 125);
  });

  test('C16 a changed stored count changes the budget and nothing else: nobody counts again', () => {
    const counted = build(TALK);
    const recounted = build(TALK.map((one) => ({ ...one, tokens: 1 })));
    expect(recounted.messages).toEqual(counted.messages);
    expect(recounted.manifest.tokens).toBeLessThan(counted.manifest.tokens);
  });

  test('C5 10,000 entries at a budget of 32,000 tokens build in at most 5 ms when warm', () => {
    const room = Array.from({ length: 10_000 }, (_, index) => {
      const turn = String(Math.floor(index / 5));
      const text = `entry ${index} `.repeat(12);
      if (index % 5 === 3) return item(index + 1, asked(ana, text, turn, { tokens: 60 }));
      if (index % 5 === 4) return item(index + 1, answered(text, turn, { tokens: 60 }));
      return item(index + 1, said(ben, text, { tokens: 60 }));
    });
    const prompt = { seq: 10_001, author: ana, text: 'entry 77 or 4711?', tokens: 12 };
    const warm = { prompt, pasts: new Pasts(), words: new RoomWords() };
    expect(build(room, warm).manifest.recalled).toEqual(expect.arrayContaining(['78', '4712']));
    expect(cpuTime(40, () => build(room, warm))).toBeLessThan(5);
  });
});
