import * as z from 'zod';

/** What somebody pinned an entry as (C3). */
export const PinKind = z.enum(['decision', 'constraint', 'question', 'failed']);
export type PinKind = z.infer<typeof PinKind>;
