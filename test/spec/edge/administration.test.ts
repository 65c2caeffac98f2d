import { MemoryRegistry } from '@parley/server/adapters/store/registry-memory';
import type { DiscoveredFunction } from '@parley/server/ports/tools';
import { mintTenant } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { RoomId, UserId } from '@parley/shared/ids';
import type { ToolName } from '@parley/shared/tools';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { EdgeWorld, testToken } from '../../kit/edge-world.ts';

let world: EdgeWorld;
beforeEach(() => {
  world = new EdgeWorld();
});

const ACME = must(mintTenant('acme'), 'a tenant');
const ana = UserId.parse('ana');
const ROOT = { token: testToken({ user: 'root', role: 'admin' }) };
const SEND: DiscoveredFunction = {
  name: 'send',
  description: 'Sends a letter',
  parameters: { type: 'object', properties: { to: { type: 'string' }, text: { type: 'string' } } },
};
const FIND: DiscoveredFunction = { name: 'find', description: 'Finds letters', parameters: { type: 'object' } };
const MAIL = {
  title: 'Mail',
  kind: 'mcp',
  url: 'https://mail.example/mcp',
  auth: { kind: 'secret', secret: 'canary-secret' },
  functions: { send: { class: 'egress', effect: 'idempotent', recipients: ['/to'] } },
};

function put(body: unknown, more = ROOT): Promise<Response> {
  return world.call('PUT', '/v1/tools/mail', { ...more, body });
}

