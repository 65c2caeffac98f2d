import { laneOwner, type LaneKey, type RoomId, type UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';

/** One condition on a reader: member of a room, that person, reader of a resource. */
export type Atom = `room:${string}` | `user:${string}` | `res:${string}`;

/**
 * Who may read an item: whoever satisfies every atom now. Sorted and unique, so equal labels are equal
 * arrays. What was made from two items is labelled with the union of theirs (the join of Myers and Liskov's
 * decentralized label model).
 */
export type Label = readonly Atom[];

export function label(atoms: Iterable<Atom>): Label {
  return [...new Set(atoms)].toSorted();
}

/** The label of what is said in a lane: its atom, and the resources behind it (R4). */
export function labelOf(room: RoomId, lane: LaneKey, resources: readonly ResourceId[] = []): Label {
  const owner = laneOwner(lane);
  return label([`room:${room}`, ...(owner === null ? [] : [`user:${owner}` as const]), ...resources.map(resourceAtom)]);
}

/** Whether somebody who satisfies these atoms may read an item. */
export function satisfies(item: Label, holds: (atom: Atom) => boolean): boolean {
  return item.every(holds);
}

/** R3: an item enters a prompt iff every person of the audience satisfies every atom of it. */
export function admits(item: Label, audience: Iterable<UserId>, holds: (user: UserId, atom: Atom) => boolean): boolean {
  for (const user of audience) if (!satisfies(item, (atom) => holds(user, atom))) return false;
  return true;
}

export function resourceAtom(resource: ResourceId): Atom {
  return `res:${resource}`;
}

/** Items of a lane with the same resources share a place of their own: the key of that place; empty for the lane's own. */
export function shelfKey(resources: readonly ResourceId[] | undefined): string {
  return (resources ?? []).join(' ');
}

/** Sorted and unique: the resources behind something made from several items. */
export function joinResources(...sets: readonly (readonly ResourceId[] | undefined)[]): readonly ResourceId[] {
  const all = new Set<ResourceId>();
  for (const set of sets) for (const resource of set ?? []) all.add(resource);
  return [...all].toSorted();
}
