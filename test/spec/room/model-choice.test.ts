import { UserId } from '@parley/shared/ids';
import type { RoomPolicyPatch } from '@parley/shared/policy';
import { beforeEach, expect, test } from 'vitest';
import { prompting, RoomWorld, settled } from '../../kit/room-world.ts';
import { ScriptedModel } from '../../kit/scripted-model.ts';
import { asksFor } from '../../kit/tooled-room.ts';

const OFFERED = ['large', 'small', 'local'];
const REFUSED = { ok: false, fault: { code: 'forbidden', detail: expect.stringContaining('was chosen') } };
const SEARCHES = asksFor({ call: 'room__search', given: { query: 'x' } });

let menu: ScriptedModel & { choices: string[] };
let world: RoomWorld;
beforeEach(async () => {
  menu = Object.assign(new ScriptedModel(), { choices: OFFERED });
  world = await RoomWorld.open({}, undefined, menu);
});

const grant = (user: string, models: string[]) =>
  world.must('ana', { type: 'member.set', user: UserId.parse(user), role: 'speaker', grants: { models } });
const allow = (policy: RoomPolicyPatch) => world.must('ana', { type: 'room.update', policy });
const asked = () => menu.requests.map(({ model }) => model);
const mine = async (user: string) => world.must(user, { type: 'room.get' });

test('G5 a prompt is answered by the model that was chosen for it, step after step, and by the first when none was', async () => {
  menu.expect({ pieces: [], end: SEARCHES });
  menu.expect({ pieces: ['one'] });
  menu.expect({ pieces: ['two'] });
  await world.prompt('bob', 'first', { model: 'local' });
  await settled();
  await world.prompt('bob', 'second');
  await settled();
  expect(asked()).toEqual(['local', 'local', 'large']);
  expect((await world.recordsOf('turn.attempted')).map(({ model }) => model)).toEqual(['local', 'local', 'large']);
  expect((await world.recordsOf('ticket.accepted')).map(({ model }) => model)).toEqual(['local', undefined]);
});

test('G5 a choice that the room, the grants or the server do not allow is refused, and nothing else answers instead', async () => {
  await grant('bob', ['small', 'local']);
  await allow({ models: ['small', 'large'] });
  for (const model of ['large', 'local', 'absent'])
    expect(await world.command('bob', prompting(`by ${model}`, { model }))).toMatchObject(REFUSED);
  expect(await world.recordsOf('ticket.accepted')).toEqual([]);
  menu.expect({ pieces: ['yes'] });
  await world.prompt('bob', 'by what is open');
  await settled();
  expect(asked()).toEqual(['small']);
});

test('G5 T36 a choice that is closed while it waits ends that prompt alone; the others of its author are answered', async () => {
  const first = menu.expect({ pieces: ['a', 'b'], holdAfter: 1 });
  await world.prompt('ana', 'first');
  await first.held;
  const chosen = await world.prompt('bob', 'by local', { model: 'local' });
  const other = await world.prompt('bob', 'by any');
  await allow({ models: ['large', 'small'] });
  menu.expect({ pieces: ['yes'] });
  first.release();
  await settled();
  await settled();
  const reason = 'The model that was chosen is not open to whoever asked.';
  expect(await world.turn('bob', chosen.turn)).toMatchObject({ outcome: 'revoked', reason, by: 'system' });
  expect(await world.turn('bob', other.turn)).toMatchObject({ outcome: 'completed' });
  expect(asked()).toEqual(['large', 'large']);
});

test('G5 T36 with no model left, everything that somebody has waiting ends', async () => {
  const first = menu.expect({ pieces: ['a', 'b'], holdAfter: 1 });
  await world.prompt('ana', 'first');
  await first.held;
  const waiting = [await world.prompt('bob', 'one', { model: 'small' }), await world.prompt('bob', 'two')];
  await grant('bob', ['other']);
  first.release();
  await settled();
  await settled();
  for (const { turn } of waiting)
    expect(await world.turn('bob', turn)).toMatchObject({
      outcome: 'revoked',
      reason: expect.stringContaining('None'),
    });
});

test('G5 the model of a turn that is closed between two steps ends it, as a lost right does', async () => {
  const first = menu.expect({ pieces: [], end: SEARCHES, holdAfter: 0 });
  const { turn } = await world.prompt('bob', 'go on', { model: 'local' });
  await first.held;
  await allow({ models: ['large'] });
  first.release();
  await settled();
  expect(await world.turn('bob', turn)).toMatchObject({ state: 'ended', outcome: 'revoked' });
  expect(asked()).toEqual(['local']);
});

test('G5 everybody is told which models they may choose, in the server’s order; all there are, only who may decide', async () => {
  await grant('bob', ['local', 'small', 'other']);
  expect(await mine('ana')).toMatchObject({ models: OFFERED, offered: OFFERED });
  await allow({ models: ['large', 'local'] });
  const bobs = await mine('bob');
  expect(bobs.models).toEqual(['local']);
  expect(bobs).not.toHaveProperty('offered');
  expect(bobs.policy.models).toEqual(['large', 'local']);
  await allow({ join: 'tenant' });
  expect((await mine('ana')).models).toEqual(['large', 'local']);
  await allow({ models: null });
  expect(await mine('ana')).toMatchObject({ models: OFFERED, policy: { models: null } });
  expect(await mine('cyd')).toMatchObject({ models: OFFERED });
});

test('T2 G5 the same id with another model is a conflict, with the same one the same ticket', async () => {
  menu.expect({ pieces: ['yes'] });
  const { turn } = await world.prompt('bob', 'once', { model: 'small' });
  await settled();
  expect(await world.prompt('bob', 'once', { model: 'small' })).toMatchObject({ turn });
  for (const more of [{ model: 'large' }, {}])
    expect(await world.command('bob', prompting('once', more))).toMatchObject({ fault: { code: 'id_conflict' } });
});
