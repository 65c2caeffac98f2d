import type { JobState } from '@parley/server/ports/jobs';
import { mintTenant } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { fault } from '@parley/shared/fault';
import { JobId, RoomId } from '@parley/shared/ids';
import { beforeEach, describe, expect, test } from 'vitest';
import { EdgeWorld, refused, testToken } from '../../kit/edge-world.ts';

const ACME = must(mintTenant('acme'), 'a tenant');
const ROOT = { token: testToken({ user: 'root', role: 'admin' }) };
const DEAD = { kind: 'dead', attempts: 3, reason: 'unusable', at: 7 } as const;
let world: EdgeWorld;
beforeEach(() => {
  world = new EdgeWorld();
});

/** A job of a room, in this state. */
async function job(id: string, room: string, state: JobState, tenant = ACME) {
  const ref = { tenant, room: RoomId.parse(room) };
  const wanted = { id: JobId.parse(id), ref, kind: 'title', by: 'system', at: 1, notBefore: 2, anew: false } as const;
  const added = await world.jobs.add(wanted);
  await world.jobs.move(added, state);
  return added;
}
const jsonOf = async (path: string) => (await world.call('GET', path, ROOT)).json();

describe('dead letters', () => {
  test('G9 R16 admins see what was given up and why, try it again or drop it, and it is on the trail', async () => {
    await job('j_1', 'a', DEAD);
    await job('j_2', 'b', DEAD);
    await job('j_3', 'c', { kind: 'waiting', attempts: 0, notBefore: 0 });
    await job('j_4', 'd', DEAD, must(mintTenant('rival'), 'a tenant'));
    const letter = { job: 'j_1', room: 'a', kind: 'title', reason: 'unusable', attempts: 3, at: 7 };
    expect(await jsonOf('/v1/admin/jobs?limit=1')).toEqual({ items: [letter], next: 'j_1' });
    expect(await jsonOf('/v1/admin/jobs?after=j_1')).toMatchObject({ items: [{ job: 'j_2' }], next: null });
    expect((await world.call('POST', '/v1/admin/jobs/j_1/retry', ROOT)).status).toBe(204);
    expect((await world.call('DELETE', '/v1/admin/jobs/j_2', ROOT)).status).toBe(204);
    for (const [method, path] of [
      ['POST', '/v1/admin/jobs/j_1/retry'],
      ['DELETE', '/v1/admin/jobs/j_2'],
      ['DELETE', '/v1/admin/jobs/j_3'],
      ['DELETE', '/v1/admin/jobs/j_4'],
    ] as const)
      expect((await world.call(method, path, ROOT)).status).toBe(404);
    expect(await world.jobs.job(ACME, JobId.parse('j_1'))).toMatchObject({
      state: { kind: 'waiting', attempts: 0, notBefore: world.clock.now() },
    });
    expect(await jsonOf('/v1/admin/jobs')).toEqual({ items: [], next: null });
    const { items } = await jsonOf('/v1/audit');
    expect(items).toMatchObject([
      { action: 'job.retry', target: 'j_1', by: 'root' },
      { action: 'job.drop', target: 'j_2' },
    ]);
  });

  test('G9 R16 whoever is no admin gets one answer, whatever there is', async () => {
    await job('j_1', 'a', DEAD);
    for (const path of ['/v1/admin/jobs/j_1', '/v1/admin/jobs/j_none'])
      expect((await world.call('DELETE', path)).status).toBe(403);
    expect((await world.call('GET', '/v1/admin/jobs')).status).toBe(403);
    expect((await jsonOf('/v1/audit')).items.map(({ action }: { action: string }) => action)).toContain('job.drop');
  });
});

describe('fetching an export', () => {
  async function written(parts: readonly string[]): Promise<string> {
    const ref = { tenant: ACME, room: RoomId.parse('den') };
    const wanted = {
      id: JobId.parse('j_e'),
      ref,
      kind: 'export',
      by: 'ana',
      at: 1,
      notBefore: 2,
      anew: false,
    } as const;
    const added = await world.jobs.add(wanted);
    const states = parts.map((_, index) => ({ kind: 'writing', attempts: 0, parts: index, cursor: index }) as const);
    await world.jobs.move(added, must(states[0], 'a part'));
    for (const [index, state] of states.entries())
      await world.jobs.write(
        { ...added, state },
        parts[index] ?? '',
        states[index + 1] ?? { kind: 'ready', parts: parts.length, until: 9 },
      );
    return added.id;
  }

  test('G9 it comes part by part as one file, and the right to it is looked at before each', async () => {
    const id = await written(['one\n', 'two\n', 'three\n']);
    const asked: string[] = [];
    world.room('den').answer = ({ type }) => {
      asked.push(type);
      return { ok: true, value: type === 'export.open' ? { parts: 3 } : { items: [] } };
    };
    const response = await world.call('GET', `/v1/rooms/den/exports/${id}/file`);
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="den.jsonl"');
    expect(await response.text()).toBe('one\ntwo\nthree\n');
    expect(asked).toEqual(['export.open', 'export.list', 'export.list']);
  });

  test('G9 whoever loses the right in the middle gets no more of it', async () => {
    const id = await written(['one\n', 'two\n', 'three\n', 'four\n']);
    world.room('den').answer = ({ type }) =>
      type === 'export.open' ? { ok: true, value: { parts: 4 } } : refused(fault('forbidden'));
    const response = await world.call('GET', `/v1/rooms/den/exports/${id}/file`);
    await expect(response.text()).rejects.toThrow();
  });
});
