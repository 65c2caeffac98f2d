import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { openWith, sealWith } from '../../sealing/seal.ts';
import { readIncarnation, type Incarnation } from './redis-keys.ts';

/** From whom, to whom, and which of those between the two. */
export interface FrameRoute {
  readonly from: Incarnation;
  readonly to: Incarnation;
  /** Counts up from 0. */
  readonly number: number;
}

const KEY_VERSION = 1;

/**
 * Seals what one node says to another: whoever can read Redis reads nothing of it, and whoever can write there cannot
 * speak as a node, so as no person. A frame opens for its route alone.
 */
export class FrameSeal {
  readonly #secret: KeyObject;

  /** `secret`: the same 32 bytes or more at every node. */
  constructor(secret: Uint8Array) {
    if (secret.length < 32) throw new Error('the secret between nodes has at least 32 bytes');
    this.#secret = createSecretKey(secret);
  }

  seal(route: FrameRoute, plain: Uint8Array): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeVarString(encoder, route.from);
    encoding.writeVarUint(encoder, route.number);
    encoding.writeUint8Array(encoder, sealWith(this.#key(route), KEY_VERSION, plain, String(route.number)));
    return encoding.toUint8Array(encoder);
  }

  /** Null for what no node sealed for this one. */
  open(to: Incarnation, frame: Uint8Array): { readonly route: FrameRoute; readonly plain: Uint8Array } | null {
    const outside = readOutside(to, frame);
    if (outside === null) return null;
    const { route, sealed } = outside;
    const plain = openWith(this.#key(route), sealed, String(route.number));
    return plain === null ? null : { route, plain };
  }

  #key({ from, to }: FrameRoute): KeyObject {
    return createSecretKey(createHmac('sha256', this.#secret).update(`parley bus\0${from}\0${to}`).digest());
  }
}

function readOutside(to: Incarnation, frame: Uint8Array): { route: FrameRoute; sealed: Uint8Array } | null {
  try {
    const decoder = decoding.createDecoder(frame);
    const from = readIncarnation(decoding.readVarString(decoder));
    const number = decoding.readVarUint(decoder);
    return from === null ? null : { route: { from, to, number }, sealed: decoding.readTailAsUint8Array(decoder) };
  } catch {
    // lib0 throws on what is cut short; to a reader all of it is no frame.
    return null;
  }
}
