import * as z from 'zod';

/**
 * Names that cross the wire. Each is branded, so one kind cannot stand in for another; parse them at
 * the edge and pass the branded value on.
 */

/** A room's name inside its tenant: 1–64 of letters, digits, `_`, `-`. */
export const RoomId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'letters, digits, _ and -, at most 64')
  .brand<'RoomId'>();
export type RoomId = z.infer<typeof RoomId>;

/**
 * A person's id as the identity provider gives it (`sub`): 1–128 printable characters, no spaces or
 * slashes, and not `system`, which is the server's own name wherever something says by whom it was done.
 */
export const UserId = z
  .string()
  .regex(/^(?!system$)[^\s/\p{C}]{1,128}$/u, 'printable, no spaces or slashes, at most 128')
  .brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;

/** The id a client makes for one submission, so that it can resend it: 8–64 of letters, digits, `_`, `-`. */
export const ClientKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, at most 64')
  .brand<'ClientKey'>();
export type ClientKey = z.infer<typeof ClientKey>;

/** A ticket and the turn that answers it share this id; made by the server. */
export const TurnId = z
  .string()
  .regex(/^t_[A-Za-z0-9_-]{1,40}$/)
  .brand<'TurnId'>();
export type TurnId = z.infer<typeof TurnId>;

/** One durable line of a transcript; made by the server. */
export const EntryId = z
  .string()
  .regex(/^e_[A-Za-z0-9_-]{1,40}$/)
  .brand<'EntryId'>();
export type EntryId = z.infer<typeof EntryId>;

/** A piece of background work; made by the server (G9). */
export const JobId = z
  .string()
  .regex(/^j_[A-Za-z0-9_-]{1,40}$/)
  .brand<'JobId'>();
export type JobId = z.infer<typeof JobId>;

/**
 * One audience inside a room with its own order. `room` is everybody who may read the room;
 * `me:<user>` is that person alone.
 */
export type LaneKey = 'room' | `me:${string}`;

export function privateLane(user: UserId): LaneKey {
  return `me:${user}`;
}

/** The only person a lane is for, or null for the room's own lane. */
export function laneOwner(lane: LaneKey): UserId | null {
  return lane === 'room' ? null : (lane.slice(3) as UserId);
}
