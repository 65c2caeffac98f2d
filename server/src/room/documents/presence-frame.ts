import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** One client's presence on the wire; `state` is JSON text, `null` when it is gone. */
export interface PresenceEntry {
  readonly client: number;
  readonly clock: number;
  readonly state: string;
}

/** An entry as it arrived: its text stays bytes, since most entries are echoes that nobody needs to read. */
export interface RawPresenceEntry {
  readonly client: number;
  readonly clock: number;
  readonly state: Uint8Array;
}

/** More peers than this never share one document; a frame that names more is an attack. */
const MOST_ENTRIES = 10_000;

/** Reads an awareness update; null when malformed. Never throws. */
export function readPresence(bytes: Uint8Array): RawPresenceEntry[] | null {
  try {
    const decoder = decoding.createDecoder(bytes);
    const count = decoding.readVarUint(decoder);
    if (count > MOST_ENTRIES) return null;
    const entries: RawPresenceEntry[] = [];
    while (entries.length < count) entries.push(readEntry(decoder));
    return decoding.hasContent(decoder) ? null : entries;
  } catch {
    // lib0 throws on any truncated or malformed input; to a reader all of it is "not presence".
    return null;
  }
}

function readEntry(decoder: decoding.Decoder): RawPresenceEntry {
  const client = decoding.readVarUint(decoder);
  const clock = decoding.readVarUint(decoder);
  return { client, clock, state: decoding.readVarUint8Array(decoder) };
}

export function writePresence(entries: readonly PresenceEntry[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, entries.length);
  for (const { client, clock, state } of entries) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, state);
  }
  return encoding.toUint8Array(encoder);
}
