import { UserId } from '@parley/shared/ids';
import { TenantRole } from '@parley/shared/roles';
import {
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import { cleanName } from '../../core/context/clean-name.ts';
import type { Principal } from '../../core/people/principal.ts';
import { mintTenant, type Tenant } from '../../core/tenant.ts';
import type { Clock } from '../../ports/system.ts';
import type { Verdict, Verify } from '../../ports/verify.ts';

export interface VerifyOptions {
  readonly keys: SecretKeys | JwksKeys;
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
}
/** One secret shared with the issuer, at least 32 bytes; HS256 and nothing else. */
export interface SecretKeys {
  readonly kind: 'secret';
  readonly secret: string;
}
/** The issuer's published keys. Only signatures by a key pair: a public key must never pass for a secret. */
export interface JwksKeys {
  readonly kind: 'jwks';
  readonly url: string;
  /** Least time between two fetches because of an unknown key id, in milliseconds. */
  readonly cooldownMs?: number;
}

const BY_KEY_PAIR = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Seconds by which the issuer's clock may differ from ours. */
const TOLERANCE = 5;
const LONGEST_TOKEN = 16_384;
const MOST_GROUPS = 256;
const LONGEST_GROUP = 128;
const DEFAULT_TENANT = 'default';
/** The AI and what tools gave are known by these (R6, R13): a person with such an id would be taken for them. */
const NOBODYS_ID = /^(?:ai$|tool:)/;
const FETCH_MS = 5_000;
const COOLDOWN_MS = 30_000;
/** A key that the issuer withdrew is refused after this. */
const KEYS_LAST_MS = 600_000;

/** Turns verified tokens into principals; every option of the library is given explicitly. */
export function joseVerify(options: VerifyOptions): Verify {
  const check = checker(options);
  return {
    async verify(token) {
      if (token.length > LONGEST_TOKEN) return invalid('malformed');
      try {
        return await check(token);
      } catch (error) {
        return refusalOf(error);
      }
    },
  };
}

function checker({ keys, issuer, audience, clock }: VerifyOptions): (token: string) => Promise<Verdict> {
  const settings = (algorithms: string[]): JWTVerifyOptions => ({
    algorithms,
    issuer,
    audience,
    requiredClaims: ['iss', 'aud', 'exp', 'sub'],
    clockTolerance: TOLERANCE,
    currentDate: new Date(clock.now()),
  });
  if (keys.kind === 'secret') {
    const secret = new TextEncoder().encode(keys.secret);
    return async (token) => verdict(await jwtVerify(token, secret, settings(['HS256'])));
  }
  const published = publishedKeys(keys);
  return async (token) => verdict(await jwtVerify(token, published, settings(BY_KEY_PAIR)));
}

/** The issuer's keys could not be had: says nothing about the token. */
class KeysUnavailable extends Error {}

/** The one configured address: what a token says of where its key is (`jku`, `x5u`) is never followed. */
function publishedKeys({ url, cooldownMs = COOLDOWN_MS }: JwksKeys): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_MS,
    cooldownDuration: cooldownMs,
    cacheMaxAge: KEYS_LAST_MS,
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      if (error instanceof errors.JOSENotSupported) throw error;
      throw new KeysUnavailable('the issuer’s keys could not be read', { cause: error });
    }
  };
}

function refusalOf(error: unknown): Verdict {
  if (error instanceof KeysUnavailable) return { kind: 'unavailable' };
  if (error instanceof errors.JWTExpired) return invalid('expired');
  if (error instanceof errors.JWTClaimValidationFailed) return invalid('claims');
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return invalid('malformed');
  // Everything else the library finds is about the signature: its algorithm, its key, its bytes.
  return invalid('signature');
}

function verdict({ payload, protectedHeader }: { payload: JWTPayload; protectedHeader: { typ?: string } }): Verdict {
  if (!isTokenType(protectedHeader.typ)) return invalid('claims');
  const principal = principalOf(payload);
  if (principal === null || payload.exp === undefined) return invalid('claims');
  return { kind: 'valid', principal, expiresAt: payload.exp * 1_000 };
}

/** An ID token or a logout token is not a key to a room (RFC 8725). */
function isTokenType(typ: string | undefined): boolean {
  if (typ === undefined) return true;
  const name = typ.toLowerCase().replace(/^application\//, '');
  return name === 'jwt' || name === 'at+jwt';
}

function principalOf(claims: JWTPayload): Principal | null {
  const user = UserId.refine((id) => !NOBODYS_ID.test(id)).safeParse(claims.sub);
  const tenant = tenantOf(claims['tenant'] ?? DEFAULT_TENANT);
  const role = TenantRole.safeParse(claims['role'] ?? 'member');
  const groups = groupsOf(claims['groups'] ?? []);
  const name = nameOf(claims['name']);
  if (!user.success || tenant === null || !role.success || groups === null || name === null) return null;
  const issuedAt = (claims.iat ?? 0) * 1_000;
  return { tenant, user: user.data, name: name === '' ? user.data : name, role: role.data, groups, issuedAt };
}

function tenantOf(claim: unknown): Tenant | null {
  return typeof claim === 'string' ? mintTenant(claim) : null;
}

function nameOf(claim: unknown): string | null {
  if (claim === undefined || claim === null) return '';
  return typeof claim === 'string' ? cleanName(claim) : null;
}

function groupsOf(claim: unknown): readonly string[] | null {
  if (!Array.isArray(claim) || claim.length > MOST_GROUPS) return null;
  const groups = claim.filter(
    (group): group is string => typeof group === 'string' && group !== '' && group.length <= LONGEST_GROUP,
  );
  return groups.length === claim.length ? groups : null;
}

function invalid(reason: Extract<Verdict, { kind: 'invalid' }>['reason']): Verdict {
  return { kind: 'invalid', reason };
}
