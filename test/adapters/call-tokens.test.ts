import type { Vault } from '@parley/server/ports/vault';
import { openCallKeys } from '@parley/server/adapters/credentials/call-keys';
import { hostDigest } from '@parley/server/adapters/host/system';
import { UserId } from '@parley/shared/ids';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AccountWorld, ANA, BEN, ISSUER, MAIL } from '../kit/account-world.ts';
import { TestClock } from '../kit/clock.ts';
import { seededIds } from '../kit/ids.ts';
import { tenantOf } from '../kit/tool-world.ts';

const ACME = tenantOf('acme');
const DAY = 86_400_000;

describe('tokens of our own', () => {
  test('R12 a token says for whom, by whom, to whom, in which room and turn, and lasts five minutes', async () => {
    await using world = await AccountWorld.open();
    await world.register({ kind: 'parley', audience: 'https://mail.example' });
    const claims = await verified(world, await world.token(), 'https://mail.example');
    const now = Math.floor(world.clock.now() / 1_000);
    expect(claims).toEqual({
      iss: ISSUER,
      sub: 'ana',
      act: { sub: 'parley/room/lobby' },
      aud: 'https://mail.example',
      tenant: 'acme',
      room: 'lobby',
      turn: 't_1',
      jti: 'op-1',
      iat: now,
      exp: now + 300,
    });
  });

  test('R12 a connector is the room, and nobody can be called what a room is called', async () => {
    await using world = await AccountWorld.open();
    await world.register({ kind: 'parley', audience: 'mail' });
    const claims = await verified(world, await world.token({ speaker: null, binding: 'connector' }), 'mail');
    expect(claims['sub']).toBe('room/lobby');
    expect(UserId.safeParse(claims['sub']).success).toBe(false);
  });

  test('R12 without auth there is no token; a shared secret is for connectors, an account of a person is not', async () => {
    await using world = await AccountWorld.open();
    await world.register({ kind: 'none' });
    expect(await world.token()).toEqual({ kind: 'token', bearer: null });
    await world.register({ kind: 'secret', secret: 'everybodys' });
    expect(await world.token()).toMatchObject({ kind: 'failed' });
    expect(await world.token({ speaker: null, binding: 'connector' })).toEqual({ kind: 'token', bearer: 'everybodys' });
    await world.register(world.oauth);
    expect(await world.token({ speaker: null, binding: 'connector' })).toMatchObject({ kind: 'failed' });
  });

  test('R11 a tool of another tenant is no tool', async () => {
    await using world = await AccountWorld.open();
    await world.register({ kind: 'secret', secret: 'everybodys' });
    expect(await world.token({ tenant: tenantOf('beta'), speaker: null })).toEqual({
      kind: 'failed',
      detail: 'no such tool',
    });
  });
});

describe('tokens by exchange (RFC 8693)', () => {
  test('R12 our token for the authority is exchanged for one of the tool’s, once for each call', async () => {
    await using world = await AccountWorld.open();
    const tokenUrl = world.server.url;
    await world.register({ kind: 'exchange', tokenUrl, audience: 'mail', clientId: 'par:ley', clientSecret: 's h' });
    world.server.answer = () => [200, { access_token: `t${world.server.requests.length}`, token_type: 'Bearer' }];
    expect(await world.token()).toEqual({ kind: 'token', bearer: 't1' });
    expect(await world.token({ speaker: BEN, operation: 'op-2' })).toEqual({ kind: 'token', bearer: 't2' });
    const [first, second] = world.server.requests;
    expect(first?.form).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      audience: 'mail',
    });
    expect(first?.authorization).toBe(`Basic ${Buffer.from('par%3Aley:s+h').toString('base64')}`);
    const subjects = [first, second].map(
      (one) => ({ kind: 'token', bearer: one?.form['subject_token'] ?? '' }) as const,
    );
    expect((await verified(world, subjects[0]!, tokenUrl))['sub']).toBe('ana');
    expect((await verified(world, subjects[1]!, tokenUrl))['sub']).toBe('ben');
  });

  test('an authority that refuses, babbles, or is another kind of token’s gives no token, and none of its words', async () => {
    await using world = await AccountWorld.open();
    await world.register({
      kind: 'exchange',
      tokenUrl: world.server.url,
      audience: 'mail',
      clientId: 'a',
      clientSecret: 'b',
    });
    const answers = [
      [400, { error: 'invalid_grant', error_description: 'secret words' }],
      [401, { error: 'secret words' }],
      [200, { secret: 'secret words' }],
      [200, { access_token: 'x', token_type: 'mac' }],
      [500, 'secret words'],
    ] as const;
    for (const answer of answers) {
      world.server.answer = () => answer;
      const token = await world.token();
      expect(token.kind).toBe('failed');
      expect(JSON.stringify(token)).not.toContain('secret words');
    }
  });
});

