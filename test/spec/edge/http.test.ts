import { Command } from '@parley/shared/commands';
import { fault, FAULTS, type FaultCode } from '@parley/shared/fault';
import { DEFAULT_POLICY } from '@parley/shared/policy';
import { beforeEach, describe, expect, test } from 'vitest';
import { EdgeWorld, refused, testToken } from '../../kit/edge-world.ts';

let world: EdgeWorld;
beforeEach(() => {
  world = new EdgeWorld();
});

const ROOM = { id: 'den', title: 'Den', policy: DEFAULT_POLICY, role: 'owner', createdAt: 1 } as const;
const TURN = {
  turn: 't_1',
  id: 'k',
  seq: 1,
  author: { id: 'ana', name: 'ana', kind: 'user' },
  audience: 'room',
  state: 'queued',
  position: 1,
  revision: 1,
} as const;

/** The room answers every command with this value, and the command is kept. */
function answering(value: unknown, room = 'den'): Command[] {
  const commands: Command[] = [];
  world.room(room).answer = (command) => {
    commands.push(Command.parse(command));
    return { ok: true, value: value as never };
  };
  return commands;
}

describe('who asks', () => {
  test('W1 without a token, or with a bad one, everything under /v1 answers 401', async () => {
    for (const token of [null, 'nonsense', 'eyJ0.e30.forged']) {
      const response = await world.call('GET', '/v1/rooms', { token });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject({ code: 'unauthenticated', status: 401 });
    }
  });

  test('W1 a JWT in the query is refused, even beside a good one in its place', async () => {
    const response = await world.call('GET', '/v1/rooms?access_token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2ln');
    expect(response.status).toBe(401);
  });

  test('W6 an authority out of reach is 503 with Retry-After, not a refusal', async () => {
    world = new EdgeWorld({ verify: { verify: async () => ({ kind: 'unavailable' }) } });
    const response = await world.call('GET', '/v1/rooms');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
  });

  test('R11 the tenant comes from the token alone: the same room of another tenant is another room', async () => {
    answering(ROOM);
    world.room('den', 'other').answer = () => refused(fault('not_found'));
    const token = testToken({ user: 'ana', tenant: 'other' });
    const foreign = await world.call('GET', '/v1/rooms/den', { token, headers: { 'x-tenant': 'acme' } });
    const own = await world.call('GET', '/v1/rooms/den');
    expect([foreign.status, own.status]).toEqual([404, 200]);
  });

  test('W20 one person asking too fast gets 429 with Retry-After; another does not', async () => {
    let last = await world.call('GET', '/v1/rooms');
    for (let i = 0; i < 1_300 && last.status === 200; i++) last = await world.call('GET', '/v1/rooms');
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await last.json()).toMatchObject({
      code: 'rate_limited',
      retryAfter: Number(last.headers.get('retry-after')),
    });
    expect((await world.call('GET', '/v1/rooms', { as: 'ben' })).status).toBe(200);
    world.clock.advance(10_000);
    expect((await world.call('GET', '/v1/rooms')).status).toBe(200);
  });
});

