import { Repeats } from '@parley/server/core/context/repeats';
import { linesOf } from '@parley/server/core/context/text-lines';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answered, boundary, build, items, tokenizer } from '../kit/context-items.ts';
import { asked, everything, references, said } from '../kit/repeat-items.ts';
import { readContext } from '../kit/read-context.ts';

const SHORT = [
  'did anybody look at the pump today?',
  'the one in the cellar of house four',
  'yes, it makes a noise like a kettle',
  'then somebody should turn it off now',
];
const talk = SHORT.map((line) => said(line));
const textOf = (room: Parameters<typeof build>[0], at: number) => readContext(build(room), boundary)[at]?.text;

test('C9 a pasted log of what several people said, a short line each, is one reference with their places', () => {
  const log = SHORT.join('\n');
  for (const line of SHORT) expect(tokenizer.count(line)).toBeLessThan(24);
  const room = items(...talk, said(`look:\n${log}\nwell?`));
  expect(references(build(room))).toEqual(['1:1-1,2:1-1,3:1-1,4:1-1']);
  expect(everything(build(room))).toMatch(/\nlook:\n<parley-\w+ =1:1-1,2:1-1,3:1-1,4:1-1#.{6}>\nwell\?\n/);
  expect(textOf(room, 4)).toBe(`look:\n${log}\nwell?`);
});

test('C9 in any order, quoted, and an answer among them', () => {
  const answer = 'Turn the red handle twice.\nThen wait until the lamp is out.';
  const room = items(...talk, asked('how?', 'a'), answered(answer, 'a'), said(`${SHORT[3]}\n${answer}\n${SHORT[0]}`));
  expect(references(build(room))).toEqual(['4:1-1,a5:1-2,1:1-1']);
  const quoted = items(...talk, said([SHORT[1], SHORT[0], SHORT[3]].map((line) => `> ${line}`).join('\n')));
  expect(references(build(quoted))).toEqual(['2:1-1,1:1-1,4:1-1']);
  expect(textOf(quoted, 4)).toBe([SHORT[1], SHORT[0], SHORT[3]].map((line) => `> ${line}`).join('\n'));
});

test('C9 less than 24 tokens in all stays, and so does a line of less than 8 at its end', () => {
  expect(references(build(items(...talk, said(`${SHORT[0]}\n${SHORT[1]}`))))).toEqual([]);
  const room = items(...talk, said('ok\nno'), said('ok, done'), said(`${SHORT.join('\n')}\nok, done`));
  expect(references(build(room))).toEqual(['1:1-1,2:1-1,3:1-1,4:1-1']);
  expect(everything(build(room))).toMatch(/#.{6}>\nok, done\n/);
  expect(everything(build(items(...talk, said('ok\nno'), said(`${SHORT.join('\n')}\nok\nno`))))).toMatch(/>\nok\nno\n/);
});

test('C9 what is too short at its first line is looked for again at the next', () => {
  const long = ['the first of these lines is one of many here', 'and the second of them goes on for a while too'];
  const room = items(
    said(`${SHORT[0]}\n${long[0]}`),
    said(`${long.join('\n')}\nand a third one, so that it is enough`),
    said(`${SHORT[0]}\n${long.join('\n')}\nand a third one, so that it is enough`),
  );
  expect(references(build(room))).toEqual(['1:1-2,2:2-3']);
  const lone = items(said(`${SHORT[0]}\n${long[0]}`), said(`${long.join('\n')}\nx`), said(`${long[0]}\n${long[1]}\nx`));
  expect(textOf(lone, 2)).toBe(`${long[0]}\n${long[1]}\nx`);
});

test('C11 a changed word in the middle of a pasted log is sent, and parts its reference', () => {
  const more = ['who has the key of the cellar, by the way?', 'it hangs behind the door, as it always did'];
  const room = items(
    ...talk,
    ...more.map((line) => said(line)),
    said([SHORT[0], SHORT[1], SHORT[2], 'then nobody should turn it off now', ...more, SHORT[3]].join('\n')),
  );
  expect(references(build(room))).toEqual(['1:1-1,2:1-1,3:1-1', '5:1-1,6:1-1,4:1-1']);
  expect(everything(build(room))).toContain('>\nthen nobody should turn it off now\n<');
});

test('C11 lines with other quote marks do not join', () => {
  const room = items(...talk, said([SHORT[0], SHORT[1], `> ${SHORT[2]}`, `> ${SHORT[3]}`].join('\n')));
  expect(references(build(room))).toEqual([]);
});

test('C10 a place that leaves the window is sent in full, the others stay places', () => {
  const filler = Array.from({ length: 40 }, (_, at) => [
    { ...asked(`q${at}`, `f${at}`), tokens: 20 },
    { ...answered(`r${at}`, `f${at}`), tokens: 20 },
  ]).flat();
  const room = items(...talk.slice(0, 1), ...filler, ...talk.slice(1), said(SHORT.join('\n')));
  const cut = [3_000, 20_000].map((budget) => build(room, { budget }));
  expect(cut.map(({ manifest }) => manifest.from > 1)).toEqual([true, false]);
  expect(cut.map((context) => references(context))).toEqual([['82:1-1,83:1-1,84:1-1'], ['1:1-1,82:1-1,83:1-1,84:1-1']]);
  expect(cut.map((context) => everything(context).includes(`${SHORT[0]}\n<parley-`))).toEqual([true, false]);
  for (const context of cut) expect(() => readContext(context, boundary)).not.toThrow();
});

test('R3 no place is in a text that may not be looked at', () => {
  const repeats = new Repeats<string>();
  SHORT.forEach((line, at) => repeats.add(at === 1 ? 'hidden' : 'open', linesOf(line) ?? [], []));
  const pasted = linesOf([SHORT[0], SHORT[2], SHORT[1], SHORT[3], SHORT[0]].join('\n')) ?? [];
  const found = repeats.of(pasted, (source) => source === 'open');
  expect(found.flatMap(({ places }) => places).map(({ source }) => source)).not.toContain('hidden');
  expect(repeats.of(pasted, () => true)).toMatchObject([{ from: 0, to: 5 }]);
});

test('C10 property: a room of short lines, pasted in any order, is read back as it was said', () => {
  const words = SHORT.map((line) => line.split(' ')).flat();
  const line = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 9 }).map((parts) => parts.join(' '));
  const paste = fc.array(fc.record({ of: fc.nat(20), mark: fc.constantFrom('', '', '> ') }), { maxLength: 8 });
  let seen = 0;
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 4, maxLength: 20 }),
      fc.array(paste, { maxLength: 6 }),
      (spoken, pastes) => {
        const texts = pastes.map((parts) => parts.map(({ of, mark }) => mark + spoken[of % spoken.length]).join('\n'));
        const room = items(...[...spoken, ...texts].map((text) => said(text)));
        const context = build(room);
        seen += references(context).filter((places) => places.includes(',')).length;
        const sent = readContext(context, boundary).slice(0, -1);
        expect(sent.map(({ text }) => text)).toEqual(room.map(({ entry }) => entry.text));
        const real = tokenizer.count(context.messages.map(({ content }) => content).join('\n'));
        expect(context.manifest.tokens).toBeGreaterThanOrEqual(real);
      },
    ),
    { numRuns: 200, seed: 21 },
  );
  expect(seen).toBeGreaterThan(50);
});
