import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RealServer, RestPerson } from '../kit/server.ts';

/** What each write is sent; a route with a body and none here fails the sweep. */
const BODIES: Readonly<Record<string, unknown>> = {
  'PATCH /v1/rooms/{room}': { title: 'x' },
  'PUT /v1/rooms/{room}/members/{user}': { role: 'reader' },
  'POST /v1/rooms/{room}/invites': { role: 'reader', expiresIn: 60 },
  'POST /v1/rooms/{room}/prompts': { id: 'p', text: 'x' },
  'POST /v1/rooms/{room}/messages': { id: 'm', text: 'x' },
  'PATCH /v1/rooms/{room}/turns/{turn}': { text: 'x', revision: 1 },
  'POST /v1/rooms/{room}/entries/{entry}/release': { digest: 'x', to: 'room' },
  'PUT /v1/rooms/{room}/entries/{entry}/pin': { as: 'decision' },
  'POST /v1/rooms/{room}/approvals/{approval}': { decision: 'approve', digest: 'x' },
  'POST /v1/rooms/{room}/prompts/measure': { text: 'x' },
  'PUT /v1/rooms/{room}/tools/{name}': {},
  'PUT /v1/rooms/{room}/trust/{call}': { people: [] },
  'PUT /v1/resources/{resource}': { readers: ['ana'] },
};
/** Routes that a person of another tenant reaches in their own: no handle of somebody else is in them. */
const OWN = [
  ...['POST /v1/rooms', 'GET /v1/rooms', 'GET /v1/audit', 'GET /v1/usage', 'GET /v1/tools'],
  ...['GET /v1/resources', 'GET /v1/budgets', 'GET /v1/keys', 'PUT /v1/keys/policy'],
];
const QUERY: Readonly<Record<string, string>> = { 'GET /v1/rooms/{room}/search': '?q=x' };

let server: RealServer;
let tool: Server;
let ana: RestPerson;
let root: RestPerson;
let foreignRoot: RestPerson;
let strangers: RestPerson[];
let routes: string[];
/** Handles of what is there, and of what is not. */
let there: Record<string, string>;
const ABSENT: Record<string, string> = {
  room: 'absent',
  user: 'nobody',
  turn: 't_absent',
  export: 'j_absent',
  job: 'j_absent',
  entry: 'e_absent',
  approval: 'a_absent',
  invite: 'absent',
  name: 'absent',
  call: 'absent.send',
  tool: 'absent',
  resource: 'doc:absent',
  code: `absent.${'x'.repeat(32)}`,
};

beforeAll(async () => {
  server = await RealServer.start();
  tool = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(DESCRIPTION));
  });
  await new Promise<void>((resolve) => tool.listen(0, '127.0.0.1', resolve));
  const person = async (user: string, tenant: string, role: 'admin' | 'member') =>
    new RestPerson(server.url, user, await server.token(user, user, tenant, role));
  ana = await person('ana', 'acme', 'member');
  root = await person('root', 'acme', 'admin');
  foreignRoot = await person('eve', 'other', 'admin');
  strangers = [foreignRoot, await person('mal', 'other', 'member'), await person('sly', 'acme', 'member'), root];
  there = await furnish();
  routes = await describedRoutes();
});
afterAll(async () => {
  tool.close();
  await server[Symbol.asyncDispose]();
  expect(server.program.output).not.toContain('"level":"error"');
});

const DESCRIPTION = {
  openapi: '3.0.0',
  info: { title: 'Mail', version: '1' },
  paths: { '/send': { post: { operationId: 'send', summary: 'Sends', responses: {} } } },
};

