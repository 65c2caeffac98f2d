import * as z from 'zod';

/** What is done for a room while nobody waits for it (G9). */
export const JobKind = z.enum(['title', 'digest', 'export']);
export type JobKind = z.infer<typeof JobKind>;