describe('a person’s linked account', () => {
  test('R12 whoever has not linked one is told so, and nobody else’s stands in', async () => {
    await using world = await AccountWorld.open();
    await world.register(world.oauth);
    await link(world, 'bens');
    expect(await world.token()).toEqual({ kind: 'not-linked' });
    expect(await world.token({ speaker: BEN })).toEqual({ kind: 'token', bearer: 'bens' });
  });

  test('R12 it is refreshed before it ends, once for all who ask at the same time', async () => {
    await using world = await AccountWorld.open();
    await world.register(world.oauth);
    await link(world, 'old', { refresh_token: 'r1', expires_in: 100 });
    world.clock.advance(41_000);
    world.server.answer = ({ form }) => {
      expect(form).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'r1' });
      return [200, { access_token: 'new', token_type: 'Bearer', expires_in: 3_600 }];
    };
    const before = world.server.requests.length;
    const tokens = await Promise.all(Array.from({ length: 5 }, () => world.token({ speaker: BEN })));
    expect(tokens).toEqual(tokens.map(() => ({ kind: 'token', bearer: 'new' })));
    expect(world.server.requests.length - before).toBe(1);
    // The old refresh token goes on where the authority gave no new one.
    world.clock.advance(3_600_000);
    expect(await world.token({ speaker: BEN })).toEqual({ kind: 'token', bearer: 'new' });
  });

  test('R12 a refresh that is refused unlinks; one that could not be asked does not', async () => {
    await using world = await AccountWorld.open();
    await world.register(world.oauth);
    await link(world, 'old', { refresh_token: 'r1', expires_in: 1 });
    world.server.answer = () => [503, {}];
    expect(await world.token({ speaker: BEN })).toMatchObject({ kind: 'failed' });
    expect(await world.accounts.linked({ tenant: ACME, user: BEN, tool: MAIL })).toBe(true);
    world.server.answer = () => [400, { error: 'invalid_grant' }];
    expect(await world.token({ speaker: BEN })).toEqual({ kind: 'not-linked' });
    expect(await world.accounts.linked({ tenant: ACME, user: BEN, tool: MAIL })).toBe(false);
  });

  test('R12 one that cannot be read any more has to be linked anew, and can be unlinked', async () => {
    await using world = await AccountWorld.open();
    await world.register(world.oauth);
    await link(world, 'bens');
    const ref = { tenant: ACME, user: BEN, tool: MAIL };
    const vault: Vault = world.vault;
    const get = vault.get.bind(vault);
    vault.get = async (...place) => ((await get(...place)) === null ? null : 'unreadable');
    expect(await world.token({ speaker: BEN })).toEqual({ kind: 'not-linked' });
    expect(await world.accounts.linked(ref)).toBe(false);
    expect(await world.accounts.unlink(ref)).toBeNull();
    vault.get = get;
    await link(world, 'bens-new');
    expect(await world.token({ speaker: BEN })).toEqual({ kind: 'token', bearer: 'bens-new' });
  });

  test('R12 a tool that is registered anew at another address gets no credential that was meant for the old one', async () => {
    await using world = await AccountWorld.open();
    await world.register(world.oauth);
    await link(world, 'bens');
    await world.register(world.oauth, { url: 'https://elsewhere.example/mcp' });
    expect(await world.token({ speaker: BEN })).toEqual({ kind: 'not-linked' });
    await world.register({ ...world.oauth, clientId: 'other' });
    expect(await world.token({ speaker: BEN })).toEqual({ kind: 'not-linked' });
    await world.register(world.oauth, { title: 'Post', revision: 4 });
    expect(await world.token({ speaker: BEN })).toEqual({ kind: 'token', bearer: 'bens' });
  });
});

