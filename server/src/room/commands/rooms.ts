import type { Replies } from '@parley/shared/answers';
import type { RoomCreate, RoomUpdate } from '@parley/shared/commands';
import { ok, refuse, type Result } from '@parley/shared/fault';
import { must } from '@parley/shared/assert';
import { Limits, RoomPolicy, type RoomPolicyPatch } from '@parley/shared/policy';
import { capabilitiesOf } from '@parley/shared/roles';
import type { z } from 'zod';
import { foundRoom } from '../../core/people/membership.ts';
import { refusePolicy } from '../../core/people/policy-change.ts';
import type { Principal } from '../../core/people/principal.ts';
import { standingOf, titleOf } from '../../core/room-state.ts';
import type { Desk } from '../desk.ts';
import { modelsFor, offeredBy } from '../turns/model-for.ts';

type Description = Replies['room.update'];

/** The creator becomes the owner. Guests come to rooms; they do not make them. */
export function createRoom(desk: Desk, by: Principal, command: z.infer<typeof RoomCreate>): Result<Description> {
  if (by.role === 'guest') return refuse('forbidden', 'Guests cannot make rooms.', { capability: 'room.create' });
  if (desk.chronicle.state.kind !== 'absent')
    return refuse('already_exists', 'A room of this id exists; choose another.');
  const { title, policy } = command;
  const salts = { salt: desk.ids.secret(16), laneSalt: desk.ids.secret(16) };
  desk.chronicle.write(foundRoom({ title, policy, ...salts, now: desk.clock.now() }, by));
  return ok(describe(desk, by));
}

/** A room of nobody's that whoever is of the tenant may join; one that is there stays as it is. */
export function foundForTenant(desk: Desk, title: string): void {
  if (desk.chronicle.state.kind !== 'absent') return;
  const salts = { salt: desk.ids.secret(16), laneSalt: desk.ids.secret(16) };
  const policy = RoomPolicy.parse({ join: 'tenant' });
  desk.chronicle.write(foundRoom({ title, policy, ...salts, now: desk.clock.now() }, null));
}

export function getRoom(desk: Desk, by: Principal): Result<Replies['room.get']> {
  const { room } = desk.chronicle;
  const capabilities = capabilitiesOf(standingOf(room, by), room.policy.levels);
  const says = capabilities.includes('policy.set') || capabilities.includes('role.set');
  return ok({
    ...describe(desk, by),
    capabilities,
    models: [...modelsFor(room, desk.model, by.user)],
    ...(says ? { offered: [...offeredBy(desk.model)] } : {}),
  });
}

export async function updateRoom(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof RoomUpdate>,
): Promise<Result<Description>> {
  const { room } = desk.chronicle;
  const title = command.title ?? room.title;
  const policy = patched(room.policy, command.policy ?? {});
  const refusal = refusePolicy(room, by, policy);
  if (refusal) return refusal;
  desk.chronicle.write([{ type: 'room.changed', title, policy, by: by.user, at: desk.clock.now() }]);
  await desk.rightsChanged(desk.chronicle.room.members.keys(), by.user);
  return ok(describe(desk, by));
}

export async function deleteRoom(desk: Desk, by: Principal): Promise<Result<Record<string, never>>> {
  await desk.dissolve(by.user);
  return ok({});
}

/** The room as one of its members sees it. */
export function describe(desk: Desk, by: Principal): Description {
  const { proposed, policy, createdAt, members } = desk.chronicle.room;
  const role = must(members.get(by.user), 'only members are told of a room').role;
  const titled = { title: titleOf(desk.chronicle.room), ...(proposed === null ? {} : { titledBy: 'ai' as const }) };
  return { id: desk.ref.room, ...titled, policy, role, createdAt };
}

/** Only what was named changes. */
function patched(policy: RoomPolicy, patch: RoomPolicyPatch): RoomPolicy {
  return {
    join: patch.join ?? policy.join,
    respond: patch.respond ?? policy.respond,
    floor: patch.floor ?? policy.floor,
    release: patch.release ?? policy.release,
    titles: patch.titles ?? policy.titles,
    models: patch.models === undefined ? policy.models : patch.models,
    levels: { ...policy.levels, ...patch.levels },
    limits: Limits.parse({ ...policy.limits, ...patch.limits }),
  };
}
