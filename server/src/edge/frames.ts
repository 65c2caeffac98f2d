import type { DocName } from '@parley/shared/documents';
import * as encoding from 'lib0/encoding';
import type { RawData } from 'ws';

/**
 * Complete WebSocket frames (RFC 6455): one unmasked, uncompressed binary message each. A frame for many
 * readers is built once and written to each socket as it is, because framing per reader is most of what
 * a broadcast costs.
 */
export function frameOf(payload: Uint8Array): Buffer {
  return Buffer.concat([headerOf(payload.length), payload]);
}

/** The bytes before a payload of that length. */
export function headerOf(length: number): Buffer {
  if (length < 126) return Buffer.from([FIN_BINARY, length]);
  if (length < 65_536) {
    const header = Buffer.from([FIN_BINARY, 126, 0, 0]);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.from([FIN_BINARY, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUIntBE(length, 4, 6);
  return header;
}

const FIN_BINARY = 0x82;

/**
 * How a document's message travels: as it is (`stock`, one document a socket), or behind the document's
 * name (`multiplexed`).
 */
export type Flavour = 'stock' | 'multiplexed';

/** The frame that carries one y-protocols message. */
export function docFrame(flavour: Flavour, doc: DocName, message: Uint8Array): Buffer {
  const { head, body } = docFrameParts(flavour, doc, message);
  return Buffer.concat([head, body]);
}

/** The same frame in two pieces, so that a large message that many readers get is not copied for each. */
export function docFrameParts(flavour: Flavour, doc: DocName, message: Uint8Array): { head: Buffer; body: Uint8Array } {
  if (flavour === 'stock') return { head: headerOf(message.length), body: message };
  const channel = channelOf(doc);
  return { head: Buffer.concat([headerOf(channel.length + message.length), channel]), body: message };
}

function channelOf(doc: DocName): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, doc);
  return encoding.toUint8Array(encoder);
}

/**
 * An awareness message about nobody. Stock clients count messages, not pings, as signs of life, and take
 * this one without effect.
 */
export const NOTHING_NEW = Uint8Array.from([1, 1, 0]);

const SYNC = 0;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;
const PRESENCE = 1;
const QUERY_PRESENCE = 3;

/** Whether a y-protocols message brings content: a sync step 2 or an update. */
export function bringsContent(message: Uint8Array): boolean {
  return message[0] === SYNC && (message[1] === STEP_2 || message[1] === UPDATE);
}

/** Whether a y-protocols message asks for content or presence: its answer may be much larger than it is. */
export function asksForContent(message: Uint8Array): boolean {
  return message[0] === QUERY_PRESENCE || (message[0] === SYNC && message[1] === STEP_1);
}

export function isPresence(message: Uint8Array): boolean {
  return message[0] === PRESENCE;
}

/** A message of `ws` with its default binary type, which is one buffer. */
export function bytesOf(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  const buffer = Array.isArray(data) ? Buffer.concat(data) : data;
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
