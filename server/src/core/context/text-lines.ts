/** One line of a text, as it is compared with others: `quote` and `body` joined are the line itself. */
export interface Line {
  /** Quote marks at its beginning, `> ` for one level. */
  readonly quote: string;
  readonly body: string;
  /** Tokens of the body, roughly; never less than 1. */
  readonly tokens: number;
}

/** Longer texts are not looked through: no usual budget holds them, and nobody is to wait for it. */
const MOST_CHARS = 262_144;
const MOST_LINES = 8_192;

const QUOTE = /^(?:[ \t]{0,3}>)+ ?/;

/** The lines of a text; null where there is too much of it to look through. */
export function linesOf(text: string): Line[] | null {
  const lines = text.length > MOST_CHARS ? [] : text.split('\n', MOST_LINES + 1);
  return lines.length === 0 || lines.length > MOST_LINES ? null : lines.map(lineOf);
}

function lineOf(line: string): Line {
  const quote = line.includes('>') ? (QUOTE.exec(line)?.[0] ?? '') : '';
  const body = line.slice(quote.length);
  return { quote, body, tokens: tokensOf(body) };
}

/** A line as it stands in a quotation; one without words loses the space behind its mark. */
export function quoted(quote: string, body: string): string {
  return body === '' ? quote.trimEnd() : quote + body;
}

/** An estimate: four characters of Latin script make a token, and so do fewer of others. */
function tokensOf(body: string): number {
  let others = 0;
  for (let at = 0; at < body.length; at++) if (body.charCodeAt(at) > 0x24f) others++;
  return Math.ceil(1 + (body.length - others) / 4 + others * 0.7);
}

/**
 * A word, which ends where a capital follows a small letter, up to three digits, or signs in a row: no token of the
 * vocabulary spans two of them. Before a word a sign may be part of it, and behind another a slash.
 */
const PIECE =
  /(?:[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[\p{L}\p{M}]+)(?:'\p{L}{1,2})?|\p{N}{1,3}|[^\s\p{L}\p{M}\p{N}/][^\s\p{L}\p{M}\p{N}]*(?![\p{L}\p{M}])/gu;

/** A lower bound of the tokens of a text, without counting them; of lines, that of each added up is one of all of them. */
export function leastTokens(text: string): number {
  let pieces = 0;
  for (PIECE.lastIndex = 0; PIECE.test(text);) pieces++;
  return pieces;
}
