import * as z from 'zod';
import { JobId, RoomId } from './ids.ts';

/** What is done for a room while nobody waits for it (G9). */
export const JobKind = z.enum(['title', 'digest', 'export']);
export type JobKind = z.infer<typeof JobKind>;

/** Work that was given up, as an admin is told of it: where, what and why, and nothing that was said. */
export const DeadLetter = z.strictObject({
  job: JobId,
  room: RoomId,
  kind: JobKind,
  /** A code. */
  reason: z.string(),
  attempts: z.int(),
  /** Milliseconds since the epoch. */
  at: z.number(),
});

export type DeadLetter = z.infer<typeof DeadLetter>;
export const DeadLetters = z.strictObject({ items: z.array(DeadLetter), next: z.string().nullable() });

/** A room's export that is or was made in the background. */
export const ExportView = z.strictObject({
  export: JobId,
  state: z.enum(['waiting', 'writing', 'ready', 'failed']),
  by: z.string(),
  /** Milliseconds since the epoch. */
  requestedAt: z.number(),
  /** Ready ones: until when it may be fetched. */
  until: z.number().optional(),
});
export type ExportView = z.infer<typeof ExportView>;
export const ExportViews = z.strictObject({ items: z.array(ExportView) });

/** To fetch it. */
export const ExportOpen = z.strictObject({ type: z.literal('export.open'), export: JobId });
export const EXPORT_COMMANDS = [
  /** G9: writes the room's own lane down in the background; the same one again while it is not ready. */
  z.strictObject({ type: z.literal('export.prepare') }),
  z.strictObject({ type: z.literal('export.list') }),
  ExportOpen,
] as const;

export interface ExportReplies {
  'export.prepare': ExportView;
  'export.list': { items: ExportView[] };
  'export.open': { parts: number };
}
