import type { Entry } from '@parley/shared/entry';
import type { EntryId, TurnId } from '@parley/shared/ids';
import { withoutText, type Source } from '../compaction/lane-digests.ts';
import type { JournalRecord, RecordOf } from '../records.ts';

/** What is taken away: these entries, and what was written on the way to them. */
export interface Redacted {
  readonly by: string;
  readonly entries: ReadonlySet<EntryId>;
  /** Turns whose prompt is among them. */
  readonly prompts: ReadonlySet<TurnId>;
  /** Turns whose answer is among them: what the model said and what tools told it goes too. */
  readonly answers: ReadonlySet<TurnId>;
  /** Where they stand: a digest that was made from there goes too (R7). */
  readonly sources: readonly Source[];
}

/** An entry without its words: that it was there, whose it was and who took them away stays. */
export function redactedEntry({ repeats: _, ...entry }: Entry, by: string): Entry {
  return { ...entry, text: '', redactedBy: by };
}

/** An entry that says no more that it repeats one of these, which would tell what they said; the same one when it does not. */
export function withoutRepeatsOf(entry: Entry, gone: ReadonlySet<EntryId>): Entry {
  const { repeats: all = [], ...rest } = entry;
  const repeats = all.filter(({ entry: source }) => !gone.has(source));
  if (repeats.length === all.length) return entry;
  return repeats.length === 0 ? rest : { ...rest, repeats };
}

/**
 * How a record looks without the words that are taken away; the same object when it holds none of them. Type,
 * order, unique key and everything that the fold decides by stay, so a room opened again decides as before.
 */
export function withoutWords(record: JournalRecord, redacted: Redacted): JournalRecord {
  const { by, entries, prompts, answers, sources } = redacted;
  switch (record.type) {
    case 'entry.added':
      return entries.has(record.entry.id)
        ? { ...record, entry: redactedEntry(record.entry, by), tokens: 0 }
        : withEntry(record, withoutRepeatsOf(record.entry, entries));
    case 'room.titled':
      return record.sources.some((source) => entries.has(source)) ? { ...record, title: '' } : record;
    case 'entry.released':
      // A hash of few words tells whoever guesses them that they guessed right.
      return entries.has(record.entry) ? { ...record, digest: '' } : record;
    case 'ticket.accepted':
    case 'ticket.edited':
      return prompts.has(record.turn) ? { ...record, text: '', tokens: 0 } : record;
    case 'turn.started':
      return prompts.has(record.turn)
        ? { ...record, entry: redactedEntry(record.entry, by), tokens: 0 }
        : withEntry(record, withoutRepeatsOf(record.entry, entries));
    case 'digest.prepared':
      return sources.reduce(withoutText, record);
    case 'turn.stepped':
    case 'call.asked':
    case 'call.ended':
    case 'turn.ended':
      return answers.has(record.turn) ? withoutAnswer(record, by) : record;
    default:
      return record;
  }
}

function withEntry<R extends RecordOf<'entry.added' | 'turn.started'>>(record: R, entry: Entry): R {
  return entry === record.entry ? record : { ...record, entry };
}

type OfAnswer = Extract<JournalRecord, { type: 'turn.stepped' | 'call.asked' | 'call.ended' | 'turn.ended' }>;

function withoutAnswer(record: OfAnswer, by: string): JournalRecord {
  switch (record.type) {
    case 'turn.stepped':
      return { ...record, text: '', calls: record.calls.map((call) => ({ ...call, arguments: '' })) };
    case 'call.asked':
      return { ...record, digest: '', recipients: [] };
    case 'call.ended':
      return { ...record, content: '', tokens: 0 };
    case 'turn.ended':
      return record.answer ? { ...record, answer: redactedEntry(record.answer, by), tokens: 0 } : record;
  }
}