describe('problems', () => {
  test('W3 absent and forbidden are one answer with the same bytes', async () => {
    const commands = ['absent', 'hidden'];
    world.room('absent').answer = () => refused(fault('not_found'));
    world.room('hidden').answer = () => refused(fault('not_found', 'You are not in this room.'));
    const bodies = await Promise.all([
      ...commands.map(async (room) => (await world.call('GET', `/v1/rooms/${room}`)).text()),
      (await world.call('GET', '/v1/rooms/no%20such%20name')).text(),
      (await world.call('GET', '/v1/no-such-route')).text(),
      (await world.call('POST', '/v1/rooms/hidden/no-such-route', { body: {} })).text(),
      (await world.call('GET', '/v1/rooms/hidden/invites')).text(),
      (await world.call('POST', '/v1/invites/hidden.short/accept')).text(),
    ]);
    expect(new Set(bodies).size).toBe(1);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('W23 a missing right is 403 with the capability', async () => {
    world.room('den').answer = () => refused(fault('forbidden', undefined, { capability: 'room.export' }));
    const response = await world.call('GET', '/v1/rooms/den/export');
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'forbidden', capability: 'room.export' });
  });

  test.each(Object.keys(FAULTS) as FaultCode[])(
    'W23 fault %s keeps its code and status as a problem document',
    async (code) => {
      world.room('den').answer = () => refused(fault(code, 'x', { retryAfter: 7 }));
      const response = await world.call('GET', '/v1/rooms/den');
      expect(response.status).toBe(FAULTS[code].status);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(response.headers.get('retry-after')).toBe(FAULTS[code].remedy === 'wait' ? '7' : null);
      expect(await response.json()).toMatchObject({ code, status: FAULTS[code].status, title: FAULTS[code].title });
    },
  );

  test('W23 a bug of ours is 500 without a stack, and a line for a person to look at', async () => {
    Object.assign(world, { listings: null });
    const response = await world.call('GET', '/v1/rooms');
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toMatch(/at |TypeError|node_modules/);
    expect(world.log.of('http.failed')).toHaveLength(1);
  });

  test('W23 no answer from the room in time is 503', async () => {
    world.room('den').answer = () => null;
    const response = world.call('GET', '/v1/rooms/den');
    await world.room('den').hears('command');
    world.clock.advance(15_000);
    expect((await response).status).toBe(503);
  });

  test('W23 a room that no node can run is 503', async () => {
    world.available = false;
    expect((await world.call('GET', '/v1/rooms/den')).status).toBe(503);
  });

  test('W32 refusals are logged without what the person sent', async () => {
    await world.call('POST', '/v1/rooms/den/prompts', {
      body: { id: 'a', text: 'secret words', extra: 'more secret' },
    });
    expect(JSON.stringify(world.log.lines)).not.toContain('secret');
    expect(world.log.of('http.refused')).toHaveLength(1);
  });
});

describe('bodies', () => {
  test('W24 unknown fields are refused, in bodies and in queries', async () => {
    answering(ROOM);
    const inBody = await world.call('PATCH', '/v1/rooms/den', { body: { title: 'x', colour: 'red' } });
    const inQuery = await world.call('GET', '/v1/rooms/den?verbose=1');
    expect([inBody.status, inQuery.status]).toEqual([400, 400]);
    expect((await inBody.json()).detail).toContain('colour');
  });

  test('W24 what is not JSON, or not said to be, is 400', async () => {
    const broken = await world.call('POST', '/v1/rooms', { body: '{"title":' });
    const untyped = await world.call('POST', '/v1/rooms', {
      body: '{"title":"x"}',
      headers: { 'content-type': 'text/plain' },
    });
    const none = await world.call('POST', '/v1/rooms');
    for (const response of [broken, untyped, none]) {
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'bad_request' });
    }
  });

  test('W24 a body over the limit is 413, with and without a length', async () => {
    const body = JSON.stringify({ id: 'a', text: 'x'.repeat(2 * 1024 * 1024) });
    const plain = await world.call('POST', '/v1/rooms/den/prompts', { body });
    const said = await world.call('POST', '/v1/rooms/den/prompts', {
      body,
      headers: { 'content-length': String(body.length) },
    });
    expect([plain.status, said.status]).toEqual([413, 413]);
    expect(await said.json()).toMatchObject({ code: 'too_large' });
  });

  test('W24 a prompt needs an id, from the body or the Idempotency-Key header, and not two', async () => {
    const commands = answering({ turn: 't_1', seq: 1, position: 1 });
    const inHeader = await world.call('POST', '/v1/rooms/den/prompts', {
      body: { text: 'hi' },
      headers: { 'idempotency-key': '"abc-1"' },
    });
    const neither = await world.call('POST', '/v1/rooms/den/prompts', { body: { text: 'hi' } });
    const both = await world.call('POST', '/v1/rooms/den/prompts', {
      body: { id: 'b', text: 'hi' },
      headers: { 'idempotency-key': 'a' },
    });
    expect([inHeader.status, neither.status, both.status]).toEqual([202, 400, 400]);
    expect(commands).toEqual([{ type: 'prompt.submit', id: 'abc-1', text: 'hi', audience: 'room' }]);
  });
});

