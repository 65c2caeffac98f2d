import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as z from 'zod';
import { Command } from './commands.ts';
import { Fault } from './fault.ts';
import { Capability, RoomRole } from './roles.ts';

/**
 * The Parley client's one socket per room. A frame is one message: a channel name (lib0 varString),
 * then the message. The empty name is the control channel, whose message is JSON as a varString; any
 * other name is a document, whose message is a plain y-protocols message (`sync` 0, `awareness` 1).
 */
export const CONTROL = '';

/** Client to server, on the control channel. */
export const Up = z.discriminatedUnion('type', [
  /** Start syncing a document. The server answers `opened`, or `closed` with a fault. */
  z.strictObject({ type: z.literal('open'), doc: z.string().max(80) }),
  z.strictObject({ type: z.literal('close'), doc: z.string().max(80) }),
  z.strictObject({ type: z.literal('command'), request: z.int().min(0), command: Command }),
  /** A fresh token for the same person, before the old one expires. */
  z.strictObject({ type: z.literal('renew'), token: z.string().max(16_384) }),
]);
export type Up = z.infer<typeof Up>;

/** Server to client, on the control channel. */
export const Down = z.discriminatedUnion('type', [
  /** First message: who the server takes this socket for, and what they may do here. */
  z.strictObject({
    type: z.literal('welcome'),
    protocol: z.literal(1),
    you: z.strictObject({ id: z.string(), name: z.string(), color: z.string() }),
    role: RoomRole,
    capabilities: z.array(Capability),
    /** Milliseconds since the epoch at which the token ends. */
    expiresAt: z.number(),
  }),
  /**
   * The labelled transcript documents that this person may read now, each with the lane it belongs to, which
   * its name hides; sent after `welcome`, and again when that changes.
   */
  z.strictObject({
    type: z.literal('documents'),
    items: z.array(z.strictObject({ doc: z.string(), lane: z.enum(['room', 'me']) })),
  }),
  z.strictObject({ type: z.literal('opened'), doc: z.string(), writable: z.boolean() }),
  z.strictObject({ type: z.literal('closed'), doc: z.string(), fault: Fault }),
  /** `count` sync frames of this socket for this document, from its opening on, are on disk. */
  z.strictObject({ type: z.literal('saved'), doc: z.string(), count: z.int() }),
  z.strictObject({ type: z.literal('reply'), request: z.int(), value: z.json() }),
  z.strictObject({ type: z.literal('refused'), request: z.int(), fault: Fault }),
  /** Your own rights changed. */
  z.strictObject({ type: z.literal('rights'), role: RoomRole, capabilities: z.array(Capability) }),
  z.strictObject({ type: z.literal('renewed'), expiresAt: z.number() }),
  /** Sent before a close, so that the client can say why in words. */
  z.strictObject({ type: z.literal('goodbye'), fault: Fault, by: z.string().optional(), at: z.number().optional() }),
]);
export type Down = z.infer<typeof Down>;

export function encodeControl(message: Up | Down): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, CONTROL);
  encoding.writeVarString(encoder, JSON.stringify(message));
  return encoding.toUint8Array(encoder);
}

/** Wraps one y-protocols message for a document. */
export function encodeDocFrame(doc: string, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, doc);
  encoding.writeUint8Array(encoder, message);
  return encoding.toUint8Array(encoder);
}

export type Frame =
  | { readonly kind: 'control'; readonly json: string }
  | { readonly kind: 'doc'; readonly doc: string; readonly message: Uint8Array };

/** Reads a frame; null when it is not one. Never throws. */
export function decodeFrame(bytes: Uint8Array): Frame | null {
  try {
    const decoder = decoding.createDecoder(bytes);
    const channel = decoding.readVarString(decoder);
    if (channel !== CONTROL) return { kind: 'doc', doc: channel, message: decoding.readTailAsUint8Array(decoder) };
    const json = decoding.readVarString(decoder);
    return decoding.hasContent(decoder) ? null : { kind: 'control', json };
  } catch {
    // lib0 throws on any truncated or malformed input; to a reader all of it is "not a frame".
    return null;
  }
}