describe('tools of a tenant', () => {
  beforeEach(() => {
    world.tools.answer = { kind: 'found', functions: [SEND, FIND] };
  });

  test('R16 a tool is asked what it can do, and that is kept on the terms given, the strictest where nothing is said', async () => {
    const answer = await put(MAIL);
    expect(answer.status).toBe(200);
    const { tool, findings } = await answer.json();
    expect(tool.functions).toMatchObject([
      { name: 'send', class: 'egress', effect: 'idempotent', recipients: ['/to'], results: 'labelled' },
      { name: 'find', class: 'act', effect: 'irreversible', recipients: [] },
    ]);
    expect(findings).toEqual({ found: ['send', 'find'], unclassified: ['find'], changed: [], gone: [] });
    expect(tool).toMatchObject({ name: 'mail', revision: 1, by: 'root' });
    expect(await (await world.call('GET', '/v1/tools/mail', ROOT)).json()).toEqual(tool);
  });

  test('R16 a registration says what changed, and what a server says later changes nothing by itself', async () => {
    await put(MAIL);
    world.tools.answer = { kind: 'found', functions: [{ ...SEND, description: 'Sends it to everybody' }] };
    expect(await (await world.call('GET', '/v1/tools/mail', ROOT)).text()).not.toContain('everybody');
    const { tool, findings } = await (await put(MAIL)).json();
    expect(findings).toMatchObject({ changed: ['send'], gone: ['find'] });
    expect(tool.revision).toBe(2);
  });

  test('G5 a secret goes in and comes out nowhere: not in an answer, a list, a log line or the audit', async () => {
    const answers = [
      await put({ ...MAIL, discoverWith: 'canary-token' }),
      await world.call('GET', '/v1/tools/mail', ROOT),
      await world.call('GET', '/v1/tools', ROOT),
      await world.call('GET', '/v1/audit', ROOT),
      await put({ ...MAIL, auth: { kind: 'secret', secret: 'canary-secret', extra: 'canary-secret' } }),
    ];
    const seen = [...(await Promise.all(answers.map((answer) => answer.text()))), JSON.stringify(world.log.lines)];
    expect(seen.join('')).not.toContain('canary');
    expect(world.registry.tools(ACME)[0]?.auth).toEqual({ kind: 'secret', secret: 'canary-secret' });
    expect(JSON.stringify(world.registry.tools(ACME))).not.toContain('canary-token');
    expect(world.tools.asked.map(({ bearer }) => bearer)).toEqual(['canary-token']);
  });

  test('G5 a secret left out is the one kept, and is never sent to another place than before', async () => {
    await put(MAIL);
    const again = { ...MAIL, auth: { kind: 'secret' }, title: 'Letters' };
    expect((await put(again)).status).toBe(200);
    expect(world.tools.asked.at(-1)?.bearer).toBe('canary-secret');
    expect((await put({ ...again, url: 'https://evil.example/mcp' })).status).toBe(400);
    const client = { kind: 'exchange', tokenUrl: 'https://id.example/token', audience: 'mail', clientId: 'parley' };
    expect((await put({ ...MAIL, auth: client })).status).toBe(400);
    expect((await put({ ...MAIL, auth: { ...client, clientSecret: 'canary-client' } })).status).toBe(200);
    expect((await put({ ...MAIL, auth: client })).status).toBe(200);
    expect((await put({ ...MAIL, auth: { ...client, tokenUrl: 'https://evil.example/token' } })).status).toBe(400);
    expect((await put({ ...MAIL, auth: { ...client, clientId: 'other' } })).status).toBe(400);
    expect(world.tools.asked.map(({ target }) => target.url)).not.toContain('https://evil.example/mcp');
    const open = {
      kind: 'oauth',
      authorizeUrl: 'https://id.example/a',
      tokenUrl: 'https://id.example/token',
      clientId: 'p',
    };
    expect((await put({ ...MAIL, auth: open })).status).toBe(400);
    const publicClient = { ...open, clientSecret: null };
    expect((await put({ ...MAIL, auth: publicClient })).status).toBe(200);
    const elsewhere = await put({ ...MAIL, auth: { ...publicClient, revokeUrl: 'https://evil.example/revoke' } });
    expect([elsewhere.status, await elsewhere.text()]).toEqual([400, expect.stringContaining('auth.revokeUrl')]);
    expect((await put({ ...MAIL, auth: { ...publicClient, revokeUrl: 'https://id.example/revoke' } })).status).toBe(
      200,
    );
    expect(world.registry.tool(ACME, 'mail' as ToolName)?.auth).toMatchObject({
      revokeUrl: 'https://id.example/revoke',
    });
  });

  test.each([
    ['terms for what is not there', { functions: { fly: {} } }],
    ['recipients that are no argument', { functions: { send: { recipients: ['/cc'] } } }],
    ['an address that is none', { url: 'file:///etc/passwd' }],
    ['unknown fields', { colour: 'red' }],
  ])('R16 %s are refused, and nothing changes', async (_, wrong) => {
    expect((await put({ ...MAIL, ...wrong })).status).toBe(400);
    expect(world.registry.tools(ACME)).toEqual([]);
    expect(await world.audit.lines(ACME, { after: 0, limit: 10, reader: ana, all: true })).toEqual([]);
  });

  test.each([
    ['address', 400],
    ['unauthorized', 400],
    ['refused', 400],
    ['protocol', 400],
    ['too-large', 400],
    ['network', 503],
    ['timeout', 503],
    ['aborted', 503],
  ] as const)('R16 a tool that cannot be asked (%s) is %i, not in its own words', async (reason, status) => {
    world.tools.answer = { kind: 'failed', failure: { class: reason, started: true, detail: 'canary-words' } };
    const answer = await put(MAIL);
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain('canary');
    expect(world.registry.tools(ACME)).toEqual([]);
  });

  test('R16 the name of what every room has is taken', async () => {
    expect((await world.call('PUT', '/v1/tools/room', { ...ROOT, body: MAIL })).status).toBe(400);
  });

  test('R16 of two who register at once the second counts on', async () => {
    world.tools.meanwhile = async () => {
      world.tools.meanwhile = async () => {};
      await put(MAIL);
    };
    const { tool } = await (await put({ ...MAIL, title: 'Second' })).json();
    expect([tool.revision, tool.title]).toEqual([2, 'Second']);
  });

  test('R16 members see what may be admitted, and no address; guests and services see nothing', async () => {
    await put(MAIL);
    const seen = await (await world.call('GET', '/v1/tools')).json();
    expect(seen.items).toEqual([
      {
        name: 'mail',
        title: 'Mail',
        functions: [
          { call: 'mail.send', description: 'Sends a letter', class: 'egress' },
          { call: 'mail.find', description: 'Finds letters', class: 'act' },
        ],
      },
    ]);
    for (const role of ['guest', 'service'] as const)
      expect((await world.call('GET', '/v1/tools', { token: testToken({ user: 'gus', role }) })).status).toBe(403);
  });

  test('T50 registering and withdrawing are on the trail', async () => {
    await put(MAIL);
    expect((await world.call('DELETE', '/v1/tools/mail', ROOT)).status).toBe(204);
    expect((await world.call('DELETE', '/v1/tools/mail', ROOT)).status).toBe(404);
    const { items } = await (await world.call('GET', '/v1/audit', ROOT)).json();
    expect(items).toMatchObject([
      { by: 'root', action: 'tool.register', target: 'mail', outcome: 'done', private: false },
      { by: 'root', action: 'tool.withdraw', target: 'mail', outcome: 'done' },
    ]);
  });
});