describe('routes', () => {
  test('W26 POST /v1/rooms makes a room under the id given, or under a fresh one', async () => {
    answering(ROOM);
    const named = await world.call('POST', '/v1/rooms', { body: { id: 'den', title: 'Den' } });
    expect(named.status).toBe(201);
    expect(await named.json()).toEqual(ROOM);
    const wanted: string[] = [];
    world.links.ensure = async ({ room }) => {
      wanted.push(room);
      answering({ ...ROOM, id: room }, room);
    };
    const fresh = await world.call('POST', '/v1/rooms', { body: { title: 'Den' } });
    expect(wanted).toEqual([expect.stringMatching(/^r_[\w-]+$/)]);
    expect((await fresh.json()).id).toBe(wanted[0]);
  });

  test('W24 making the same room again with the same Idempotency-Key is the same answer', async () => {
    let made = false;
    const ids: string[] = [];
    const original = world.links.ensure.bind(world.links);
    world.links.ensure = async (ref) => {
      ids.push(ref.room);
      world.room(ref.room).answer = (command) => {
        if (command.type === 'room.get') return { ok: true, value: { ...ROOM, capabilities: [] } as never };
        if (made) return refused(fault('already_exists'));
        made = true;
        return { ok: true, value: ROOM as never };
      };
      return original(ref);
    };
    const request = { body: { title: 'Den' }, headers: { 'idempotency-key': 'once' } };
    const first = await world.call('POST', '/v1/rooms', request);
    const second = await world.call('POST', '/v1/rooms', request);
    const other = await world.call('POST', '/v1/rooms', { ...request, body: { title: 'Another' } });
    expect([first.status, second.status, other.status]).toEqual([201, 201, 409]);
    expect(await second.json()).toEqual(await first.json());
    expect(new Set(ids).size).toBe(1);
  });

  test('W27 GET /v1/rooms is cursor-paged', async () => {
    world.listings = ['a', 'b', 'c'].map((id) => ({ id: id as never, title: id, role: 'owner', createdAt: 1 }));
    const first = await (await world.call('GET', '/v1/rooms?limit=2')).json();
    expect(first).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }], next: 'b' });
    const second = await (await world.call('GET', `/v1/rooms?limit=2&after=${first.next}`)).json();
    expect(second).toMatchObject({ items: [{ id: 'c' }], next: null });
  });

  test('W27 members are listed by page, put and removed', async () => {
    const members = ['cal', 'ana', 'ben'].map((user) => ({ user, name: user, role: 'speaker' }));
    const commands = answering({ items: members, next: null });
    const page = await (await world.call('GET', '/v1/rooms/den/members?limit=2')).json();
    expect(page).toMatchObject({ items: [{ user: 'ana' }, { user: 'ben' }], next: 'ben' });
    expect(await (await world.call('GET', '/v1/rooms/den/members?after=ben')).json()).toMatchObject({
      items: [{ user: 'cal' }],
      next: null,
    });
    answering(members[0]);
    expect((await world.call('PUT', '/v1/rooms/den/members/cal', { body: { role: 'speaker' } })).status).toBe(200);
    const removal = answering({});
    expect((await world.call('DELETE', '/v1/rooms/den/members/cal')).status).toBe(204);
    expect(removal).toEqual([{ type: 'member.remove', user: 'cal' }]);
    expect(commands).toHaveLength(2);
  });

  test('W26 turns are read, edited, withdrawn and stopped by their own routes', async () => {
    const commands = answering(TURN);
    await world.call('GET', '/v1/rooms/den/turns/t_1');
    await world.call('PATCH', '/v1/rooms/den/turns/t_1', { body: { text: 'new', revision: 1 } });
    await world.call('PATCH', '/v1/rooms/den/turns/t_1', {
      body: { text: 'new', revision: 1 },
      headers: { 'idempotency-key': 'e-1' },
    });
    await world.call('DELETE', '/v1/rooms/den/turns/t_1');
    const stopped = await world.call('POST', '/v1/rooms/den/turns/t_1/stop');
    expect(await stopped.json()).toEqual(TURN);
    expect(commands).toEqual([
      { type: 'turn.get', turn: 't_1' },
      { type: 'turn.edit', turn: 't_1', text: 'new', revision: 1 },
      { type: 'turn.edit', turn: 't_1', text: 'new', revision: 1, id: 'e-1' },
      { type: 'turn.withdraw', turn: 't_1' },
      { type: 'turn.stop', turn: 't_1' },
    ]);
  });

  test('W27 the transcript is asked for by lane, cursor and limit', async () => {
    const commands = answering({ items: [], next: null });
    expect((await world.call('GET', '/v1/rooms/den/transcript?lane=me&after=5&limit=10')).status).toBe(200);
    expect((await world.call('GET', '/v1/rooms/den/transcript?limit=0')).status).toBe(400);
    expect(commands).toEqual([{ type: 'transcript.read', lane: 'me', after: 5, limit: 10 }]);
  });

  test('W26 a message in a room that answers everything is a ticket', async () => {
    answering({ turn: 't_1', seq: 1, position: 1 });
    expect((await world.call('POST', '/v1/rooms/den/messages', { body: { id: 'a', text: 'hi' } })).status).toBe(202);
  });

  test('W1 a ticket for a socket is only for a room that the caller may know of', async () => {
    answering({ ...ROOM, capabilities: [] });
    const issued = await world.call('POST', '/v1/rooms/den/tickets');
    expect(issued.status).toBe(201);
    expect(await issued.json()).toEqual({ ticket: expect.stringMatching(/^[\w-]{30,}$/), expiresIn: 30 });
    world.room('hidden').answer = () => refused(fault('not_found'));
    expect((await world.call('POST', '/v1/rooms/hidden/tickets')).status).toBe(404);
  });

  test('W26 health, readiness and metrics need no token', async () => {
    expect(await (await world.call('GET', '/healthz', { token: null })).json()).toEqual({ status: 'alive' });
    expect((await world.call('GET', '/readyz', { token: null })).status).toBe(200);
    world.ready = false;
    const unready = await world.call('GET', '/readyz', { token: null });
    expect(unready.status).toBe(503);
    expect(await unready.json()).toEqual({ status: 'not-ready', checks: { store: false } });
    expect((await world.call('GET', '/metrics', { token: null })).headers.get('content-type')).toContain(
      'text/plain; version=0.0.4',
    );
  });

  test('W30 /dev/token exists in development only', async () => {
    expect((await world.call('POST', '/dev/token', { body: { user: 'ana' } })).status).toBe(404);
    const dev = new EdgeWorld({ development: true });
    const answer = await dev.call('POST', '/dev/token', { token: null, body: { user: 'ana', name: 'Ana' } });
    expect(await answer.json()).toEqual({ token: testToken({ user: 'ana' }) });
    expect((await dev.call('POST', '/dev/token', { token: null, body: { user: 'ana', sudo: true } })).status).toBe(400);
  });

  test('W30 in development a name that somebody pointed at this machine is refused', async () => {
    const dev = new EdgeWorld({ development: true });
    const rebound = await dev.call('POST', '/dev/token', {
      token: null,
      body: { user: 'ana' },
      headers: { host: 'evil.example' },
    });
    expect(rebound.status).toBe(403);
  });

  test('W5 W30 pages of other sites are signed nothing', async () => {
    const dev = new EdgeWorld({ development: true });
    const sign = (origin: string) =>
      dev.call('POST', '/dev/token', { token: null, body: { user: 'ana' }, headers: { origin } });
    expect((await sign('https://evil.example')).status).toBe(403);
    expect((await sign('http://127.0.0.1:8787')).status).toBe(200);
    const there = await world.call('POST', '/dev/token', {
      token: null,
      body: {},
      headers: { origin: 'https://evil.example' },
    });
    expect(there.status).toBe(404);
  });

  test('W5 pages of other sites may call only from allowed origins', async () => {
    world = new EdgeWorld({ allowed: ['https://app.example'] });
    const from = (origin: string) => world.call('GET', '/v1/rooms', { headers: { origin } });
    expect((await from('https://app.example')).headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect((await from('http://127.0.0.1:8787')).status).toBe(200);
    for (const origin of ['https://app.example.evil.example', 'null', 'https://evil.example']) {
      const refusedOne = await from(origin);
      expect(refusedOne.status).toBe(403);
      expect(refusedOne.headers.get('access-control-allow-origin')).toBeNull();
    }
    const preflight = await world.call('OPTIONS', '/v1/rooms', {
      token: null,
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
  });
});
