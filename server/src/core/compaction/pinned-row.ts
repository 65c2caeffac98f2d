import type { EntryId } from '@parley/shared/ids';
import type { PinKind } from '@parley/shared/pin-kind';
import { ENVELOPE_TOKENS, numberOf, privateNumber, saidBy, type ContextItem } from '../context/context-pieces.ts';
import type { Hand } from '../context/hand.ts';
import { joinInfluence, type Influence } from '../labels/influence.ts';

/** One row of the pinned ledger (C3): an entry that somebody pinned, or a call of a tool that failed. */
export type PinnedRow = PinnedEntry | FailedCall;
export interface PinnedEntry {
  readonly kind: 'entry';
  readonly as: PinKind;
  readonly item: ContextItem;
  /** Who pinned it. */
  readonly by: string;
  /** Of its words as they stand in the row. */
  readonly tokens: number;
}
export interface FailedCall {
  readonly kind: 'call';
  /** `mail.send` */
  readonly call: string;
  /** What the model was told, and whose words shaped it. */
  readonly reason: string;
  readonly influence: Influence;
  readonly tokens: number;
}

/** Which pins stand at the head of what is sent, and which came or went since that was written. */
export interface Pins {
  readonly head: readonly PinnedRow[];
  readonly since: readonly PinnedRow[];
  /** Entries that are not pinned any more and still stand at the head. */
  readonly gone: readonly EntryId[];
}

/** Characters of the words of an entry that a row says. */
const ROW_CHARS = 400;
/** Upper bound of what stands around them. */
const ROW_TOKENS = ENVELOPE_TOKENS + 24;
/** All rows together take no more of what a turn may use. */
const PINS_SHARE = 0.2;

const NAMES: Readonly<Record<PinKind, string>> = {
  decision: 'Decision',
  constraint: 'Constraint',
  question: 'Open question',
  failed: 'Failed attempt',
};

/** The words of an entry as a row says them; it is found in full by its number. */
export function rowText(text: string): string {
  if (text.length <= ROW_CHARS) return text;
  return `${[...text.slice(0, ROW_CHARS * 2)].slice(0, ROW_CHARS).join('')} […]`;
}

export function rowTokens(row: PinnedRow): number {
  const { id, name } = row.kind === 'entry' ? row.item.entry.author : { id: row.call, name: '' };
  return row.tokens + ROW_TOKENS + id.length + name.length;
}

/** Rows from the first one on, as many as their share holds: what was pinned first stays. */
export function fittingRows(rows: readonly PinnedRow[], budget: number): readonly PinnedRow[] {
  let left = budget * PINS_SHARE;
  const fits = rows.map((row) => (left -= rowTokens(row)) >= 0);
  const end = fits.indexOf(false);
  return end === -1 ? rows : rows.slice(0, end);
}

export function rowInfluence(row: PinnedRow): Influence {
  return row.kind === 'call' ? row.influence : joinInfluence(row.item.influence, [row.by]);
}

/** A row as the model reads it: a line of the server's, and the words in the envelope of whoever said them. */
export function rowLines(row: PinnedRow, isPrivate: boolean, { wrap }: Hand): string[] {
  if (row.kind === 'call') return [wrap.note('Failed attempt, a tool:'), wrap.result(row.call, rowText(row.reason))];
  const { entry } = row.item;
  const number = numberOf(row.item);
  const n = isPrivate ? privateNumber(number) : number;
  const words = wrap.plain(rowText(entry.text));
  const said = entry.kind === 'answer' ? wrap.answered(n, words) : saidBy(entry, n, wrap, words);
  return [wrap.note(`${NAMES[row.as]}, entry ${n}:`), said];
}
