/** Nothing behind these is found: nobody is to wait for it, and nobody is to fill what is looked through with one text. */
const MOST_CHARS = 65_536;
const MOST_WORDS = 4_096;
const LEAST_LETTERS = 2;

/** What a character compares as: a letter or digit, or one of these. */
const BETWEEN_WORDS = 0;
const ACCENT = 1;
const UNKNOWN = 0xffff;
const codes = new Uint16Array(0x1_0000).fill(UNKNOWN);

/** Of the text that is read: written anew for each, and copied. One place more, where the last character ends two words. */
const found = new Int32Array(MOST_WORDS + 1);

/** FNV-1a. */
const FIRST = 0x811c_9dc5;
const FACTOR = 0x0100_0193;

/**
 * The words of a text as numbers, in their order: equal for equal words, case, accents and widths aside. Of scripts
 * that write no spaces, every two characters in a row are a word. Two words may share a number, rarely or because
 * somebody looked for such a word; that does no more than writing the other word would have done.
 */
export function wordsOf(text: string): Int32Array {
  const end = Math.min(text.length, MOST_CHARS);
  let count = 0;
  let hash = FIRST;
  let letters = 0;
  let before = BETWEEN_WORDS;
  for (let at = 0; at <= end && count < MOST_WORDS; at++) {
    const code = at < end ? codeAt(text, at) : BETWEEN_WORDS;
    if (code === ACCENT) continue;
    const joins = code !== BETWEEN_WORDS && !isUnspaced(code) && !isUnspaced(before);
    if (!joins) {
      if (letters >= LEAST_LETTERS) found[count++] = hash;
      if (isUnspaced(code) && isUnspaced(before)) found[count++] = mixed(mixed(FIRST, before), code);
      hash = FIRST;
      letters = 0;
    }
    if (code !== BETWEEN_WORDS && !isUnspaced(code)) {
      hash = mixed(hash, code);
      letters++;
    }
    before = code;
  }
  return found.slice(0, count);
}

function mixed(hash: number, code: number): number {
  return Math.imul(hash ^ code, FACTOR);
}

function codeAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const known = codes[unit] ?? UNKNOWN;
  return known === UNKNOWN ? (codes[unit] = codeOf(String.fromCharCode(unit))) : known;
}

function codeOf(character: string): number {
  if (/[\u0300-\u036f]/.test(character)) return ACCENT;
  if (!/[\p{L}\p{M}\p{N}\p{Cs}]/u.test(character)) return BETWEEN_WORDS;
  const plain = character
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  return (plain.length === 1 ? plain : character).charCodeAt(0);
}

/** Kana, Han and Hangul, Thai and Lao. */
function isUnspaced(code: number): boolean {
  return (code >= 0x3040 && code < 0xd800) || (code >= 0x0e00 && code < 0x0f00);
}
