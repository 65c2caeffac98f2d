import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/**
 * The messages of y-protocols, read strictly and written, without a document at hand. One frame is one
 * message: stock clients ignore what follows the first, so a second one is a mistake or an attack.
 */
const SYNC = 0;
const PRESENCE = 1;
const QUERY_PRESENCE = 3;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

export type DocMessage =
  /** "This is what I have": a state vector; answered with what is missing. */
  | { readonly kind: 'step1'; readonly stateVector: Uint8Array }
  /** The answer to our own step 1. */
  | { readonly kind: 'step2'; readonly update: Uint8Array }
  | { readonly kind: 'update'; readonly update: Uint8Array }
  | { readonly kind: 'presence'; readonly entries: Uint8Array }
  | { readonly kind: 'query-presence' };

/** Reads one message, the whole of `bytes`; null when it is anything else. Never throws. */
export function readDocMessage(bytes: Uint8Array): DocMessage | null {
  try {
    const decoder = decoding.createDecoder(bytes);
    const message = readMessage(decoder);
    return decoding.hasContent(decoder) ? null : message;
  } catch {
    // lib0 throws on any truncated or malformed input; to a reader all of it is "not a message".
    return null;
  }
}

function readMessage(decoder: decoding.Decoder): DocMessage | null {
  switch (decoding.readVarUint(decoder)) {
    case SYNC:
      return readSync(decoder);
    case PRESENCE:
      return { kind: 'presence', entries: decoding.readVarUint8Array(decoder) };
    case QUERY_PRESENCE:
      return { kind: 'query-presence' };
    default:
      return null;
  }
}

function readSync(decoder: decoding.Decoder): DocMessage | null {
  switch (decoding.readVarUint(decoder)) {
    case STEP_1:
      return { kind: 'step1', stateVector: decoding.readVarUint8Array(decoder) };
    case STEP_2:
      return { kind: 'step2', update: decoding.readVarUint8Array(decoder) };
    case UPDATE:
      return { kind: 'update', update: decoding.readVarUint8Array(decoder) };
    default:
      return null;
  }
}

export function step1Message(stateVector: Uint8Array): Uint8Array {
  return syncMessage(STEP_1, stateVector);
}

export function step2Message(update: Uint8Array): Uint8Array {
  return syncMessage(STEP_2, update);
}

export function updateMessage(update: Uint8Array): Uint8Array {
  return syncMessage(UPDATE, update);
}

export function presenceMessage(entries: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, PRESENCE);
  encoding.writeVarUint8Array(encoder, entries);
  return encoding.toUint8Array(encoder);
}

/** The messages of one sync in order: updates, and a step 2 last, since a client counts as synced at the first one. */
export function syncMessages(parts: readonly Uint8Array[]): Uint8Array[] {
  return parts.map((part, index) => (index === parts.length - 1 ? step2Message(part) : updateMessage(part)));
}

function syncMessage(kind: number, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}
