import type { Accounts } from '@parley/server/ports/accounts';
import type { UserId } from '@parley/shared/ids';
import type { ToolName } from '@parley/shared/tools';
import { describe, expect, test } from 'vitest';
import { EdgeWorld, testToken } from '../../kit/edge-world.ts';
import { toolOf } from '../../kit/tool-samples.ts';
import { tenantOf } from '../../kit/tool-world.ts';

const PENDING = { tenant: tenantOf('acme'), user: 'ana' as UserId, tool: 'mail' as ToolName, title: 'Mail <b>&' };

/** Accounts at one tool, `mail`; what is asked of them is kept. */
function scripted(): { accounts: Accounts; heard: string[] } {
  const heard: string[] = [];
  const known = ({ tool }: { readonly tool: string }): boolean => tool === 'mail';
  return {
    heard,
    accounts: {
      linked: async (ref) => (known(ref) ? ref.user === 'ben' : null),
      begin: (ref) => {
        if (!known(ref)) return null;
        heard.push(`begin ${ref.tenant.id} ${ref.user}`);
        return { authorizeUrl: 'https://login.example/?state=s1' };
      },
      pending: (state) => (state === 's1' ? PENDING : null),
      finish: async (state, code) => {
        heard.push(`finish ${state} ${code}`);
        return state === 's1' ? 'linked' : 'refused';
      },
      unlink: async (ref) => {
        heard.push(`unlink ${ref.user}`);
        return false;
      },
      withdraw: async (tool) => {
        heard.push(`withdraw ${tool.tenant.id} ${tool.name}`);
      },
    },
  };
}

describe('linked accounts over HTTP', () => {
  test('R12 each person asks about, begins and forgets their own', async () => {
    const { accounts, heard } = scripted();
    const world = new EdgeWorld({ accounts });
    expect(await (await world.call('GET', '/v1/links/mail')).json()).toEqual({ linked: false });
    expect(await (await world.call('GET', '/v1/links/mail', { as: 'ben' })).json()).toEqual({ linked: true });
    const begun = await world.call('POST', '/v1/links/mail');
    expect([begun.status, await begun.json()]).toEqual([201, { authorizeUrl: 'https://login.example/?state=s1' }]);
    const ended = await world.call('DELETE', '/v1/links/mail', { as: 'ben' });
    expect([ended.status, await ended.json()]).toEqual([200, { revoked: false }]);
    expect(heard).toEqual(['begin acme ana', 'unlink ben']);
  });

  test('R12 a tool that an admin withdraws takes the accounts with it that were linked to it', async () => {
    const { accounts, heard } = scripted();
    const world = new EdgeWorld({ accounts });
    await world.registry.put(toolOf(PENDING.tenant, { name: PENDING.tool, title: 'Mail' }, []));
    expect((await world.call('DELETE', '/v1/tools/mail', { token: testToken({ user: 'root' }) })).status).toBe(403);
    expect(heard).toEqual([]);
    const root = { token: testToken({ user: 'root', role: 'admin' }) };
    expect((await world.call('DELETE', '/v1/tools/mail', root)).status).toBe(204);
    expect(heard).toEqual(['withdraw acme mail']);
  });

  test('W3 a tool that takes no account and one that is not there are one answer', async () => {
    const world = new EdgeWorld({ accounts: scripted().accounts });
    for (const method of ['GET', 'POST', 'DELETE'])
      for (const tool of ['other', 'NOT-A-NAME'])
        expect((await world.call(method, `/v1/links/${tool}`)).status).toBe(404);
    expect((await world.call('POST', '/v1/links/mail', { token: null })).status).toBe(401);
  });

  test('R12 who comes back is asked whose account goes to whom before anything is linked', async () => {
    const { accounts, heard } = scripted();
    const world = new EdgeWorld({ accounts });
    const page = await world.call('GET', '/oauth/callback?state=s1&code=c%22%3E&iss=x', { token: null });
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(text).toContain('<b>ana</b>');
    expect(text).toContain('<b>acme</b>');
    expect(text).toContain('Mail &lt;b&gt;&amp;');
    expect(text).toContain('value="c&quot;&gt;"');
    expect(text).not.toContain('<script');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(heard).toEqual([]);
    const done = await world.call('POST', '/oauth/callback', form('state=s1&code=c'));
    expect([done.status, heard]).toEqual([200, ['finish s1 c']]);
  });

  test('R12 what was not begun here ends nowhere', async () => {
    const { accounts, heard } = scripted();
    const world = new EdgeWorld({ accounts });
    for (const query of [
      '',
      '?state=s2&code=c',
      '?state=s1',
      '?state=s1&error=access_denied',
      `?state=s1&code=${'x'.repeat(5_000)}`,
    ])
      expect((await world.call('GET', `/oauth/callback${query}`, { token: null })).status, query).toBe(400);
    expect((await world.call('POST', '/oauth/callback', form('state=s1'))).status).toBe(400);
    expect(heard).toEqual([]);
    expect((await world.call('POST', '/oauth/callback', form('state=s2&code=c'))).status).toBe(400);
    expect((await world.call('POST', '/oauth/callback', form(`state=s1&code=${'x'.repeat(2_200_000)}`))).status).toBe(
      413,
    );
  });

  test('R12 the keys that sign calls are published to anybody', async () => {
    const world = new EdgeWorld();
    const keys = await world.call('GET', '/.well-known/jwks.json', { token: null });
    expect([keys.status, await keys.json()]).toEqual([200, { keys: [] }]);
    expect(keys.headers.get('cache-control')).toBe('public, max-age=3600');
  });
});

