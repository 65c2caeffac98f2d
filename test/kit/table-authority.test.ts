import { UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { expect, test } from 'vitest';
import { TableAuthority } from './table-authority.ts';
import { REF } from './room-ref.ts';

const [ana, bob] = [UserId.parse('ana'), UserId.parse('bob')];
const plan = ResourceId.parse('doc:plan');

test('kit: the table answers about whom it is asked, from what it holds, and tells of changes unless it is quiet', async () => {
  const authority = new TableAuthority();
  const told: string[] = [];
  const stop = authority.watch((tenant, resources) => told.push(`${tenant.id} ${resources.join()}`));
  authority.set(REF.tenant, plan, ['ana', 'zoe']);
  authority.set(REF.tenant, 'doc:quiet', ['ana'], true);
  const readers = await authority.readers(REF.tenant, [plan, ResourceId.parse('doc:none')], [ana, bob]);
  expect([...readers]).toEqual([[plan, new Set([ana])]]);
  expect(told).toEqual(['acme doc:plan']);
  stop();
  await authority.learn(REF.tenant, plan, [bob]);
  expect(told.length).toBe(1);
  expect((await authority.readers(REF.tenant, [plan], [ana, bob])).get(plan)).toEqual(new Set([bob]));
});

test('kit: the table is strict, and an answer that is kept back is the one of when it was asked', async () => {
  const authority = new TableAuthority();
  await expect(authority.readers(REF.tenant, [], [ana])).rejects.toThrow('nothing');
  await expect(authority.readers(REF.tenant, [plan, plan], [ana])).rejects.toThrow('twice');
  authority.set(REF.tenant, plan, ['ana']);
  const release = authority.hold();
  const answer = authority.readers(REF.tenant, [plan], [ana]);
  authority.set(REF.tenant, plan, []);
  release();
  expect((await answer).get(plan)).toEqual(new Set([ana]));
});
