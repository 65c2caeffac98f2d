import { joseVerify } from '@parley/server/adapters/identity/verify-jose';
import { accountKey } from '@parley/server/adapters/credentials/account-key';
import { askForToken } from '@parley/server/adapters/credentials/token-endpoint';
import { guardedFetch } from '@parley/server/adapters/outbound/guarded-fetch';
import { hostClock, hostDigest } from '@parley/server/adapters/host/system';
import { memoryCallKeys, type CallKeys } from '@parley/server/adapters/credentials/call-keys';
import { seededIds } from '../kit/ids.ts';
import { must } from '@parley/shared/assert';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AccountWorld, ANA, BEN, ISSUER, MAIL } from '../kit/account-world.ts';
import { AUDIENCE, OidcAuthority, TOKEN_SECONDS } from '../kit/oidc-authority.ts';
import { tenantOf } from '../kit/tool-world.ts';

let authority: OidcAuthority;
let world: AccountWorld;
/** Signs by the clock of that server; what the world's own keys sign is long over for it. */
let now: CallKeys;
const signing = (seed: number): Promise<CallKeys> => memoryCallKeys({ clock: hostClock, ids: seededIds(seed) });
beforeAll(async () => {
  // It says at length that its pages are not for production.
  vi.spyOn(console, 'warn').mockReturnValue();
  vi.spyOn(console, 'info').mockReturnValue();
  world = await AccountWorld.open();
  now = await signing(2);
  const trusted = { issuer: ISSUER, keys: { keys: [...now.jwks.keys, ...world.keys.jwks.keys] } };
  authority = await OidcAuthority.start(`${ISSUER}/oauth/callback`, trusted);
  // Its clock is the real one.
  world.clock.advance(Date.now() - world.clock.now());
  await world.register({
    ...world.oauth,
    authorizeUrl: `${authority.issuer}/auth`,
    tokenUrl: `${authority.issuer}/token`,
    revokeUrl: `${authority.issuer}/token/revocation`,
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await authority[Symbol.asyncDispose]();
});

const account = (user = ANA) => ({ tenant: tenantOf('acme'), user, tool: MAIL });
const signal = new AbortController().signal;

/** What somebody is sent back with after they said yes. */
async function consented(user = ANA): Promise<{ readonly state: string; readonly code: string }> {
  const begun = must(world.accounts.begin(account(user)), 'the tool takes accounts');
  const back = await authority.consent(begun.authorizeUrl, user);
  return { state: must(back.get('state'), 'a state'), code: must(back.get('code'), 'a code') };
}

async function link(user = ANA): Promise<void> {
  const { state, code } = await consented(user);
  expect(await world.accounts.finish(state, code, signal)).toBe('linked');
}

async function bearerOf(user = ANA): Promise<string> {
  const token = await world.token({ speaker: user });
  if (token.kind !== 'token') throw new Error(`no token: ${token.kind}`);
  return must(token.bearer, 'a bearer');
}

async function refreshTokenOf(user = ANA): Promise<string> {
  const registered = must(world.registry.tool(tenantOf('acme'), MAIL), 'registered');
  if (registered.auth.kind !== 'oauth') throw new Error('an oauth tool');
  const key = accountKey({ ...registered, auth: registered.auth }, hostDigest);
  return must((await world.vault.get(tenantOf('acme'), user, key))?.refreshToken, 'a refresh token');
}

test('R12 an account is linked at a server that nobody here wrote, and its token is taken by whoever believes that server', async () => {
  await link();
  const bearer = await bearerOf();
  const { clock } = world;
  const keys = { kind: 'jwks', url: `${authority.issuer}/jwks` } as const;
  const verify = joseVerify({ keys, issuer: authority.issuer, audience: AUDIENCE, clock });
  expect(await verify.verify(bearer)).toMatchObject({ kind: 'valid', principal: { user: 'ana', name: 'ana' } });
  const elsewhere = joseVerify({ keys, issuer: authority.issuer, audience: 'https://another.example', clock });
  expect(await elsewhere.verify(bearer)).toEqual({ kind: 'invalid', reason: 'claims' });
  expect(await verify.verify(`${bearer.slice(0, -4)}AAAA`)).toEqual({ kind: 'invalid', reason: 'signature' });
});

test('R12 a code is worth nothing with another’s verifier, or a second time', async () => {
  const [first, second] = [await consented(), await consented(BEN)];
  expect(await world.accounts.finish(second.state, first.code, signal)).toBe('refused');
  expect(await world.accounts.linked(account(BEN))).toBe(false);
  const { state, code } = await consented();
  expect(await world.accounts.finish(state, code, signal)).toBe('linked');
  const again = must(world.accounts.begin(account()), 'begun');
  const other = must(new URL(again.authorizeUrl).searchParams.get('state'), 'a state');
  expect(await world.accounts.finish(other, code, signal)).toBe('refused');
});

test('R12 a token is refreshed before it ends, each refresh token once; what was taken back there unlinks', async () => {
  await link(BEN);
  const [bearer, refresh] = [await bearerOf(BEN), await refreshTokenOf(BEN)];
  expect(await bearerOf(BEN)).toBe(bearer);
  world.clock.advance(TOKEN_SECONDS * 1_000);
  const [one, two] = await Promise.all([bearerOf(BEN), bearerOf(BEN)]);
  expect(one).toBe(two);
  expect(one).not.toBe(bearer);
  const rotated = await refreshTokenOf(BEN);
  expect(rotated).not.toBe(refresh);
  await authority.revoke(rotated);
  world.clock.advance(TOKEN_SECONDS * 1_000);
  expect(await world.token({ speaker: BEN })).toEqual({ kind: 'not-linked' });
  expect(await world.accounts.linked(account(BEN))).toBe(false);
});

test('R12 what is unlinked is taken back there: neither token is worth anything any more', async () => {
  await link();
  const refresh = await refreshTokenOf();
  expect(await world.accounts.unlink(account())).toBe(true);
  expect(await world.accounts.linked(account())).toBe(false);
  const form = { grant_type: 'refresh_token', refresh_token: refresh };
  const endpoint = { tokenUrl: `${authority.issuer}/token`, clientId: 'parley', clientSecret: 'shh' };
  const fetch = guardedFetch({ clock: world.clock, internalHosts: [], loopback: true });
  expect(await askForToken(endpoint, form, { fetch, clock: world.clock, signal })).toEqual({ kind: 'refused' });
  expect(await world.accounts.unlink(account())).toBeNull();
});

describe('tokens by exchange (RFC 8693)', () => {
  async function exchanging(keys: CallKeys, clientSecret = 'shh'): Promise<AccountWorld> {
    const other = await AccountWorld.open(keys);
    const tokenUrl = `${authority.issuer}/token`;
    await other.register({ kind: 'exchange', tokenUrl, audience: AUDIENCE, clientId: 'parley', clientSecret });
    return other;
  }

  test('R12 what this server signs for one call is exchanged at a server that nobody here wrote, for a token of its own', async () => {
    await using other = await exchanging(now);
    const token = await other.token();
    if (token.kind !== 'token') throw new Error(`no token: ${token.kind}`);
    const claims = decodeJwt(must(token.bearer, 'a bearer'));
    expect(claims).toMatchObject({
      iss: authority.issuer,
      sub: 'ana',
      aud: AUDIENCE,
    });
    const keys = { kind: 'jwks', url: `${authority.issuer}/jwks` } as const;
    const verify = joseVerify({ keys, issuer: authority.issuer, audience: AUDIENCE, clock: world.clock });
    expect(await verify.verify(token.bearer ?? '')).toMatchObject({ kind: 'valid', principal: { user: 'ana' } });
  });

  test('R12 it exchanges nothing for a client that it does not know, of nobody whom it trusts, or from long ago', async () => {
    await using stranger = await exchanging(now, 'not that');
    expect(await stranger.token()).toEqual({ kind: 'failed', detail: 'http 401' });
    await using forger = await exchanging(await signing(3));
    expect(await forger.token()).toEqual({ kind: 'failed', detail: 'exchange refused' });
    await using late = await exchanging(world.keys);
    expect(await late.token()).toEqual({ kind: 'failed', detail: 'exchange refused' });
  });
});
