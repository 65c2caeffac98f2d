import { mintTenant } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { RoomId, UserId } from '@parley/shared/ids';
import { beforeEach, expect, test, vi } from 'vitest';
import { EdgeWorld, testToken } from '../../kit/edge-world.ts';

let world: EdgeWorld;
beforeEach(() => {
  world = new EdgeWorld();
});

const ROOT = { token: testToken({ user: 'root', role: 'admin' }) };
const ELSEWHERE = { token: testToken({ user: 'root', role: 'admin', tenant: 'other' }) };

async function set(scope: string, tokens: unknown, by = ROOT) {
  return world.call('PUT', `/v1/budgets/${scope}`, { ...by, body: { tokens } });
}
async function read(scope: string, by: Parameters<EdgeWorld['call']>[2]) {
  const answer = await world.call('GET', `/v1/budgets/${scope}`, by);
  return { status: answer.status, ...(await answer.json()) };
}

/** The room knows whoever asks as what they may do there. */
function mayInRoom(capabilities: readonly string[]): void {
  const room = { id: 'den', title: 'Den', policy: {}, role: 'speaker', createdAt: 1, capabilities };
  world.room('den').answer = () => ({ ok: true, value: room as never });
}

test('G7 everybody reads their own budget, by two names, and nobody else’s', async () => {
  await set('user:ana', 500);
  await set('user:ben', 600);
  await set('tenant', 700);
  const own = { status: 200, month: '2025-06', tokens: 500, unreadable: false, used: 0, reserved: 0 };
  expect(await read('me', { as: 'ana' })).toEqual(own);
  expect(await read('user:ana', { as: 'ana' })).toEqual(own);
  for (const scope of ['user:ben', 'tenant'])
    expect(await read(scope, { as: 'ana' })).toMatchObject({ status: 403, capability: 'tenant.admin' });
  expect(await read('user:ben', ROOT)).toMatchObject({ status: 200, tokens: 600 });
  expect(await read('tenant', ROOT)).toMatchObject({ status: 200, tokens: 700 });
  expect(await read('me', ROOT)).toMatchObject({ status: 200, tokens: null });
});

test('G7 a room’s budget is read by whoever may export the room', async () => {
  await set('room:den', 900);
  mayInRoom(['prompt.room']);
  expect(await read('room:den', { as: 'ben' })).toMatchObject({ status: 403, capability: 'room.export' });
  mayInRoom(['room.export']);
  expect(await read('room:den', { as: 'ben' })).toMatchObject({ status: 200, tokens: 900 });
});

test('G7 a limit is set to nothing, changed and taken away, and each is on the trail with what it was of', async () => {
  expect(await (await set('room:den', 0)).json()).toMatchObject({ tokens: 0 });
  expect(await (await set('room:den', 5)).json()).toMatchObject({ tokens: 5 });
  expect(await (await set('room:den', null)).json()).toMatchObject({ tokens: null });
  expect(await read('room:den', ROOT)).toMatchObject({ tokens: null });
  const { items } = await (await world.call('GET', '/v1/audit', ROOT)).json();
  expect(items).toHaveLength(3);
  for (const item of items) expect(item).toMatchObject({ by: 'root', action: 'budget.set', target: 'room:den' });
});

test('G7 a limit that cannot be read any more is shown as that, in the lists too, and setting it again mends it', async () => {
  await set('tenant', 500);
  const members = [{ user: UserId.parse('ana'), role: 'speaker' as const }];
  world.overviews = [{ id: RoomId.parse('den'), title: 'Den', createdAt: 1, members, waiting: 0 }];
  const spoilt = vi.spyOn(world.budgetTable, 'limit').mockReturnValue('unreadable');
  const shown = { tokens: 0, unreadable: true, used: 0, reserved: 0 };
  expect(await read('tenant', ROOT)).toMatchObject(shown);
  expect(await read('me', { as: 'ana' })).toMatchObject(shown);
  for (const of of ['rooms', 'people'])
    expect(await (await world.call('GET', `/v1/budgets?of=${of}`, ROOT)).json()).toMatchObject({ items: [shown] });
  spoilt.mockRestore();
  expect(await (await set('tenant', 600)).json()).toMatchObject({ tokens: 600, unreadable: false });
});

test('R11 G7 the same name in another tenant has another budget', async () => {
  await set('tenant', 10);
  expect(await read('tenant', ELSEWHERE)).toMatchObject({ status: 200, tokens: null });
  await set('user:ana', 77, ELSEWHERE);
  expect(await read('user:ana', ROOT)).toMatchObject({ tokens: null });
  expect(world.budgets.standing(must(mintTenant('acme'), 'a tenant'), { kind: 'tenant' }).tokens).toBe(10);
});

test.each(['nobody', 'user:', 'room:', 'room:no room', 'grant:ana', 'tenant:acme', 'User:ana'])(
  'G7 “%s” names no budget',
  async (scope) => {
    expect(await read(encodeURIComponent(scope), ROOT)).toMatchObject({ status: 404 });
    expect((await set(encodeURIComponent(scope), 5)).status).toBe(404);
  },
);

test.each([-1, 1.5, '5', undefined, 2 ** 53])('G7 %s is no number of tokens', async (tokens) => {
  expect((await set('tenant', tokens)).status).toBe(400);
  expect(await read('tenant', ROOT)).toMatchObject({ tokens: null });
});

test('W27 a list that ends with a full page says that nothing follows', async () => {
  const list = async (query: string) => (await world.call('GET', `/v1/budgets?${query}`, ROOT)).json();
  const members = ['ana', 'ben'].map((id) => ({ user: UserId.parse(id), role: 'speaker' as const }));
  world.overviews = [{ id: RoomId.parse('a'), title: 'A', createdAt: 1, members, waiting: 0 }];
  expect(await list('of=people&limit=2')).toMatchObject({
    items: [{ scope: 'user:ana' }, { scope: 'user:ben' }],
    next: null,
  });
  expect(await list('of=people&limit=1')).toMatchObject({ items: [{ scope: 'user:ana' }], next: 'ana' });
});
