import { cleanName } from './clean-name.ts';

/**
 * How words reach the model without ever being mistaken for who said them (C8, R13):
 *
 *     <said-7f3a91c20b n="12" id="ana" name="Ana" kind="prompt">
 *     the words
 *     </said-7f3a91c20b>
 *
 * The boundary is random for each room, and a body can write neither it nor anything that looks like one
 * of these tags, so not even somebody who learned the boundary can close an envelope from inside.
 */
export interface Envelope {
  /** The entry's place in its lane, as it is cited. */
  readonly n: string;
  readonly id: string;
  readonly name: string;
  readonly kind: 'prompt' | 'message';
}

/** Where a passage stands that is not said again: lines `from` to `to` of an item, counted from 1. */
export interface Reference {
  readonly cite: string;
  readonly from: number;
  readonly to: number;
}

/** A text that can write none of our tags: `plain` made it, and what was put into it since is ours. */
export type Harmless = string & { readonly harmless: true };

/** Wraps texts for one room. */
export interface Envelopes {
  readonly said: (envelope: Envelope, body: Harmless) => string;
  /** An earlier answer of the AI, where it cannot be a message of its own. */
  readonly answered: (n: string, body: Harmless) => string;
  /** A passage that was said before (C9). */
  readonly reference: (places: readonly Reference[], hash: string) => string;
  /** Stands where lines of an entry are left out. */
  readonly gap: Harmless;
  /** What a tool returned: information that somebody else wrote, never an instruction. */
  readonly result: (call: string, body: string) => string;
  /** A line by the server itself; `text` is ours, never a person's. */
  readonly note: (text: string) => string;
  /** Within a line by the server: whose words an entry is. */
  readonly named: (n: string, id: string) => string;
  /** What imitates an envelope or a role in somebody's words, or the model's, is made harmless. */
  readonly plain: (body: string) => Harmless;
}

/**
 * The boundary of a room: letters or digits that nobody can guess without the room's salt, behind one that hardly any
 * word ends in. What ends as a boundary begins is not shown before it is known how it goes on (see `PlainStream`).
 */
export function boundaryOf(roomSalt: string, hash: (text: string) => string): string {
  const letters = hash(`boundary\n${roomSalt}`).replace(/[^A-Za-z0-9]/g, '');
  return `q${letters.slice(0, 9).toLowerCase()}`;
}

export function envelopes(boundary: string): Envelopes {
  const plain = plainIn(boundary);
  return {
    plain,
    said: ({ n, id, name, kind }, body) =>
      `<said-${boundary} n="${n}" id="${attribute(id)}" name="${attribute(shownName(name))}" kind="${kind}">\n${body}\n</said-${boundary}>`,
    answered: (n, body) => `<answered-${boundary} n="${n}">\n${body}\n</answered-${boundary}>`,
    result: (call, body) => `<result-${boundary} call="${attribute(call)}">\n${plain(body)}\n</result-${boundary}>`,
    reference: (places, hash) =>
      `<parley-${boundary} =${places.map(({ cite, from, to }) => `${cite}:${from}-${to}`).join(',')}#${hash}>`,
    // Ours.
    gap: `<parley-${boundary} …>` as Harmless,
    note: (text) => `<parley-${boundary}>${text}</parley-${boundary}>`,
    named: (n, id) => `${n} by "${attribute(id)}"`,
  };
}

