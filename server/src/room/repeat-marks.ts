import type { Entry, RepeatedLines } from '@parley/shared/entry';
import type { LaneKey } from '@parley/shared/ids';
import { shelfKey } from '../core/labels/label.ts';
import type { JournalRecord } from '../core/records.ts';
import { LEAST_TOKENS, Repeats, type Repeat } from '../core/context/repeats.ts';
import { linesOf } from '../core/context/text-lines.ts';
import type { Ledger } from './ledger.ts';

/** How much of one document is looked through. */
interface Extent {
  readonly entries: number;
  readonly chars: number;
  readonly lines: number;
}

/** At most; beyond that one starts again from the newest of it … */
const MOST: Extent = { entries: 2_000, chars: 2_000_000, lines: 50_000 };
/** … as far as that holds nobody up (C16). */
const AGAIN: Extent = { entries: 300, chars: 100_000, lines: 2_000 };
/** Passages that one entry names. */
const MOST_MARKS = 50;

interface Known {
  readonly repeats: Repeats<Entry>;
  extent: Extent;
}

/**
 * Marks in what people write the passages that the same document said before (C12). A document is what its readers
 * may all read, so a mark tells none of them of anything else. What was newest is looked through, not all of it.
 */
export class RepeatMarks {
  readonly #ledger: Ledger;
  readonly #known = new Map<string, Known>();
  #redactions = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Records as they are to be written; what they say is known from then on. */
  marked(records: readonly JournalRecord[]): readonly JournalRecord[] {
    return records.map((record) => this.#marked(record));
  }

  #marked(record: JournalRecord): JournalRecord {
    switch (record.type) {
      case 'entry.added':
      case 'turn.started': {
        const repeats = this.#take(record.lane, record.entry);
        return repeats.length === 0 ? record : { ...record, entry: { ...record.entry, repeats } };
      }
      case 'turn.ended':
        if (record.answer) this.#take(record.lane, record.answer);
        return record;
      default:
        return record;
    }
  }

  #take(lane: LaneKey, entry: Entry): RepeatedLines[] {
    return WORDS.has(entry.kind) ? takeIn(this.#of(lane, entry), entry).flatMap(marksOf).slice(0, MOST_MARKS) : [];
  }

  #of(lane: LaneKey, { resources }: Entry): Known {
    // Nothing of what was taken away may be found (R14).
    if (this.#ledger.redactions !== this.#redactions) this.#known.clear();
    this.#redactions = this.#ledger.redactions;
    const place = `${lane}\n${shelfKey(resources)}`;
    const known = this.#known.get(place);
    if (known && isWithin(known.extent, MOST)) return known;
    const fresh = this.#read(lane, shelfKey(resources));
    this.#known.set(place, fresh);
    return fresh;
  }

  /** The newest of a place, from what the room remembers. */
  #read(lane: LaneKey, shelf: string): Known {
    const items =
      shelf === ''
        ? this.#ledger.entries(lane)
        : (this.#ledger.shelves(lane).find(({ resources }) => shelfKey(resources) === shelf)?.items ?? []);
    const known = { repeats: new Repeats<Entry>(), extent: NOTHING };
    for (const { entry } of items.slice(newest(items))) if (WORDS.has(entry.kind)) takeIn(known, entry);
    return known;
  }
}

const WORDS: ReadonlySet<Entry['kind']> = new Set(['message', 'prompt', 'answer']);

/** What it repeats; others may repeat it from then on. */
function takeIn(known: Known, entry: Entry): Repeat<Entry>[] {
  const lines = linesOf(entry.text) ?? [];
  const found = entry.kind === 'answer' ? [] : known.repeats.of(lines);
  known.repeats.add(entry, lines, found);
  known.extent = withEntry(known.extent, entry, lines.length);
  return found;
}

function newest(items: readonly { readonly entry: Entry }[]): number {
  let extent = NOTHING;
  for (let from = items.length; ; from--) {
    const entry = items[from - 1]?.entry;
    if (entry === undefined) return from;
    extent = withEntry(extent, entry, entry.text.split('\n').length);
    if (!isWithin(extent, AGAIN)) return from;
  }
}

const NOTHING: Extent = { entries: 0, chars: 0, lines: 0 };

function withEntry({ entries, chars, lines }: Extent, { text }: Entry, more: number): Extent {
  return { entries: entries + 1, chars: chars + text.length, lines: lines + more };
}

function isWithin({ entries, chars, lines }: Extent, most: Extent): boolean {
  return entries <= most.entries && chars <= most.chars && lines <= most.lines;
}

/** One for each place; where somebody pasted what many said, a mark for every short line would say little. */
function marksOf({ from, places }: Repeat<Entry>): RepeatedLines[] {
  let next = from;
  return places.flatMap(({ source, at, count, tokens }) => {
    const first = next;
    next += count;
    if (tokens < LEAST_TOKENS) return [];
    return [{ from: first + 1, to: next, entry: source.id, at: at + 1, author: source.author }];
  });
}
