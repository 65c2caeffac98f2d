import { mintTenant } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { fault } from '@parley/shared/fault';
import { RoomId, UserId } from '@parley/shared/ids';
import { beforeEach, describe, expect, test } from 'vitest';
import { EdgeWorld, refused, testToken } from '../../kit/edge-world.ts';

let world: EdgeWorld;
beforeEach(() => {
  world = new EdgeWorld();
});

const ACME = must(mintTenant('acme'), 'a tenant');
const ben = UserId.parse('ben');
const ROOT = { token: testToken({ user: 'root', role: 'admin' }) };

/** The room knows ben as what he may do there. */
function benMay(capabilities: readonly string[]): void {
  world.room('den').answer = () => ({
    ok: true,
    value: { id: 'den', title: 'Den', policy: {}, role: 'speaker', createdAt: 1, capabilities } as never,
  });
}

describe('what was decided and used', () => {
  const line = { at: 1, room: null, target: null, outcome: 'done', code: null, private: null } as const;
  const den = RoomId.parse('den');
  beforeEach(async () => {
    await world.audit.note(ACME, [
      { ...line, by: 'ana', action: 'member.set', room: den },
      { ...line, by: 'ben', action: 'room.create' },
      { ...line, by: 'ben', action: 'approval.decide', room: den, private: ben },
    ]);
    const tokens = { inputTokens: 10, cachedTokens: 1, cacheWriteTokens: 4, outputTokens: 2, reasoningTokens: 1 };
    const used = { at: world.clock.now(), room: den, model: 'm', ...tokens, cost: 30, keyOf: 'server' } as const;
    world.audit.write(
      ACME,
      [],
      [
        { ...used, user: 'ana', private: null },
        { ...used, user: 'ben', private: null },
        { ...used, user: 'ben', private: ben },
      ],
    );
  });
  const actions = async (path: string, more = {}) =>
    (await (await world.call('GET', path, more)).json()).items.map(({ action }: { action: string }) => action);

  test('T50 R16 an admin reads the tenant, a member their own, and what is private only its owner', async () => {
    expect(await actions('/v1/audit', ROOT)).toEqual(['member.set', 'room.create']);
    expect(await actions('/v1/audit?room=den', ROOT)).toEqual(['member.set']);
    expect(await actions('/v1/audit?by=ben&outcome=done', ROOT)).toEqual(['room.create']);
    expect(await actions('/v1/audit', { as: 'ben' })).toEqual(['room.create', 'approval.decide']);
    expect(await actions('/v1/audit?by=ana', { as: 'ben' })).toEqual([]);
  });

  test('T50 R16 whoever may export a room reads all of it, a member their own of it, a stranger nothing', async () => {
    benMay(['room.export']);
    expect(await actions('/v1/audit?room=den', { as: 'ben' })).toEqual(['member.set', 'approval.decide']);
    benMay(['room.read']);
    expect(await actions('/v1/audit?room=den', { as: 'ben' })).toEqual(['approval.decide']);
    world.room('absent').answer = () => refused(fault('not_found'));
    expect((await world.call('GET', '/v1/audit?room=absent', { as: 'ben' })).status).toBe(404);
  });

  test('T50 the trail as a file, which no spreadsheet takes for formulas', async () => {
    await world.audit.note(ACME, [{ ...line, by: '=cmd|"x"', action: 'room.create' }]);
    const csv = await world.call('GET', '/v1/audit?format=csv&limit=1', ROOT);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const rows = (await csv.text()).split('\r\n');
    expect(rows[0]).toBe('id,at,room,by,action,target,outcome,code,private');
    expect(rows).toHaveLength(5);
    expect(rows[3]).toContain(`"'=cmd|""x"""`);
    const jsonl = await (await world.call('GET', '/v1/audit?format=jsonl', { as: 'ben' })).text();
    expect(
      jsonl
        .trim()
        .split('\n')
        .map((row) => JSON.parse(row).private),
    ).toEqual([false, true]);
  });

  test('T50 a long trail is one file to its end', async () => {
    await world.audit.note(
      ACME,
      Array.from({ length: 2_500 }, () => ({ ...line, by: 'ana', action: 'x' })),
    );
    const jsonl = await (await world.call('GET', '/v1/audit?format=jsonl', { as: 'ana' })).text();
    expect(jsonl.trim().split('\n')).toHaveLength(2_501);
  });

  test('R16 usage: an admin of everybody, a member of themselves, a room without its private lanes', async () => {
    const usage = async (path: string, more = {}) => (await (await world.call('GET', path, more)).json()).items;
    expect(await usage('/v1/usage?by=user,room', ROOT)).toMatchObject([
      { user: 'ana', room: 'den', calls: 1 },
      { user: 'ben', room: 'den', calls: 1 },
      { user: 'ben', room: null, calls: 1 },
    ]);
    expect(await usage('/v1/usage', { as: 'ana' })).toEqual([
      {
        ...{ user: 'ana', calls: 1, inputTokens: 10, cachedTokens: 1, cacheWriteTokens: 4, outputTokens: 2 },
        ...{ reasoningTokens: 1, cost: 30, unpriced: 0 },
      },
    ]);
    expect(await usage('/v1/usage?by=user&whose=mine', ROOT)).toEqual([]);
    benMay(['room.export']);
    const bens = { user: 'ben', room: 'den', calls: 1 };
    expect(await usage('/v1/usage?by=user,room&room=den&whose=mine', { as: 'ben' })).toMatchObject([bens]);
    expect(await usage('/v1/usage?by=user&room=den', { as: 'ben' })).toMatchObject([
      { user: 'ana', calls: 1 },
      { user: 'ben', calls: 1 },
    ]);
    benMay([]);
    expect(await usage('/v1/usage?by=user&room=den', { as: 'ben' })).toMatchObject([{ user: 'ben', calls: 1 }]);
    for (const wrong of ['by=name', 'by=', 'from=2&to=1', 'from=x', 'whose=ana'])
      expect((await world.call('GET', `/v1/usage?${wrong}`)).status).toBe(400);
  });
});