describe('resources over HTTP', () => {
  const admin = { token: testToken({ user: 'root', role: 'admin' }) };
  const path = `/v1/resources/${encodeURIComponent('https://docs.example/a?b=c#d')}`;

  test('R3 an admin says who may read a resource, whatever it is called, and takes it back', async () => {
    const world = new EdgeWorld();
    const put = await world.call('PUT', path, { ...admin, body: { readers: ['ben', 'ana', 'ben'] } });
    expect([put.status, await put.json()]).toEqual([200, { readers: ['ana', 'ben'] }]);
    expect(await (await world.call('GET', path, admin)).json()).toEqual({ readers: ['ana', 'ben'] });
    expect((await world.call('DELETE', path, admin)).status).toBe(204);
    expect((await world.call('GET', path, admin)).status).toBe(404);
    expect((await world.call('DELETE', path, admin)).status).toBe(404);
    const { items } = await (await world.call('GET', '/v1/audit', admin)).json();
    expect(items).toMatchObject([{ action: 'resource.set' }, { action: 'resource.drop' }]);
  });

  test('W27 R3 what admins said is listed by page, the first readers by name and the rest by number, for one person too', async () => {
    const world = new EdgeWorld();
    const people = Array.from({ length: 12 }, (_, n) => `p${String(n).padStart(2, '0')}`);
    for (const [name, readers] of [
      ['c', []],
      ['a', ['ana', 'ben']],
      ['b', people],
    ] as const)
      await world.call('PUT', `/v1/resources/${name}`, { ...admin, body: { readers } });
    const first = await (await world.call('GET', '/v1/resources?limit=2', admin)).json();
    const b = { resource: 'b', readers: people.slice(0, 8), count: 12 };
    expect(first).toEqual({ items: [{ resource: 'a', readers: ['ana', 'ben'], count: 2 }, b], next: 'b' });
    const rest = await (await world.call('GET', '/v1/resources?after=b', admin)).json();
    expect(rest).toEqual({ items: [{ resource: 'c', readers: [], count: 0 }], next: null });
    const bens = await (await world.call('GET', '/v1/resources?reader=ben', admin)).json();
    expect(bens.items).toMatchObject([{ resource: 'a' }]);
    expect((await world.call('GET', '/v1/resources?reader=a%20b', admin)).status).toBe(400);
  });

  test('R11 W3 to everybody else, and in every other tenant, there is nothing', async () => {
    const world = new EdgeWorld();
    await world.call('PUT', path, { ...admin, body: { readers: ['ana'] } });
    const elsewhere = { token: testToken({ user: 'root', role: 'admin', tenant: 'beta' }) };
    expect((await world.call('GET', path, elsewhere)).status).toBe(404);
    for (const role of ['member', 'guest', 'service'] as const) {
      const token = testToken({ user: 'ana', role });
      expect((await world.call('GET', path, { token })).status).toBe(404);
      expect((await world.call('PUT', path, { token, body: { readers: ['ben'] } })).status).toBe(404);
      expect((await world.call('DELETE', path, { token })).status).toBe(404);
      expect((await world.call('GET', '/v1/resources', { token })).status).toBe(404);
    }
    expect((await (await world.call('GET', '/v1/resources', elsewhere)).json()).items).toEqual([]);
    expect(await (await world.call('GET', path, admin)).json()).toEqual({ readers: ['ana'] });
  });

  test('R3 with an outside authority there is nothing to say here', async () => {
    const world = new EdgeWorld({ resources: null });
    expect((await world.call('PUT', path, { ...admin, body: { readers: [] } })).status).toBe(404);
    expect((await world.call('GET', '/v1/resources', admin)).status).toBe(404);
  });

  test('W24 readers are people, and not too many of them', async () => {
    const world = new EdgeWorld();
    for (const readers of [['a b'], ['system'], 'ana', Array.from({ length: 10_001 }, (_, n) => `u${n}`)])
      expect((await world.call('PUT', path, { ...admin, body: { readers } })).status).toBeOneOf([400, 413]);
  });
});

function form(body: string): { token: null; body: string; headers: Record<string, string> } {
  return { token: null, body, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
}
