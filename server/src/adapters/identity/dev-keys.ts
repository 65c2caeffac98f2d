import { chmod, link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import type { Clock, Ids } from '../../ports/system.ts';
import type { DevClaims, Sign, Verify } from '../../ports/verify.ts';
import { joseVerify } from './verify-jose.ts';

export interface DevKeysDeps {
  readonly clock: Clock;
  readonly ids: Ids;
}

const FILE = 'development-secret';
const ISSUER = 'parley-development';
const AUDIENCE = 'parley';
const BYTES = 32;
const LIFETIME_SECONDS = 12 * 3_600;

/**
 * The keys of a server in development mode: a secret in the data folder, readable by its owner alone, so
 * that tokens survive a restart. Rejects when the folder cannot be used or the file is damaged.
 */
export async function openDevKeys(folder: string, deps: DevKeysDeps): Promise<Sign & Verify> {
  const secret = await secretIn(folder, deps.ids);
  const verifier = joseVerify({
    keys: { kind: 'secret', secret },
    issuer: ISSUER,
    audience: AUDIENCE,
    clock: deps.clock,
  });
  return { verify: (token) => verifier.verify(token), sign: (claims) => sign(claims, secret, deps.clock) };
}

function sign(claims: DevClaims, secret: string, clock: Clock): Promise<string> {
  const { user, ...rest } = claims;
  const now = Math.floor(clock.now() / 1_000);
  return new SignJWT({ ...rest })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(user)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME_SECONDS)
    .sign(new TextEncoder().encode(secret));
}

async function secretIn(folder: string, ids: Ids): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, FILE);
  await create(file, ids);
  await chmod(file, 0o600);
  const secret = (await readFile(file, 'utf8')).trim();
  if (secret.length < BYTES) throw new Error(`${file} is damaged: remove it to make new development keys`);
  return secret;
}

/** Whole or not at all, also when two servers start at once: the file gets its name only when it is complete. */
async function create(file: string, ids: Ids): Promise<void> {
  const draft = `${file}.${ids.next('new')}`;
  await writeFile(draft, `${ids.secret(BYTES)}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await unlink(draft);
  }
}
