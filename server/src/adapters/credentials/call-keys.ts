import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK, type JWTPayload } from 'jose';
import type { Clock, Ids } from '../../ports/system.ts';
import { readKeys, storedKey, writeKeys, type StoredKey } from './call-key-file.ts';

export interface CallKeysDeps {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Signs what is said about one call, with keys that anybody can look up. */
export interface CallKeys {
  /** `lifetimeSeconds` from now; `jti`, `iss`, `aud` and the rest are the caller's. */
  sign(claims: JWTPayload, lifetimeSeconds: number): Promise<string>;
  /** What is published: public halves only (RFC 7517). */
  readonly jwks: { readonly keys: readonly JWK[] };
}

const FILE = 'call-keys.json';
const ALG = 'ES256';
/** At a start after this a new key signs. */
const ROTATE_MS = 30 * 86_400_000;
/** A key that signs no more is published for so long: tokens live for minutes, caches of keys for hours. */
const KEEP_MS = 86_400_000;

/**
 * The keys in the data folder, readable by their owner alone, newest first; made when absent. A key past its
 * time gets a successor at start and stays published for a day. Removing the file makes new ones and withdraws
 * all others. Rejects when the folder cannot be used or the file is damaged.
 */
export async function openCallKeys(folder: string, deps: CallKeysDeps): Promise<CallKeys> {
  const file = join(folder, FILE);
  const stored = await readKeys(file);
  const keys = await rotated(stored, deps);
  if (keys !== stored) await writeKeys(file, keys, deps.ids);
  return callKeys(keys, deps.clock);
}

/** Keys that live as long as the process, for tests and for a store in memory. */
export async function memoryCallKeys(deps: CallKeysDeps): Promise<CallKeys> {
  return callKeys(await rotated([], deps), deps.clock);
}

async function callKeys(keys: readonly StoredKey[], clock: Clock): Promise<CallKeys> {
  const [newest] = keys;
  if (newest === undefined) throw new Error('there is no key to sign calls with');
  const key = await importJWK({ ...newest.jwk, alg: ALG }, ALG);
  return {
    jwks: { keys: keys.map(published) },
    sign: (claims, lifetimeSeconds) => {
      const now = Math.floor(clock.now() / 1_000);
      return new SignJWT(claims)
        .setProtectedHeader({ alg: ALG, typ: 'JWT', kid: newest.kid })
        .setIssuedAt(now)
        .setExpirationTime(now + lifetimeSeconds)
        .sign(key);
    },
  };
}

function published({ kid, jwk: { kty, crv, x, y } }: StoredKey): JWK {
  return { kty, crv, x, y, kid, alg: ALG, use: 'sig' };
}

/** The same array when nothing changes. */
async function rotated(keys: readonly StoredKey[], { clock, ids }: CallKeysDeps): Promise<readonly StoredKey[]> {
  const now = clock.now();
  const [newest] = keys;
  const fresh = newest !== undefined && now - newest.createdAt < ROTATE_MS;
  const all = fresh ? keys : [await newKey(now, ids), ...keys];
  // A key is needed for as long as its successor is younger than what caches and tokens last.
  const kept = all.filter((_, place) => place === 0 || now - (all[place - 1]?.createdAt ?? 0) < KEEP_MS);
  return kept.length === keys.length && fresh ? keys : kept;
}

async function newKey(now: number, ids: Ids): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair(ALG, { extractable: true });
  const { kty, crv, x, y, d } = await exportJWK(privateKey);
  return storedKey({ kid: ids.secret(8), createdAt: now, jwk: { kty, crv, x, y, d } });
}
