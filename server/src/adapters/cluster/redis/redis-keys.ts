import { roomKey, type RoomRef } from '../../../core/tenant.ts';

/** A node for as long as one connection of its lasts: what was said to it before is not said to its next one. */
export type Incarnation = string & { readonly __incarnation: unique symbol };

const INCARNATION = /^n_[\w-]{8,64}$/;

/** Null for what is none: Redis may hold anything. */
export function readIncarnation(text: string): Incarnation | null {
  // Checked just now; the brand exists for the compiler only.
  return INCARNATION.test(text) ? (text as Incarnation) : null;
}

/**
 * Every name that is used in Redis comes from here and begins alike (R11). A room's keys take its handle; the braces keep
 * them together where Redis spreads its keys.
 */
export const NAMES = {
  /** Who runs the room. */
  owner: (ref: RoomRef): string => `parley:{${roomKey(ref)}}:owner`,
  /** Who has people of the room. */
  edges: (ref: RoomRef): string => `parley:{${roomKey(ref)}}:edges`,
  /** Who may run the room. */
  lease: (ref: RoomRef): string => `parley:{${roomKey(ref)}}:lease`,
  /** Where an incarnation is spoken to. */
  channel: (to: Incarnation): string => `parley:node:${to}`,
} as const;
