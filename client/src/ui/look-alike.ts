/**
 * Letters of other scripts that look like these, a small part of the confusables of Unicode (UTS #39): enough for
 * names that somebody makes to be taken for another, at a size that a page can afford.
 */
const ALIKE: Readonly<Record<string, string>> = {
  a: 'аɑα',
  b: 'ьβ',
  c: 'сϲ',
  d: 'ԁ',
  e: 'еє',
  g: 'ɡ',
  h: 'һ',
  i: 'іıιl1|!',
  j: 'ј',
  k: 'кκ',
  m: 'м',
  n: 'пո',
  o: 'оοօ0',
  p: 'рρ',
  q: 'ԛ',
  r: 'г',
  s: 'ѕ5',
  t: 'тτ',
  u: 'υս',
  v: 'ѵν',
  w: 'ԝω',
  x: 'хχ',
  y: 'уγ',
  z: 'ᴢ2',
};
const PLAIN = new Map(Object.entries(ALIKE).flatMap(([letter, others]) => [...others].map((other) => [other, letter])));
const MARKS = /\p{M}+/gu;
const NOT_SEEN = /[^\p{L}\p{N}|!]+/gu;

/** What a name looks like: two names of the same look can be mistaken for each other (R13). */
export function lookOf(name: string): string {
  const seen = name.normalize('NFKD').replace(MARKS, '').toLowerCase().replace(NOT_SEEN, '');
  return [...seen]
    .map((letter) => PLAIN.get(letter) ?? letter)
    .join('')
    .replaceAll('rn', 'm');
}
