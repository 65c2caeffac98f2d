import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { hostRandom } from '../host/system.ts';

/**
 * How sealed bytes are laid out: format, version of the key, nonce, ciphertext, tag. Nonces are random, so one
 * key is good for about four thousand million seals (NIST SP 800-38D); a new version begins the count anew.
 */
const CIPHER = 'aes-256-gcm';
const FORMAT = 1;
const VERSION_AT = 1;
const NONCE_AT = 5;
const NONCE_BYTES = 12;
const BODY_AT = NONCE_AT + NONCE_BYTES;
const TAG_BYTES = 16;

/** Seals bytes with a key; `context` must be the same to open them. */
export function sealWith(key: KeyObject, version: number, plain: Uint8Array, context: string): Buffer {
  const sealed = Buffer.allocUnsafe(BODY_AT + plain.length + TAG_BYTES);
  sealed[0] = FORMAT;
  sealed.writeUInt32BE(version, VERSION_AT);
  const nonce = nextNonce();
  sealed.set(nonce, NONCE_AT);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
  sealed.set(cipher.update(plain), BODY_AT);
  cipher.final();
  sealed.set(cipher.getAuthTag(), BODY_AT + plain.length);
  return sealed;
}

/** Null when another key or context sealed them, or when they were changed since. */
export function openWith(key: KeyObject, sealed: Uint8Array, context: string): Buffer | null {
  if (versionOf(sealed) === null) return null;
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(NONCE_AT, BODY_AT))
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(BODY_AT, end));
  try {
    decipher.final();
    return plain;
  } catch {
    // The one thing that final() refuses is a tag that does not fit, and that is the answer.
    return null;
  }
}

/** Which version of a key sealed them; null when they are no sealed bytes at all. */
export function versionOf(sealed: Uint8Array): number | null {
  if (sealed.length < BODY_AT + TAG_BYTES || sealed[0] !== FORMAT) return null;
  return new DataView(sealed.buffer, sealed.byteOffset).getUint32(VERSION_AT);
}

/** Drawn many at a time: one draw costs as much as one seal does. */
const DRAWN_AT_ONCE = 512 * NONCE_BYTES;
let nonces: Buffer = Buffer.alloc(0);
let used = 0;

function nextNonce(): Buffer {
  if (used >= nonces.length) {
    nonces = hostRandom(DRAWN_AT_ONCE);
    used = 0;
  }
  used += NONCE_BYTES;
  return nonces.subarray(used - NONCE_BYTES, used);
}