async function furnish(): Promise<Record<string, string>> {
  await ana.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
  const { turn } = await ana.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', { id: 'a', text: 'hello' });
  const ended = await ana.must<{ answerEntry: string }>('GET', `/v1/rooms/den/turns/${turn}?wait=30`);
  const offer = { role: 'speaker', expiresIn: 600 };
  const invite = await ana.must<{ id: string; code: string }>('POST', '/v1/rooms/den/invites', offer);
  const { port } = tool.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/openapi.json`;
  await root.must('PUT', '/v1/tools/mail', { title: 'Mail', kind: 'http', url, auth: { kind: 'none' } });
  await root.must('PUT', '/v1/resources/doc:plan', { readers: ['ana'] });
  const code = `den.${'x'.repeat(32)}`;
  const { export: exported } = await ana.must<{ export: string }>('POST', '/v1/rooms/den/exports');
  const handles = {
    room: 'den',
    export: exported,
    job: exported,
    user: 'ana',
    turn,
    entry: ended.answerEntry,
    approval: 'a_1',
    invite: invite.id,
  };
  return { ...handles, name: 'mail', call: 'mail.send', tool: 'mail', resource: 'doc:plan', code };
}

async function describedRoutes(): Promise<string[]> {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
}

/** Status and bytes of a route with these handles in it. */
async function answerOf(who: RestPerson, route: string, handles: Record<string, string>): Promise<string> {
  const [method = '', path = ''] = route.split(' ');
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(handles[name] ?? ''));
  const body = BODIES[route];
  const response = await fetch(`${server.url}${filled}${QUERY[route] ?? ''}`, {
    method,
    headers: { authorization: `Bearer ${who.token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return `${response.status} ${await response.text()}`;
}

test('A5 R11 W3 every route of a room answers a stranger, of this tenant or another, admin or not, as if it were not there', async () => {
  const ofRooms = routes.filter((route) => route.includes('{room}') || route.includes('{code}'));
  expect(ofRooms.length).toBeGreaterThan(30);
  for (const route of ofRooms) {
    for (const who of strangers) {
      const real = await answerOf(who, route, there);
      expect([route, who.id, real]).toEqual([route, who.id, await answerOf(who, route, ABSENT)]);
      expect([route, real.slice(0, 4)]).toEqual([route, '404 ']);
    }
  }
});

test('A5 R11 routes of a tenant see nothing of another: its tools, rooms, people and trail', async () => {
  const tenantWide = routes.filter((route) =>
    /^(GET|POST|DELETE) .*\{(name|tool|resource|job)\}(\/retry)?$/.test(route),
  );
  expect(tenantWide.length).toBeGreaterThan(6);
  for (const route of tenantWide) {
    const real = await answerOf(foreignRoot, route, there);
    expect(real).toBe(await answerOf(foreignRoot, route, ABSENT));
    expect(real).toMatch(/^404 /);
  }
  for (const path of [
    '/v1/tools',
    '/v1/admin/rooms',
    '/v1/admin/people',
    '/v1/admin/jobs',
    '/v1/usage',
    '/v1/rooms',
    '/v1/audit',
    '/v1/resources',
    '/v1/budgets?of=rooms',
    '/v1/budgets?of=people',
  ])
    expect([path, (await foreignRoot.must<{ items: unknown[] }>('GET', path)).items]).toEqual([path, []]);
  expect((await root.must<{ items: unknown[] }>('GET', '/v1/tools')).items).toHaveLength(1);
  expect(await root.must('GET', '/v1/resources/doc:plan')).toEqual({ readers: ['ana'] });
});

test('A5 R11 G7 a budget of somebody else answers as one of nobody does, and says nothing of what was set or used', async () => {
  const route = 'GET /v1/budgets/{scope}';
  for (const [real, absent] of [
    ['room:den', 'room:absent'],
    ['user:ana', 'user:nobody'],
  ] as const) {
    await root.must('PUT', `/v1/budgets/${real}`, { tokens: 987_654 });
    for (const who of strangers.filter((each) => each !== root)) {
      const told = await answerOf(who, route, { scope: real });
      expect([who.id, real, told]).toEqual([who.id, real, await answerOf(who, route, { scope: absent })]);
      expect(told).not.toContain('987654');
    }
    await root.must('PUT', `/v1/budgets/${real}`, { tokens: null });
  }
});

test('A5 R17 revoking the same user id in another tenant changes nothing here', async () => {
  await foreignRoot.must('POST', '/v1/people/ana/revoke');
  expect((await ana.call('GET', '/v1/rooms/den')).status).toBe(200);
});

test('A56 R16 an admin of the tenant sees who is in a room, and none of its words', async () => {
  const seen: string[] = [];
  for (const path of [
    '/v1/admin/rooms',
    '/v1/admin/people',
    '/v1/audit',
    '/v1/audit?format=csv',
    '/v1/usage?by=user,room',
  ])
    seen.push(await answerOf(root, `GET ${path}`, {}));
  expect(seen.join('')).toContain('den');
  expect(seen.join('')).not.toContain('hello');
});

test('A56 W3 R9 what is in a private lane is, to everybody else in the room, its owner included, what is not there', async () => {
  const { turn } = await ana.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', {
    id: 'mine',
    text: 'hello to myself',
    audience: 'me',
  });
  const { answerEntry } = await ana.must<{ answerEntry: string }>('GET', `/v1/rooms/den/turns/${turn}?wait=30`);
  const other = new RestPerson(server.url, 'own', await server.token('own', 'own', 'acme'));
  await ana.must('PUT', '/v1/rooms/den/members/own', { role: 'owner' });
  const inside = { ...there, turn, entry: answerEntry };
  const outside = { ...there, turn: 't_absent', entry: 'e_absent' };
  for (const route of routes.filter((one) => /\{(turn|entry)\}/.test(one))) {
    const real = await answerOf(other, route, inside);
    expect([route, real]).toEqual([route, await answerOf(other, route, outside)]);
    if (route.includes('{turn}')) expect([route, real.slice(0, 4)]).toEqual([route, '404 ']);
  }
});

