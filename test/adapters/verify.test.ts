import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDevKeys } from '@parley/server/adapters/identity/dev-keys';
import { joseVerify, type VerifyOptions } from '@parley/server/adapters/identity/verify-jose';
import type { Verdict } from '@parley/server/ports/verify';
import {
  base64url,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type JWK,
  type JWTPayload,
} from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { TestClock } from '../kit/clock.ts';
import { seededIds } from '../kit/ids.ts';

const clock = new TestClock();
const now = Math.floor(clock.now() / 1_000);
const SECRET = 'a secret of the issuer that is long enough for every algorithm of its family';
const secretKey = new TextEncoder().encode(SECRET);
const base = { issuer: 'https://issuer.example', audience: 'parley', clock };
const CLAIMS: JWTPayload = {
  sub: 'ana',
  iss: base.issuer,
  aud: base.audience,
  exp: now + 600,
  name: 'Ana',
  tenant: 'acme',
  role: 'member',
  groups: ['eng'],
};

type Key = Parameters<SignJWT['sign']>[0];
function sign(claims: JWTPayload, header: Record<string, unknown> = {}, key: Key = secretKey): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);
}
/** A token with a claim changed, or left out when undefined. */
function withClaim(name: string, value: unknown): Promise<string> {
  return sign(JSON.parse(JSON.stringify({ ...CLAIMS, [name]: value })) as JWTPayload);
}
/** A token with another header, signed again. */
async function reheaded(token: string, header: unknown): Promise<string> {
  const signed = `${base64url.encode(JSON.stringify(header))}.${token.split('.')[1]}`;
  const key = await crypto.subtle.importKey('raw', secretKey, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(signed));
  return `${signed}.${base64url.encode(new Uint8Array(signature))}`;
}
const reasonOf = (verdict: Verdict) => (verdict.kind === 'invalid' ? verdict.reason : verdict.kind);

