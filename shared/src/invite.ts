import * as z from 'zod';
import { UserId } from './ids.ts';
import { RoomRole } from './roles.ts';

/** The part of an invitation's code that nobody can guess. */
export const InviteSecret = z.string().regex(/^[A-Za-z0-9_-]{32,64}$/);

/** An invitation as those who may invite see it; its secret is not kept. */
export const Invite = z.strictObject({
  /** A hash of the secret: names the invitation and opens nothing. */
  id: z.string(),
  role: RoomRole,
  /** Milliseconds since the epoch. */
  expiresAt: z.number(),
  usesLeft: z.int().min(0),
  for: UserId.optional(),
  by: z.string(),
});
export type Invite = z.infer<typeof Invite>;
