import type { Authority, Readers } from '@parley/server/ports/authority';
import { Access } from '@parley/server/room/access';
import { UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { expect, test } from 'vitest';
import { TestClock } from '../../kit/clock.ts';
import { settled } from '../../kit/room-world.ts';
import { TableAuthority } from '../../kit/table-authority.ts';
import { REF } from '../../kit/room-ref.ts';

const [ana, bob] = [UserId.parse('ana'), UserId.parse('bob')];
const [plan, other] = [ResourceId.parse('doc:plan'), ResourceId.parse('doc:other')];

function accessTo(authority: Authority, people: () => readonly UserId[] = () => [ana, bob]) {
  const clock = new TestClock();
  const changes: number[] = [];
  const changed = (): void => void changes.push(clock.now());
  return { clock, changes, access: new Access({ tenant: REF.tenant, authority, clock, people, changed }) };
}

test('R3 what was never asked, is not known, or was asked of somebody else, nobody may read', async () => {
  const authority = new TableAuthority();
  authority.set(REF.tenant, plan, ['ana']);
  const { access } = accessTo(authority);
  expect(access.mayRead(ana, [plan])).toBe(false);
  await access.refresh([plan, other]);
  expect([access.mayRead(ana, [plan]), access.mayRead(bob, [plan]), access.mayRead(ana, [plan, other])]).toEqual([
    true,
    false,
    false,
  ]);
  expect([access.admits([ana], [plan]), access.admits([ana, bob], [plan]), access.admits([ana, bob], [])]).toEqual([
    true,
    false,
    true,
  ]);
});

test('A55 an answer that comes late never replaces a later one: what was closed stays closed', async () => {
  const answers: ((readers: Readers) => void)[] = [];
  const slow: Authority = {
    readers: () => new Promise((resolve) => answers.push(resolve)),
    learn: async () => {},
    watch: () => () => {},
  };
  const { access } = accessTo(slow);
  const first = access.refresh([plan]);
  const second = access.refresh([plan]);
  answers[1]?.(new Map());
  await second;
  answers[0]?.(new Map([[plan, new Set([ana])]]));
  await first;
  expect(access.mayRead(ana, [plan])).toBe(false);
});

test('R3 an authority that does not answer, or fails, closes; what it said before is not kept', async () => {
  const authority = new TableAuthority();
  authority.set(REF.tenant, plan, ['ana']);
  const { access, clock } = accessTo(authority);
  await access.refresh([plan]);
  authority.hold();
  const asked = access.refresh([plan]);
  clock.advance(1_000);
  await asked;
  expect(access.mayRead(ana, [plan])).toBe(false);
  expect(clock.pending).toEqual([]);
  const broken: Authority = {
    readers: () => Promise.reject(new Error('gone')),
    learn: async () => {},
    watch: () => () => {},
  };
  const failing = accessTo(broken).access;
  await failing.refresh([plan]);
  expect(failing.mayRead(ana, [plan])).toBe(false);
});

test('R3 a question is repeated when its answer is old or somebody new is here, and not before', async () => {
  const authority = new TableAuthority();
  authority.set(REF.tenant, plan, ['ana', 'bob']);
  let people = [ana];
  const { access, clock } = accessTo(authority, () => people);
  await access.freshen([plan]);
  await access.freshen([plan]);
  expect(authority.asked.length).toBe(1);
  people = [ana, bob];
  expect(access.mayRead(bob, [plan])).toBe(false);
  await access.freshen([plan]);
  expect(access.mayRead(bob, [plan])).toBe(true);
  clock.advance(1_000);
  await access.freshen([plan]);
  expect(authority.asked.length).toBe(3);
  await access.confirm([plan]);
  expect(authority.asked.length).toBe(4);
});

test('A55 whatever question brings it to light, a difference is told, and only a difference', async () => {
  const authority = new TableAuthority();
  authority.set(REF.tenant, plan, ['ana']);
  const { access, changes } = accessTo(authority);
  await access.refresh([plan]);
  await access.confirm([plan]);
  expect(changes.length).toBe(1);
  authority.set(REF.tenant, plan, [], true);
  await access.confirm([plan]);
  expect(changes.length).toBe(2);
});

test('R3 an authority that was silent a moment ago is not waited for again before each turn', async () => {
  const authority = new TableAuthority();
  const { access, clock } = accessTo(authority);
  const release = authority.hold();
  const asked = access.confirm([plan]);
  clock.advance(1_000);
  await asked;
  await access.confirm([plan]);
  expect(authority.asked.length).toBe(1);
  clock.advance(4_000);
  release();
  await access.confirm([plan]);
  expect(authority.asked.length).toBe(2);
  await settled();
});
