import type { Entry } from '@parley/shared/entry';
import type { Capability } from '@parley/shared/roles';

/** Whoever reads a lane. */
export interface Reader {
  readonly id: string | null;
  readonly lane: 'room' | 'me';
  readonly capabilities: ReadonlySet<Capability>;
}

/** What the screen offers for one entry. It mirrors what the server will accept; the server still decides (R13). */
export interface EntryOffers {
  readonly quote: boolean;
  readonly share: boolean;
  readonly redact: boolean;
}

const WORDS: ReadonlySet<Entry['kind']> = new Set(['message', 'prompt', 'answer']);
const NOTHING: EntryOffers = { quote: false, share: false, redact: false };

export function offersFor(entry: Entry, { id, lane, capabilities }: Reader): EntryOffers {
  if (id === null || entry.redactedBy !== undefined || !WORDS.has(entry.kind)) return NOTHING;
  const mine = lane === 'me' || entry.author.id === id || (entry.kind === 'answer' && entry.for === id);
  return {
    quote: capabilities.has(lane === 'me' ? 'prompt.private' : 'prompt.room') && entry.text !== '',
    share: lane === 'me' && entry.kind === 'answer' && entry.text !== '' && capabilities.has('message.post'),
    redact: mine || capabilities.has('entry.redact.any'),
  };
}

export function offersAnything({ quote, share, redact }: EntryOffers): boolean {
  return quote || share || redact;
}
