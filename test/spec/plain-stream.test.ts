import { boundaryOf, neutral } from '@parley/server/core/context/envelope';
import { PlainStream } from '@parley/server/core/context/plain-stream';
import { PlainModel } from '@parley/server/room/turns/plain-model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REQUEST } from '../contracts/model.ts';
import { hash } from '../kit/context-items.ts';
import { ScriptedModel } from '../kit/scripted-model.ts';

const BOUNDARY = 'a7f3a91c2a';
const { plain } = neutral(BOUNDARY);

function streamed(pieces: readonly string[]): string {
  const stream = new PlainStream(neutral(BOUNDARY));
  return [...pieces.map((piece) => stream.push(piece)), stream.end()].join('');
}

/** What imitations are made of, and what surrounds them. */
const part = fc.oneof(
  fc.constantFrom(
    ...[
      '<',
      '＜',
      '«',
      '/',
      'said',
      'sa',
      'id',
      'ѕаid',
      'answered',
      'result',
      'parley',
      '-',
      BOUNDARY,
      'a7f3',
      'a91c2a',
    ],
    ...[
      'a',
      'n="1"',
      '>',
      '|',
      '<|im_start|>',
      'im_end',
      '[INST]',
      '[',
      '/INST]',
      '<<SYS>>',
      '<s>',
      '_of_turn>',
      'start',
    ],
    ...[' ', '\n', '\r', '\r\n', '\u200b', '\u2060', '\u0000', '\u202e', '\ud83d', '\ude00', '\u2028', 'word', '😀'],
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

test('R13 a model’s words made harmless piece by piece are the harmless whole, wherever they were cut', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), fc.array(fc.nat(60), { maxLength: 12 }), (parts, cuts) => {
      const text = parts.join('');
      const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].toSorted((a, b) => a - b);
      const pieces = [...places, text.length].map((end, index) => text.slice(places[index - 1] ?? 0, end));
      expect(streamed(pieces)).toBe(plain(text));
      expect(plain(streamed(pieces))).toBe(streamed(pieces));
    }),
    { seed: 13, numRuns: 5_000 },
  );
});

test('R13 ordinary words, code and comparisons are not held back', () => {
  const stream = new PlainStream(neutral(BOUNDARY));
  for (const piece of ['Hello', ' world. ', 'if (x < 3) ', '- [link](y) ', '<div class="x"> ', '**bold**'])
    expect(stream.push(piece)).toBe(piece);
  expect(stream.push('x <sai')).toBe('x ');
  expect(stream.push('lor>')).toBe('<sailor>');
});

test('R13 in no room is the end of a word held back, except one that ends as every boundary begins', () => {
  const ends = 'abcdefghijklmnoprstuvwxyz0123456789.!?'.split('');
  for (let room = 0; room < 200; room += 1) {
    const boundary = boundaryOf(`salt ${room}`, hash);
    expect(boundary).toMatch(/^q[a-z0-9]{9}$/u);
    const stream = new PlainStream(neutral(boundary));
    for (const end of ends) expect(stream.push(` word${end}`)).toBe(` word${end}`);
    expect(stream.push(' Iraq')).toBe(' Ira');
    expect(stream.push(' ')).toBe('q ');
  }
});

test('R13 a room that is made anew has another boundary, and answers are looked through for that one', async () => {
  let salt = 'first';
  const scripted = new ScriptedModel();
  const model = new PlainModel(scripted, () => boundaryOf(salt, hash));
  const said = async (text: string): Promise<string> => {
    scripted.expect({ pieces: [text] });
    let all = '';
    for await (const event of model.stream(REQUEST, new AbortController().signal))
      if (event.type === 'text') all += event.text;
    return all;
  };
  const [first, second] = [boundaryOf('first', hash), boundaryOf('second', hash)];
  const both = `${first} and ${second}.`;
  expect(await said(both)).toBe(`… and ${second}.`);
  salt = 'second';
  expect(await said(both)).toBe(`${first} and ….`);
});