describe('linking', () => {
  test('R12 it is a code with PKCE, for one state', async () => {
    await using world = await AccountWorld.open();
    await world.register(world.oauth);
    const { state, query } = begin(world);
    expect(query).toMatchObject({
      prompt: 'consent',
      response_type: 'code',
      client_id: 'parley',
      redirect_uri: `${ISSUER}/oauth/callback`,
      scope: 'mail me',
      code_challenge_method: 'S256',
    });
    world.server.answer = () => [200, { access_token: 'x', token_type: 'bearer' }];
    expect(await finish(world, state)).toBe('linked');
    const { form } = world.server.requests[0]!;
    expect(form).toMatchObject({
      grant_type: 'authorization_code',
      code: 'c',
      redirect_uri: `${ISSUER}/oauth/callback`,
    });
    expect(hostDigest(form['code_verifier'] ?? '')).toBe(query['code_challenge']);
  });

  test('R12 a state works once, for ten minutes, and only if it was made here', async () => {
    await using world = await AccountWorld.open();
    await world.register(world.oauth);
    world.server.answer = () => [200, { access_token: 'x', token_type: 'bearer' }];
    const first = begin(world).state;
    expect(await finish(world, first)).toBe('linked');
    expect(await finish(world, first)).toBe('refused');
    expect(await finish(world, 'made-up')).toBe('refused');
    const late = begin(world).state;
    world.clock.advance(600_000);
    expect(world.accounts.pending(late)).toBeNull();
    expect(await finish(world, late)).toBe('refused');
    expect(world.server.requests).toHaveLength(1);
  });

  test('R12 a state is spent also by a code that is refused', async () => {
    await using world = await AccountWorld.open();
    await world.register(world.oauth);
    world.server.answer = () => [400, { error: 'invalid_grant' }];
    const { state } = begin(world);
    expect(await finish(world, state)).toBe('refused');
    expect(world.accounts.pending(state)).toBeNull();
    expect(await world.accounts.linked({ tenant: ACME, user: BEN, tool: MAIL })).toBe(false);
  });

  test('what one person began is bounded, and crowds nobody out', async () => {
    await using world = await AccountWorld.open();
    await world.register(world.oauth);
    const anas = begin(world, ANA).state;
    const bens = Array.from({ length: 12 }, () => begin(world).state);
    expect(bens.filter((state) => world.accounts.pending(state) !== null)).toEqual(bens.slice(2));
    expect(world.accounts.pending(anas)).toMatchObject({ user: 'ana', title: 'Mail' });
  });

  test('a tool that takes no accounts has none, nor has one that is not there', async () => {
    await using world = await AccountWorld.open();
    const ref = { tenant: ACME, user: BEN, tool: MAIL };
    expect(await world.accounts.linked(ref)).toBeNull();
    await world.register({ kind: 'none' });
    expect(world.accounts.begin(ref)).toBeNull();
    expect(await world.accounts.linked(ref)).toBeNull();
  });
});

describe('keys', () => {
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'parley-keys-'));
    onTestFinished(() => rmSync(made, { recursive: true }));
    return made;
  };

  test('R12 they survive a restart, are for their owner alone, and only their public halves are published', async () => {
    const data = folder();
    const deps = { clock: new TestClock(), ids: seededIds(1) };
    const first = await openCallKeys(data, deps);
    expect((await openCallKeys(data, deps)).jwks).toEqual(first.jwks);
    expect(statSync(join(data, 'call-keys.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(data)).toEqual(['call-keys.json']);
    const secret = (JSON.parse(readFileSync(join(data, 'call-keys.json'), 'utf8')) as [{ jwk: { d: string } }])[0].jwk
      .d;
    expect(JSON.stringify(first.jwks)).not.toContain(secret);
    expect(Object.keys(first.jwks.keys[0] ?? {}).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  test('R12 after a month a new key signs, and the old one is published for a day more', async () => {
    const data = folder();
    const clock = new TestClock();
    const open = () => openCallKeys(data, { clock, ids: seededIds(clock.now()) });
    const old = await open();
    const before = await old.sign({ aud: 'x' }, 300);
    clock.advance(30 * DAY);
    const next = await open();
    const after = await next.sign({ aud: 'x' }, 300);
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
    expect(next.jwks.keys.map(({ kid }) => kid)).toEqual([
      decodeProtectedHeader(after).kid,
      decodeProtectedHeader(before).kid,
    ]);
    clock.advance(DAY);
    expect((await open()).jwks.keys.map(({ kid }) => kid)).toEqual([decodeProtectedHeader(after).kid]);
  });

  test('a damaged file is told without its content', async () => {
    const data = folder();
    writeFileSync(join(data, 'call-keys.json'), '[{"kid":"canary"}]');
    await expect(openCallKeys(data, { clock: new TestClock(), ids: seededIds(1) })).rejects.toThrow(
      /damaged: remove it/,
    );
    await expect(openCallKeys(data, { clock: new TestClock(), ids: seededIds(1) })).rejects.not.toThrow(/canary/);
  });
});

async function verified(
  { keys, clock }: AccountWorld,
  token: { readonly kind: string; readonly bearer?: string | null },
  audience: string,
): Promise<Record<string, unknown>> {
  const published = createLocalJWKSet({ keys: [...keys.jwks.keys] });
  const { payload } = await jwtVerify(token.bearer ?? '', published, {
    algorithms: ['ES256'],
    audience,
    issuer: ISSUER,
    currentDate: new Date(clock.now()),
  });
  return payload;
}

function begin(world: AccountWorld, user = BEN): { state: string; query: Record<string, string> } {
  const url = new URL(world.accounts.begin({ tenant: ACME, user, tool: MAIL })?.authorizeUrl ?? '');
  const query = Object.fromEntries(url.searchParams);
  return { state: query['state'] ?? '', query };
}

function finish(world: AccountWorld, state: string): Promise<string> {
  return world.accounts.finish(state, 'c', new AbortController().signal);
}

async function link(world: AccountWorld, accessToken: string, more: object = {}): Promise<void> {
  world.server.answer = () => [200, { access_token: accessToken, token_type: 'Bearer', ...more }];
  expect(await finish(world, begin(world).state)).toBe('linked');
}
