import type { Entry } from '@parley/shared/entry';
import type { Capability } from '@parley/shared/roles';

/** Whoever reads a lane. */
export interface Reader {
  readonly id: string | null;
  readonly lane: 'room' | 'me';
  readonly capabilities: ReadonlySet<Capability>;
  /** What stands in the room, as far as it is loaded. */
  readonly shared: readonly Entry[];
}

/** What the screen offers for one entry. It mirrors what the server will accept; the server still decides (R13). */
export interface EntryOffers {
  readonly quote: boolean;
  readonly share: boolean;
  readonly redact: boolean;
  /** C3: as a decision, a constraint, an open question or a failed attempt. */
  readonly pin: boolean;
}

const WORDS: ReadonlySet<Entry['kind']> = new Set(['message', 'prompt', 'answer']);
const NOTHING: EntryOffers = { quote: false, share: false, redact: false, pin: false };

export function offersFor(entry: Entry, { id, lane, capabilities, shared }: Reader): EntryOffers {
  if (id === null || entry.redactedBy !== undefined || !WORDS.has(entry.kind)) return NOTHING;
  const mine = lane === 'me' || entry.author.id === id || (entry.kind === 'answer' && entry.for === id);
  return {
    quote: capabilities.has(lane === 'me' ? 'prompt.private' : 'prompt.room') && entry.text !== '',
    share:
      lane === 'me' &&
      entry.kind === 'answer' &&
      entry.text !== '' &&
      capabilities.has('message.post') &&
      !isShared(entry, id, shared),
    redact: mine || capabilities.has('entry.redact.any'),
    pin: capabilities.has('entry.pin') && entry.resources === undefined && entry.offRecord !== true,
  };
}

/** The copy in the room tells nothing of where it came from (R9), but its words. Sharing it again would change nothing. */
function isShared({ text }: Entry, id: string, shared: readonly Entry[]): boolean {
  return shared.some((one) => one.releasedBy === id && one.text === text);
}

export function offersAnything({ quote, share, redact, pin }: EntryOffers): boolean {
  return quote || share || redact || pin;
}