test('T50 a registration and a withdrawal are handed to the store together with their lines, so that it commits both or none', async () => {
  world.tools.answer = { kind: 'found', functions: [SEND, FIND] };
  const note = vi.spyOn(world.audit, 'note');
  // A store that commits nothing before it was handed both.
  const withLine = async <T>(change: Promise<T>): Promise<T> => {
    const before = note.mock.calls.length;
    await Promise.resolve();
    expect(note.mock.calls).toHaveLength(before + 1);
    return change;
  };
  const registry = new MemoryRegistry();
  vi.spyOn(world.registry, 'put').mockImplementation((tool) => withLine(registry.put(tool)));
  vi.spyOn(world.registry, 'drop').mockImplementation((tenant, name) => withLine(registry.drop(tenant, name)));
  vi.spyOn(world.registry, 'tool').mockImplementation((tenant, name) => registry.tool(tenant, name));
  expect((await put(MAIL)).status).toBe(200);
  expect(registry.tools(ACME)).toHaveLength(1);
  expect((await world.call('DELETE', '/v1/tools/mail', ROOT)).status).toBe(204);
  expect(registry.tools(ACME)).toEqual([]);
});

test('C1 a function whose name cannot be told to a model is refused by name, and nothing is left out in silence', async () => {
  const long = { ...FIND, name: 'f'.repeat(59) };
  world.tools.answer = { kind: 'found', functions: [SEND, long] };
  const answer = await put(MAIL);
  expect(answer.status).toBe(400);
  expect((await answer.json()).detail).toContain(`${long.name}: with the tool's own name longer than 64`);
  expect(world.registry.tools(ACME)).toEqual([]);
  world.tools.answer = { kind: 'found', functions: [SEND, { ...long, name: 'f'.repeat(58) }] };
  expect((await put(MAIL)).status).toBe(200);
});