test('R11 the sweep knows every route', () => {
  const known = (route: string) => /\{(room|code|name|user|tool|resource|scope)\}/.test(route) || OWN.includes(route);
  expect(routes.filter((route) => !known(route) && !route.includes('/v1/admin/'))).toEqual([]);
});

test('A16 R19 a code lets one person in over HTTP; a second, and guessing, get nothing, and guessing is slowed', async () => {
  const offer = { role: 'speaker', expiresIn: 600, uses: 1 };
  const { code, id } = await ana.must<{ code: string; id: string }>('POST', '/v1/rooms/den/invites', offer);
  expect(code).toMatch(/^den\.[\w-]{32,}$/);
  expect(id).not.toContain(code.slice('den.'.length));
  const [ben, cyd] = await Promise.all(
    ['ben', 'cyd'].map(async (user) => new RestPerson(server.url, user, await server.token(user, user, 'acme'))),
  );
  if (ben === undefined || cyd === undefined) throw new Error('two people');
  const accept = `/v1/invites/${code}/accept`;
  expect((await foreignRoot.call('POST', accept)).status).toBe(404);
  expect(await ben.must('POST', accept)).toMatchObject({ id: 'den', role: 'speaker' });
  expect(await ben.must('POST', accept)).toMatchObject({ id: 'den', role: 'speaker' });
  expect((await cyd.call('POST', accept)).status).toBe(404);
  const listed = await ana.must<{ items: { id: string }[] }>('GET', '/v1/rooms/den/invites');
  expect(listed.items.map((item) => item.id)).not.toContain(id);
  const guesses = [];
  for (let n = 0; n < 10; n++)
    guesses.push((await cyd.call('POST', `/v1/invites/den.${'y'.repeat(32)}/accept`)).status);
  expect(guesses.filter((status) => status === 404)).toHaveLength(9);
  expect(guesses.at(-1)).toBe(429);
  expect(server.program.output).not.toContain(code.split('.')[1]);
});

test('R18 everybody in a room may ask why', async () => {
  const rights = await ana.must<{ capabilities: unknown[] }>('GET', '/v1/rooms/den/members/ana/rights');
  expect(rights.capabilities).toContainEqual({
    capability: 'role.set',
    allowed: true,
    why: 'An owner has level 100, and this takes 100.',
  });
  const nobody = await ana.must<{ role: null }>('GET', '/v1/rooms/den/members/nobody/rights');
  expect(nobody.role).toBeNull();
});

test('A57 R18 whoever may set the policy does not rise by it', async () => {
  await ana.must('PATCH', '/v1/rooms/den', { policy: { levels: { 'policy.set': 50 } } });
  const { code } = await ana.must<{ code: string }>('POST', '/v1/rooms/den/invites', {
    role: 'moderator',
    expiresIn: 60,
  });
  const mod = new RestPerson(server.url, 'mod', await server.token('mod', 'mod', 'acme'));
  await mod.must('POST', `/v1/invites/${code}/accept`);
  const lower = { policy: { levels: { 'role.set': 50 } } };
  expect(await mod.call('PATCH', '/v1/rooms/den', lower)).toMatchObject({
    status: 403,
    body: { capability: 'policy.set' },
  });
  await mod.must('PATCH', '/v1/rooms/den', { policy: { levels: { 'turn.stop.any': 20 } } });
});
