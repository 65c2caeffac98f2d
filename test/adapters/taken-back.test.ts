import { accountKey } from '@parley/server/adapters/credentials/account-key';
import { hostDigest } from '@parley/server/adapters/host/system';
import { must } from '@parley/shared/assert';
import type { UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { AccountWorld, ANA, MAIL } from '../kit/account-world.ts';
import { tenantOf } from '../kit/tool-world.ts';

const ACCOUNT = { tenant: tenantOf('acme'), user: ANA, tool: MAIL };

/** Ana's account, linked; what its authority is asked to take back is kept. */
async function linked(more: { readonly refreshToken?: string | null; readonly secret?: string | null } = {}) {
  const world = await AccountWorld.open();
  const { refreshToken = 'canary-refresh', secret: clientSecret = 'shh' } = more;
  await world.register({ ...world.oauth, clientSecret, revokeUrl: world.server.url });
  const registered = must(world.registry.tool(ACCOUNT.tenant, MAIL), 'registered');
  if (registered.auth.kind !== 'oauth') throw new Error('an oauth tool');
  const key = accountKey({ ...registered, auth: registered.auth }, hostDigest);
  const keep = () =>
    world.vault.put(ACCOUNT.tenant, ANA, key, {
      accessToken: 'canary-access',
      refreshToken,
      expiresAt: world.clock.now(),
    });
  await keep();
  return world;
}

test('R12 what is unlinked is taken back at its authority, by whoever we are there', async () => {
  await using world = await linked();
  world.server.answer = () => [200, {}];
  expect(await world.accounts.unlink(ACCOUNT)).toBe(true);
  expect(world.server.requests).toEqual([
    {
      form: { token: 'canary-refresh', token_type_hint: 'refresh_token' },
      authorization: `Basic ${Buffer.from('parley:shh').toString('base64')}`,
    },
  ]);
  expect(world.log.lines).toEqual([]);
});

test('R12 where there is nothing to refresh with, the token itself is; a public client says who it is', async () => {
  await using world = await linked({ refreshToken: null, secret: null });
  world.server.answer = () => [200, {}];
  expect(await world.accounts.unlink(ACCOUNT)).toBe(true);
  const form = { token: 'canary-access', token_type_hint: 'access_token', client_id: 'parley' };
  expect(world.server.requests).toEqual([{ form, authorization: null }]);
});

test('R12 it is forgotten here before anybody is asked, and a failure is told and logged without a token', async () => {
  await using world = await linked();
  const before: unknown[] = [];
  world.server.answer = () => {
    void world.accounts.linked(ACCOUNT).then((still) => before.push(still));
    return [503, { secret: 'canary-words' }];
  };
  expect(await world.accounts.unlink(ACCOUNT)).toBe(false);
  expect(before).toEqual([false]);
  expect(world.log.lines).toEqual([
    { level: 'info', event: 'account.not-taken-back', fields: { tool: MAIL, detail: 'http 503', count: 1 } },
  ]);
});

test('R12 nobody waits longer than five seconds for an authority', async () => {
  await using world = await linked();
  const asked = Promise.withResolvers<void>();
  world.server.answer = () => {
    asked.resolve();
    return null;
  };
  const unlinking = world.accounts.unlink(ACCOUNT);
  await asked.promise;
  expect(await world.accounts.linked(ACCOUNT)).toBe(false);
  world.clock.advance(4_999);
  expect(world.clock.pending.length).toBeGreaterThan(0);
  world.clock.advance(1);
  expect(await unlinking).toBe(false);
  expect(JSON.stringify(world.log.lines)).not.toContain('canary');
});

test('R12 where an authority has no place for it, and where nothing is linked, nobody is asked', async () => {
  await using world = await linked();
  await world.register({ ...world.oauth, revokeUrl: null });
  expect(await world.accounts.unlink(ACCOUNT)).toBeNull();
  await world.register({ ...world.oauth, revokeUrl: world.server.url });
  expect(await world.accounts.unlink(ACCOUNT)).toBeNull();
  expect(world.server.requests).toEqual([]);
});

test('R12 an account that is unlinked while its token is refreshed stays unlinked, and what came is taken back', async () => {
  await using world = await linked();
  const refreshing = Promise.withResolvers<void>();
  world.server.answer = ({ form }) => {
    if (form['grant_type'] === undefined) return [200, {}];
    refreshing.resolve(world.accounts.unlink(ACCOUNT).then(() => undefined));
    return [200, { access_token: 'canary-new', token_type: 'Bearer', refresh_token: 'canary-next' }];
  };
  const token = await world.token();
  await refreshing.promise;
  expect(token).toEqual({ kind: 'not-linked' });
  expect(await world.accounts.linked(ACCOUNT)).toBe(false);
  const taken = world.server.requests.flatMap(({ form }) => form['token'] ?? []);
  expect(taken.toSorted()).toEqual(['canary-next', 'canary-refresh']);
});

test('R12 a tool that is withdrawn takes everybody’s accounts with it, and each is taken back at its authority', async () => {
  await using world = await linked();
  const tool = must(world.registry.tool(ACCOUNT.tenant, MAIL), 'registered');
  if (tool.auth.kind !== 'oauth') throw new Error('an oauth tool');
  const key = accountKey({ ...tool, auth: tool.auth }, hostDigest);
  const others = Array.from({ length: 20 }, (_, index) => `person-${index}` as UserId);
  const of = (refreshToken: string) => ({ accessToken: 'a', refreshToken, expiresAt: null });
  for (const user of others) await world.vault.put(ACCOUNT.tenant, user, key, of(user));
  await world.vault.put(tenantOf('rival'), ANA, key, of('canary-rival'));
  const taken: string[] = [];
  world.server.answer = ({ form }) => {
    taken.push(form['token'] ?? 'none');
    return [form['token'] === 'person-3' ? 503 : 200, {}];
  };
  await world.accounts.withdraw(tool);
  expect(taken.toSorted()).toEqual(['canary-refresh', ...others].toSorted());
  expect(await world.accounts.linked(ACCOUNT)).toBe(false);
  expect(await world.vault.get(tenantOf('rival'), ANA, key)).not.toBeNull();
  expect(world.log.lines).toEqual([
    { level: 'info', event: 'account.not-taken-back', fields: { tool: MAIL, detail: 'http 503', count: 1 } },
  ]);
});

test('R12 nobody waits longer than five seconds for all of them, and none is kept here meanwhile', async () => {
  await using world = await linked();
  const tool = must(world.registry.tool(ACCOUNT.tenant, MAIL), 'registered');
  const asked = Promise.withResolvers<void>();
  world.server.answer = () => {
    asked.resolve();
    return null;
  };
  const withdrawing = world.accounts.withdraw(tool);
  await asked.promise;
  expect(await world.accounts.linked(ACCOUNT)).toBe(false);
  world.clock.advance(5_000);
  await withdrawing;
  expect(world.log.lines).toMatchObject([{ event: 'account.not-taken-back', fields: { count: 1 } }]);
});

test('R12 an account that is linked while its tool is withdrawn is not kept, and what came is taken back', async () => {
  await using world = await linked();
  const tool = must(world.registry.tool(ACCOUNT.tenant, MAIL), 'registered');
  const state = new URL(must(world.accounts.begin(ACCOUNT), 'begun').authorizeUrl).searchParams.get('state') ?? '';
  const withdrawn = Promise.withResolvers<void>();
  world.server.answer = ({ form }) => {
    if (form['grant_type'] === undefined) return [200, {}];
    const dropped = world.registry.drop(ACCOUNT.tenant, MAIL);
    withdrawn.resolve(Promise.all([dropped, world.accounts.withdraw(tool)]).then(() => undefined));
    return [200, { access_token: 'canary-new', token_type: 'Bearer', refresh_token: 'canary-next' }];
  };
  expect(await world.accounts.finish(state, 'code', new AbortController().signal)).toBe('refused');
  await withdrawn.promise;
  await world.registry.put(tool);
  expect(await world.accounts.linked(ACCOUNT)).toBe(false);
  const taken = world.server.requests.flatMap(({ form }) => form['token'] ?? []);
  expect(taken.toSorted()).toEqual(['canary-next', 'canary-refresh']);
});