describe('rooms and people of a tenant', () => {
  beforeEach(() => {
    const room = (id: string, members: readonly [string, 'owner' | 'speaker'][]) => ({
      id: RoomId.parse(id),
      title: id.toUpperCase(),
      createdAt: 1,
      members: members.map(([user, role]) => ({ user: UserId.parse(user), role })),
      waiting: 2,
    });
    world.overviews = [
      room('a', [
        ['ana', 'owner'],
        ['ben', 'speaker'],
      ]),
      room('b', [['ben', 'owner']]),
    ];
  });

  test('W27 R16 rooms and people are listed by page', async () => {
    const first = await (await world.call('GET', '/v1/admin/rooms?limit=1', ROOT)).json();
    expect(first).toMatchObject({
      items: [{ id: 'a', title: 'A', members: [{ user: 'ana' }, { user: 'ben' }], waiting: 2 }],
      next: 'a',
      waiting: 4,
    });
    expect(await (await world.call('GET', '/v1/admin/rooms?after=a', ROOT)).json()).toMatchObject({ next: null });
    await world.call('POST', '/v1/people/ben/revoke', ROOT);
    const people = await (await world.call('GET', '/v1/admin/people?limit=1', ROOT)).json();
    expect(people).toEqual({
      items: [{ user: 'ana', rooms: [{ room: 'a', title: 'A', role: 'owner' }], revokedAt: null }],
      next: 'ana',
    });
    const rest = await (await world.call('GET', '/v1/admin/people?after=ana', ROOT)).json();
    expect(rest.items).toMatchObject([
      { user: 'ben', rooms: [{ room: 'a' }, { room: 'b' }], revokedAt: world.clock.now() },
    ]);
  });

  test('G7 W27 the budgets of rooms and of people are listed by page, with what each stands at', async () => {
    await world.call('PUT', '/v1/budgets/user:ben', { ...ROOT, body: { tokens: 500 } });
    await world.call('PUT', '/v1/budgets/room:b', { ...ROOT, body: { tokens: 700 } });
    const list = async (query: string) => (await world.call('GET', `/v1/budgets?${query}`, ROOT)).json();
    const open = { month: '2025-06', tokens: null, unreadable: false, used: 0, reserved: 0 };
    expect(await list('of=rooms&limit=1')).toEqual({ items: [{ scope: 'room:a', title: 'A', ...open }], next: 'a' });
    expect(await list('of=rooms&after=a')).toEqual({
      items: [{ scope: 'room:b', title: 'B', ...open, tokens: 700 }],
      next: null,
    });
    const ben = { scope: 'user:ben', title: 'ben', ...open, tokens: 500 };
    expect(await list('of=people')).toEqual({ items: [{ scope: 'user:ana', title: 'ana', ...open }, ben], next: null });
    expect(await list('of=people&after=ana&limit=1')).toEqual({ items: [ben], next: null });
    expect((await world.call('GET', '/v1/budgets', ROOT)).status).toBe(400);
  });

  test('R16 whoever is no admin is answered alike for everything there is and is not, before anything is looked at', async () => {
    world.tools.answer = { kind: 'found', functions: [SEND] };
    await put(MAIL);
    const calls = [
      ['GET', '/v1/tools/mail'],
      ['GET', '/v1/tools/absent'],
      ['GET', '/v1/tools/NOT%20A%20NAME'],
      ['PUT', '/v1/tools/mail', {}],
      ['DELETE', '/v1/tools/mail'],
      ['GET', '/v1/admin/rooms'],
      ['GET', '/v1/admin/people?limit=x'],
      ['GET', '/v1/budgets?of=rooms'],
      ['PUT', '/v1/budgets/room:a', { tokens: 1 }],
      ['POST', '/v1/people/ana/revoke'],
      ['POST', '/v1/people/nobody/revoke'],
    ] as const;
    const answers = new Set<string>();
    for (const role of ['member', 'guest', 'service'] as const)
      for (const [method, path, body] of calls) {
        const response = await world.call(method, path, { token: testToken({ user: 'eve', role }), body });
        answers.add(`${response.status} ${await response.text()}`);
      }
    expect([...answers]).toEqual([expect.stringMatching(/^403 .*"capability":"tenant.admin"/)]);
    expect(world.registry.tools(ACME)).toHaveLength(1);
    expect(world.people.revokedAt(ACME, ana)).toBeNull();
  });

  test('T50 refusals are on the trail, of one person sixty a minute and no more', async () => {
    for (let n = 0; n < 70; n++) await world.call('POST', '/v1/people/ana/revoke', { as: 'eve' });
    const { items } = await (await world.call('GET', '/v1/audit?limit=1000', ROOT)).json();
    expect(items).toHaveLength(60);
    expect(items[0]).toMatchObject({
      by: 'eve',
      action: 'person.revoke',
      target: null,
      outcome: 'refused',
      code: 'forbidden',
    });
    world.clock.advance(60_000);
    await world.call('POST', '/v1/people/ana/revoke', { as: 'eve' });
    const more = await (await world.call('GET', `/v1/audit?after=${items.at(-1).id}`, ROOT)).json();
    expect(more.items).toHaveLength(1);
  });
});