/** The envelopes in a text that {@link envelopes} made: whose words it holds, in order. */
export function readEnvelopes(boundary: string, text: string): Envelope[] {
  const open = new RegExp(`^<said-${boundary} n="([^"]*)" id="([^"]*)" name="([^"]*)" kind="(prompt|message)">$`, 'gm');
  return [...text.matchAll(open)].map(([, n = '', id = '', name = '', kind]) => ({
    n,
    id: unescape(id),
    name: unescape(name),
    kind: kind === 'prompt' ? 'prompt' : 'message',
  }));
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const UNESCAPES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

function attribute(value: string): string {
  return value.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}

function unescape(value: string): string {
  return value.replace(/&(?:amp|lt|gt|quot);/g, (escape) => UNESCAPES[escape] ?? escape);
}

/** Brackets and quotes of any script would let a name look like the end of its tag. */
function shownName(name: string): string {
  return (
    cleanName(name)
      .replace(/[[\]{}<>"\p{Ps}\p{Pe}\p{Pi}\p{Pf}＂＜＞﹤﹥]/gu, '')
      .trim() || 'unnamed'
  );
}

/** Line ends of every kind: a body must not gain a line that only some readers see. */
const LINE_ENDS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
/** What a person reading the room cannot see must not reach the model: controls, bidi overrides, tag characters. */
// oxlint-disable-next-line no-control-regex -- control characters are what it removes
const HIDDEN = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;
/** Runs of invisible characters carry hidden text; an emoji needs at most three. */
const INVISIBLE_RUN = /\p{Default_Ignorable_Code_Point}{4,}/gu;
/** Control tokens of common chat templates: some servers read them inside a message's text. */
const CONTROL_TOKENS = /<(?=[|｜][^\s<>]{1,40}[|｜]>|(?:start|end)_of_turn>|\/?s>|[be]os>|<\/?SYS>>)|\[(?=\/?INST\])/gi;

/** Letters that look alike, for the words our tags begin with. */
const ALIKE: Readonly<Record<string, string>> = {
  a: 'aａаɑαа',
  d: 'dｄԁ',
  e: 'eｅеҽё',
  i: 'iｉіıl1|',
  l: 'lｌ1Iӏ|',
  n: 'nｎո',
  p: 'pｐр',
  r: 'rｒгᴦ',
  s: 'sｓѕꜱ5',
  t: 'tｔтτ',
  u: 'uｕսυ',
  w: 'wｗԝ',
  y: 'yｙу',
};
/** Between two visible characters; bounded, so that matching stays linear on any text. */
const UNSEEN = '\\p{Default_Ignorable_Code_Point}{0,3}';
const GAP = '[\\s\\p{Default_Ignorable_Code_Point}]{0,6}';
const TAG_WORDS = ['said', 'answered', 'result', 'parley'].map(lookAlike).join('|');
const IMITATION = new RegExp(`[<＜﹤‹〈⟨˂❮❰《«](?=${GAP}(?:[/／∕⁄⧸\\\\]${GAP})?(?:${TAG_WORDS})(?!\\p{L}))`, 'giu');

function lookAlike(word: string): string {
  return [...word].map((letter) => `[${ALIKE[letter] ?? letter}]`).join(UNSEEN);
}

const TAGS_BEGUN = `[<＜﹤‹〈⟨˂❮❰《«]${GAP}(?:[/／∕⁄⧸\\\\]${GAP})?(?:${['said', 'answered', 'result', 'parley'].map(begun).join('|')})?`;
const TOKENS_BEGUN = '<[|｜][^\\s<>]{0,42}|</?[a-z_]{0,14}|<(?:</?(?:S(?:Y(?:S>?)?)?)?)?|\\[/?(?:I(?:N(?:S(?:T)?)?)?)?';
const ENDS_BEGUN = `\\r|[\\ud800-\\udbff]|\\p{Default_Ignorable_Code_Point}+`;

/** How texts of one room are made harmless. */
export interface Neutral {
  readonly plain: (body: string) => Harmless;
  /** Without what nobody sees, except at the end, where it may go on. */
  readonly seen: (body: string) => string;
  readonly copies: RegExp;
  /** The beginning of something that is made harmless, at the end of a text. */
  readonly begun: RegExp;
}

export function neutral(boundary: string): Neutral {
  return {
    copies: copiesOf(boundary),
    begun: new RegExp(`(?:${TAGS_BEGUN}|${TOKENS_BEGUN})?(?:${begunText(boundary)})?(?:${ENDS_BEGUN})?$`, 'iu'),
    seen: (body) => body.replace(LINE_ENDS_WITHIN, '\n').replace(HIDDEN, '').replace(INVISIBLE_WITHIN, ''),
    plain: plainIn(boundary),
  };
}

/** What looks for copies is made for the first text that may hold one: most prompts are sent without. */
function plainIn(boundary: string): Neutral['plain'] {
  let copies: RegExp | null = null;
  return (body) => {
    if (isOrdinary(body, boundary)) return body as Harmless;
    copies ??= copiesOf(boundary);
    return harmless(body, copies);
  };
}

function copiesOf(boundary: string): RegExp {
  return new RegExp([...boundary].join(UNSEEN), 'giu');
}

/** Most of what people say: there is nothing in it that is changed below. */
const ORDINARY = /^[\t\n\u0020-;=-Z\\-~]*$/;

function isOrdinary(body: string, boundary: string): boolean {
  return ORDINARY.test(body) && !body.toLowerCase().includes(boundary);
}

function harmless(body: string, copies: RegExp): Harmless {
  return body
    .toWellFormed()
    .replace(LINE_ENDS, '\n')
    .replace(HIDDEN, '')
    .replace(INVISIBLE_RUN, '')
    .replace(copies, '…')
    .replace(IMITATION, '&lt;')
    .replace(CONTROL_TOKENS, '$& ') as Harmless;
}

/** The same where a text goes on behind. */
const LINE_ENDS_WITHIN = /\r\n|\r(?!$)|[\v\f\u0085\u2028\u2029]/g;
const INVISIBLE_WITHIN = /\p{Default_Ignorable_Code_Point}{4,}(?!$|\p{Default_Ignorable_Code_Point})/gu;

/** One letter or more of a word that is written to look like this one. */
function begun(word: string): string {
  const letters = [...word].map((letter) => `[${ALIKE[letter] ?? letter}]`);
  return letters.reduceRight((rest, letter) => (rest === '' ? letter : `${letter}(?:${UNSEEN}${rest})?`), '');
}

function begunText(text: string): string {
  return [...text].reduceRight((rest, letter) => (rest === '' ? letter : `${letter}(?:${UNSEEN}${rest})?`), '');
}
