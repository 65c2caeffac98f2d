import { mintTenant } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { UserId } from '@parley/shared/ids';
import { beforeEach, expect, test, vi } from 'vitest';
import { EdgeWorld, testToken } from '../../kit/edge-world.ts';
import { REF } from '../../kit/room-ref.ts';

const ACME = must(mintTenant('acme'), 'a tenant');
const ROOT = { token: testToken({ user: 'root', role: 'admin' }) };
const ANA = UserId.parse('ana');
const KEY = 'sk-canary-0000';
const OPEN = { personal: true, fallback: false };

let world: EdgeWorld;
beforeEach(() => {
  world = new EdgeWorld();
});

const put = (scope: string, more: object, key = KEY, provider = 'works') =>
  world.call('PUT', `/v1/keys/${scope}/${provider}`, { body: { key }, ...more });
const listed = async (more: object = {}) => (await world.call('GET', '/v1/keys', more)).json();

test('G5 a person brings a key, sees that it is kept and never what it is, and takes it away', async () => {
  expect(await listed()).toEqual({
    items: [{ provider: 'works', models: ['A model'], mine: false, tenant: false }],
    policy: { ...OPEN, unreadable: false },
  });
  expect((await put('me', {})).status).toBe(204);
  const view = await listed();
  expect(view.items).toMatchObject([{ mine: true, tenant: false }]);
  expect(JSON.stringify(view)).not.toContain('canary');
  expect((await listed({ as: 'ben' })).items).toMatchObject([{ mine: false, tenant: false }]);
  expect((await world.call('DELETE', '/v1/keys/me/works')).status).toBe(204);
  expect((await listed()).items).toMatchObject([{ mine: false }]);
  expect(await world.keys.holds(ACME, ANA, 'works')).toBe(false);
});

test('G5 R16 the tenant’s key and what holds for keys are an admin’s to set; everybody else gets one answer', async () => {
  for (const provider of ['works', 'nowhere']) {
    const refused = await put('tenant', {}, KEY, provider);
    expect([refused.status, (await refused.json()).capability]).toEqual([403, 'tenant.admin']);
  }
  expect((await world.call('PUT', '/v1/keys/policy', { body: { personal: false, fallback: true } })).status).toBe(403);
  expect((await world.call('DELETE', '/v1/keys/tenant/works')).status).toBe(403);
  expect((await put('tenant', ROOT)).status).toBe(204);
  expect((await listed()).items).toMatchObject([{ mine: false, tenant: true }]);
  expect((await listed({ token: testToken({ user: 'ana', tenant: 'rival' }) })).items).toMatchObject([
    { tenant: false },
  ]);
  expect((await world.call('DELETE', '/v1/keys/tenant/works', ROOT)).status).toBe(204);
  expect((await listed()).items).toMatchObject([{ tenant: false }]);
});

test('G5 where an admin leaves people’s own keys unused none can be brought, and one that is kept can be taken away', async () => {
  await put('me', {});
  const decided = { personal: false, fallback: true };
  expect(await (await world.call('PUT', '/v1/keys/policy', { ...ROOT, body: decided })).json()).toEqual(decided);
  expect(await listed()).toMatchObject({ items: [{ mine: true }], policy: decided });
  const refused = await put('me', {});
  expect([refused.status, (await refused.json()).capability]).toEqual([403, 'key.own']);
  expect((await world.call('DELETE', '/v1/keys/me/works')).status).toBe(204);
  expect((await put('tenant', ROOT)).status).toBe(204);
});

test('G5 what was decided and cannot be read any more is shown as that, beside what holds meanwhile, and deciding again mends it', async () => {
  const decided = { personal: false, fallback: true };
  await world.call('PUT', '/v1/keys/policy', { ...ROOT, body: decided });
  await world.keys.forCall({ ...REF, tenant: ACME }, 'works');
  const spoilt = vi.spyOn(world.keyPolicies, 'get').mockResolvedValue('unreadable');
  for (const who of [ROOT, {}]) expect((await listed(who)).policy).toEqual({ ...decided, unreadable: true });
  // Of another tenant nothing is known: what holds where nobody decided.
  const rival = { token: testToken({ user: 'root', tenant: 'rival', role: 'admin' }) };
  expect((await listed(rival)).policy).toEqual({ ...OPEN, unreadable: true });
  expect((await put('me', {})).status).toBe(403);
  const told = { level: 'error', event: 'snapshot.store-unreachable' };
  const fields = { what: 'key policies', error: 'DataError' };
  expect(world.log.lines).toContainEqual({ ...told, fields: { ...fields, known: true } });
  expect(world.log.lines).toContainEqual({ ...told, fields: { ...fields, known: false } });
  spoilt.mockRestore();
  expect((await world.call('PUT', '/v1/keys/policy', { ...ROOT, body: OPEN })).status).toBe(200);
  expect((await listed(ROOT)).policy).toEqual({ ...OPEN, unreadable: false });
  expect((await put('me', {})).status).toBe(204);
});

test('G5 a key that cannot be read any more is shown as that to whoever may know of it, and is replaced', async () => {
  const { vault } = world;
  const get = vault.get.bind(vault);
  const read = vi
    .spyOn(vault, 'get')
    .mockImplementation((tenant, person, name) =>
      person === ANA ? Promise.resolve('unreadable') : get(tenant, person, name),
    );
  expect((await listed()).items).toMatchObject([{ mine: 'unreadable', tenant: false }]);
  expect((await listed({ as: 'ben' })).items).toMatchObject([{ mine: false, tenant: false }]);
  expect((await put('me', {})).status).toBe(204);
  read.mockRestore();
  expect((await listed()).items).toMatchObject([{ mine: true, tenant: false }]);
});

test('G5 a key goes to hosts of the configuration alone, has one line of printable characters, and no refusal repeats it', async () => {
  expect((await put('me', {}, KEY, 'evil.example')).status).toBe(404);
  expect((await put('somebody', {})).status).toBe(404);
  for (const key of ['short', `${KEY} x`, `${KEY}\r\nx-evil: 1`, `${KEY}é`, KEY.padEnd(513, 'x'), '']) {
    const refused = await put('me', {}, key);
    expect(refused.status).toBe(400);
    expect(await refused.text()).not.toContain('canary');
  }
  expect((await listed()).items).toMatchObject([{ mine: false }]);
});

test('G5 T50 setting and removing a key, and what was decided, are on record; the key is not', async () => {
  await put('me', {});
  await put('tenant', ROOT);
  await put('tenant', {});
  await world.call('DELETE', '/v1/keys/me/works');
  await world.call('PUT', '/v1/keys/policy', { ...ROOT, body: OPEN });
  const { items } = await (await world.call('GET', '/v1/audit', ROOT)).json();
  const told = items.map(({ by, action, target, outcome }: Record<string, string>) => [by, action, target, outcome]);
  expect(told).toEqual([
    ['ana', 'key.set', 'me works', 'done'],
    ['root', 'key.set', 'tenant works', 'done'],
    ['ana', 'key.set', null, 'refused'],
    ['ana', 'key.drop', 'me works', 'done'],
    ['root', 'key.policy', 'personal true, fallback false', 'done'],
  ]);
  expect(JSON.stringify([items, world.log.lines])).not.toContain('canary');
});