describe('R11 R13 tokens signed with a secret', () => {
  const { verify } = joseVerify({ ...base, keys: { kind: 'secret', secret: SECRET } });

  test('R6 R13 nobody comes in under an id by which the AI, the server or a tool is known', async () => {
    for (const sub of ['ai', 'system', 'tool:drive', 'tool:'])
      expect([sub, reasonOf(await verify(await withClaim('sub', sub)))]).toEqual([sub, 'claims']);
    for (const sub of ['aiko', 'ai:1', 'a.tool:drive'])
      expect([sub, (await verify(await withClaim('sub', sub))).kind]).toEqual([sub, 'valid']);
  });

  test('R11 a good token gives the principal, its tenant included, and when it ends', async () => {
    expect(await verify(await sign(CLAIMS))).toEqual({
      kind: 'valid',
      principal: { tenant: { id: 'acme' }, user: 'ana', name: 'Ana', role: 'member', groups: ['eng'], issuedAt: 0 },
      expiresAt: (now + 600) * 1_000,
    });
  });

  test('R17 a principal says when its token was issued', async () => {
    expect(await verify(await sign({ ...CLAIMS, iat: now - 60 }))).toMatchObject({
      principal: { issuedAt: (now - 60) * 1_000 },
    });
    expect(await verify(await sign({ ...CLAIMS, iat: 'yesterday' as never }))).toMatchObject({ kind: 'invalid' });
  });

  test('R11 what a token leaves out has a plain default', async () => {
    const { name: _name, tenant: _tenant, role: _role, groups: _groups, ...bare } = CLAIMS;
    expect(await verify(await sign(bare))).toMatchObject({
      principal: { tenant: { id: 'default' }, user: 'ana', name: 'ana', role: 'member', groups: [], issuedAt: 0 },
    });
  });

  test('R13 a name is one clean line of at most 80 characters', async () => {
    const shown = async (name: string) => {
      const verdict = await verify(await withClaim('name', name));
      return verdict.kind === 'valid' ? verdict.principal.name : verdict;
    };
    expect(await shown('  Ana\n\u202eadmin\u0000\u200b  B ')).toBe('Ana admin B');
    expect(await shown('\u{e0041}\u200b')).toBe('ana');
    const emoji = await shown('\u{1f600}'.repeat(100));
    expect(emoji).toBe('\u{1f600}'.repeat(80));
  });

  const refused: readonly [string, () => Promise<string> | string, string][] = [
    ['nothing', () => '', 'malformed'],
    ['no token', () => 'hello', 'malformed'],
    ['three dots', () => '...', 'malformed'],
    ['not JSON', () => `${base64url.encode('{"alg":"HS256"}')}.${base64url.encode('hello')}.AA`, 'signature'],
    ['very long', async () => `${await sign(CLAIMS)}${'a'.repeat(20_000)}`, 'malformed'],
    ['unsigned, alg none', () => new UnsecuredJWT(CLAIMS).encode(), 'signature'],
    [
      'alg None in other letters',
      () => `${base64url.encode('{"alg":"nOnE"}')}.${base64url.encode(JSON.stringify(CLAIMS))}.`,
      'signature',
    ],
    [
      'no alg',
      () => `${base64url.encode('{"typ":"JWT"}')}.${base64url.encode(JSON.stringify(CLAIMS))}.AA`,
      'malformed',
    ],
    ['HS512 with the right secret', () => sign(CLAIMS, { alg: 'HS512' }), 'signature'],
    [
      'another secret',
      () => sign(CLAIMS, {}, new TextEncoder().encode('another secret that is long enough too')),
      'signature',
    ],
    [
      'a changed payload',
      async () =>
        (await sign(CLAIMS)).replace(/\.[^.]+\./, `.${base64url.encode(JSON.stringify({ ...CLAIMS, sub: 'ben' }))}.`),
      'signature',
    ],
    [
      'an unknown critical header',
      async () => reheaded(await sign(CLAIMS), { alg: 'HS256', crit: ['x'], x: 1 }),
      'signature',
    ],
    [
      'a header of another algorithm over a right signature',
      async () => reheaded(await sign(CLAIMS), { alg: 'HS384' }),
      'signature',
    ],
    ['another issuer', () => withClaim('iss', 'https://evil.example'), 'claims'],
    ['no issuer', () => withClaim('iss', undefined), 'claims'],
    ['another audience', () => withClaim('aud', 'billing'), 'claims'],
    ['no audience', () => withClaim('aud', undefined), 'claims'],
    ['no end', () => withClaim('exp', undefined), 'claims'],
    ['an end that is no number', () => withClaim('exp', 'tomorrow'), 'claims'],
    ['expired', () => withClaim('exp', now - 6), 'expired'],
    ['not yet valid', () => withClaim('nbf', now + 60), 'claims'],
    ['no subject', () => withClaim('sub', undefined), 'claims'],
    ['a subject with a slash', () => withClaim('sub', 'ana/../ben'), 'claims'],
    ['a subject with a line end', () => withClaim('sub', 'ana\nben'), 'claims'],
    ['a long subject', () => withClaim('sub', 'a'.repeat(129)), 'claims'],
    ['a tenant that is a path', () => withClaim('tenant', '../other'), 'claims'],
    ['an empty tenant', () => withClaim('tenant', ''), 'claims'],
    ['a tenant that is a list', () => withClaim('tenant', ['acme']), 'claims'],
    ['an unknown role', () => withClaim('role', 'root'), 'claims'],
    ['a name that is an object', () => withClaim('name', { first: 'Ana' }), 'claims'],
    ['groups that are a string', () => withClaim('groups', 'eng'), 'claims'],
    ['groups that are numbers', () => withClaim('groups', [1]), 'claims'],
    [
      'too many groups',
      () =>
        withClaim(
          'groups',
          Array.from({ length: 257 }, (_, i) => `g${i}`),
        ),
      'claims',
    ],
    ['a group that is too long', () => withClaim('groups', ['g'.repeat(129)]), 'claims'],
    ['a token of another kind', () => sign(CLAIMS, { typ: 'logout+jwt' }), 'claims'],
  ];
  test.for(refused)('R11 refused: %s', async ([, make, reason]) => {
    expect(reasonOf(await verify(await make()))).toBe(reason);
  });

  test('R11 both types of an access token are taken, in any spelling, and the clock may be five seconds off', async () => {
    for (const typ of ['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])
      expect(reasonOf(await verify(await sign(CLAIMS, { typ })))).toBe('valid');
    expect(reasonOf(await verify(await withClaim('exp', now - 4)))).toBe('valid');
  });
});

describe('R11 tokens signed by published keys', () => {
  interface Pair {
    readonly privateKey: CryptoKey;
    readonly jwk: JWK;
    readonly publicKey: CryptoKey;
  }
  async function pair(alg: string, kid: string): Promise<Pair> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    return { privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
  }
  let rsa: Pair;
  let ec: Pair;
  let ed: Pair;
  let published: JWK[] = [];
  let fetches = 0;
  let answer: 'keys' | 'error' | 'rubbish' = 'keys';
  const server = createServer((_request, response) => {
    fetches++;
    if (answer === 'error') response.writeHead(503).end();
    else response.end(answer === 'keys' ? JSON.stringify({ keys: published }) : '<html>');
  });
  beforeAll(async () => {
    [rsa, ec, ed] = await Promise.all([pair('RS256', 'rsa'), pair('ES256', 'ec'), pair('EdDSA', 'ed')]);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  afterEach(() => {
    published = [];
    fetches = 0;
    answer = 'keys';
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  const byKeys = (more: Partial<VerifyOptions['keys'] & { kind: 'jwks' }> = {}) =>
    joseVerify({ ...base, keys: { kind: 'jwks', url: url(), ...more } });

  test('R11 RSA, elliptic and Edwards keys are taken', async () => {
    published = [rsa.jwk, ec.jwk, ed.jwk];
    const { verify } = byKeys();
    for (const [alg, { privateKey, jwk }] of [
      ['RS256', rsa],
      ['ES256', ec],
      ['EdDSA', ed],
    ] as const) {
      expect(reasonOf(await verify(await sign(CLAIMS, { alg, kid: jwk.kid }, privateKey)))).toBe('valid');
    }
    expect(fetches).toBe(1);
  });

  test('A3 R11 a public key never passes for a secret', async () => {
    published = [rsa.jwk];
    const { verify } = byKeys();
    const secrets = [await exportSPKI(rsa.publicKey), JSON.stringify(rsa.jwk), String(rsa.jwk.n)];
    for (const secret of secrets) {
      const forged = await sign(CLAIMS, { alg: 'HS256', kid: 'rsa' }, new TextEncoder().encode(secret));
      expect(reasonOf(await verify(forged))).toBe('signature');
    }
    expect(reasonOf(await verify(new UnsecuredJWT(CLAIMS).encode()))).toBe('signature');
  });

  test('R11 a published symmetric key is not used', async () => {
    published = [{ kty: 'oct', k: base64url.encode(SECRET), kid: 'oct', alg: 'HS256' }];
    expect(reasonOf(await byKeys().verify(await sign(CLAIMS, { kid: 'oct' })))).toBe('signature');
  });

  test('A6 R11 a key that the token itself brings or points at is never used', async () => {
    published = [rsa.jwk];
    const stranger = await pair('RS256', 'rsa');
    const { verify } = byKeys();
    for (const header of [
      { jwk: stranger.jwk },
      { jku: 'http://127.0.0.1:1/evil' },
      { x5u: 'http://127.0.0.1:1/evil' },
    ]) {
      expect(
        reasonOf(await verify(await sign(CLAIMS, { alg: 'RS256', kid: 'rsa', ...header }, stranger.privateKey))),
      ).toBe('signature');
    }
  });

  test('A6 R11 a new key works as soon as it is published, and a flood of unknown ones does not hammer the key server', async () => {
    published = [rsa.jwk];
    const patient = byKeys();
    const eager = byKeys({ cooldownMs: 0 });
    for (const { verify } of [patient, eager])
      expect(reasonOf(await verify(await sign(CLAIMS, { alg: 'RS256', kid: 'rsa' }, rsa.privateKey)))).toBe('valid');
    fetches = 0;
    for (let i = 0; i < 20; i++) {
      expect(
        reasonOf(await patient.verify(await sign(CLAIMS, { alg: 'RS256', kid: `unknown-${i}` }, rsa.privateKey))),
      ).toBe('signature');
    }
    expect(fetches).toBe(0);
    published = [rsa.jwk, ec.jwk];
    expect(reasonOf(await eager.verify(await sign(CLAIMS, { alg: 'ES256', kid: 'ec' }, ec.privateKey)))).toBe('valid');
  });

  test('A7 R11 a key that is withdrawn is refused ten minutes later, and not before the next one works', async () => {
    published = [rsa.jwk];
    const { verify } = byKeys({ cooldownMs: 0 });
    const token = await sign(CLAIMS, { alg: 'RS256', kid: 'rsa' }, rsa.privateKey);
    expect(reasonOf(await verify(token))).toBe('valid');
    published = [ec.jwk];
    // The library reads the host's clock for the age of what it keeps.
    const host = Date.now();
    const late = vi.spyOn(Date, 'now').mockImplementation(() => host + 599_000);
    expect(reasonOf(await verify(token))).toBe('valid');
    late.mockImplementation(() => host + 601_000);
    expect(reasonOf(await verify(token))).toBe('signature');
    late.mockRestore();
  });

  test('R11 keys that cannot be had are the authority’s trouble, not a refusal', async () => {
    const token = await sign(CLAIMS, { alg: 'RS256', kid: 'rsa' }, rsa.privateKey);
    for (const trouble of ['error', 'rubbish'] as const) {
      answer = trouble;
      expect(await byKeys().verify(token)).toEqual({ kind: 'unavailable' });
    }
    expect(await joseVerify({ ...base, keys: { kind: 'jwks', url: 'http://127.0.0.1:1/jwks' } }).verify(token)).toEqual(
      { kind: 'unavailable' },
    );
  });

  test('R11 a malformed token is refused without asking for keys', async () => {
    expect(reasonOf(await byKeys().verify('hello'))).toBe('malformed');
    expect(fetches).toBe(0);
  });
});

describe('development keys', () => {
  const folders: string[] = [];
  const folder = async () => {
    const made = await mkdtemp(join(tmpdir(), 'parley-keys-'));
    folders.push(made);
    return join(made, 'data');
  };
  const deps = (seed: number) => ({ clock, ids: seededIds(seed) });
  afterEach(async () => {
    for (const made of folders.splice(0)) await rm(made, { recursive: true });
  });

  test('sign for anybody and survive a restart, in a file of the owner’s alone', async () => {
    const data = await folder();
    const keys = await openDevKeys(data, deps(1));
    const token = await keys.sign({ user: 'ana', name: 'Ana', tenant: 'acme', role: 'guest', groups: ['g'] });
    const restarted = await openDevKeys(data, deps(2));
    expect(await restarted.verify(token)).toMatchObject({
      kind: 'valid',
      principal: { user: 'ana', name: 'Ana', tenant: { id: 'acme' }, role: 'guest', groups: ['g'] },
    });
    const [file, ...others] = await readdir(data);
    expect(others).toEqual([]);
    expect((await stat(join(data, file ?? ''))).mode & 0o777).toBe(0o600);
    expect((await readFile(join(data, file ?? ''), 'utf8')).trim().length).toBeGreaterThanOrEqual(32);
  });

  test('another folder has other keys', async () => {
    const one = await openDevKeys(await folder(), deps(3));
    const two = await openDevKeys(await folder(), deps(4));
    expect(reasonOf(await two.verify(await one.sign({ user: 'ana' })))).toBe('signature');
  });

  test('two servers that start at once get the same keys', async () => {
    const data = await folder();
    const [one, two] = await Promise.all([openDevKeys(data, deps(5)), openDevKeys(data, deps(6))]);
    expect(reasonOf(await two.verify(await one.sign({ user: 'ana' })))).toBe('valid');
    expect(await readdir(data)).toHaveLength(1);
  });

  test('a file that others could read is closed, and a damaged one is named', async () => {
    const data = await folder();
    await openDevKeys(data, deps(7));
    const [name = ''] = await readdir(data);
    await chmod(join(data, name), 0o644);
    await openDevKeys(data, deps(8));
    expect((await stat(join(data, name))).mode & 0o777).toBe(0o600);
    await writeFile(join(data, name), 'short');
    await expect(openDevKeys(data, deps(9))).rejects.toThrow('damaged');
  });

  test('what it signs is verified like any token: a bad user makes a token that nobody accepts', async () => {
    const keys = await openDevKeys(await folder(), deps(10));
    expect(reasonOf(await keys.verify(await keys.sign({ user: 'a/b' })))).toBe('claims');
  });
});
