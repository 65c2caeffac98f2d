import * as z from 'zod';

/** What somebody put an entry up as (C3). */
export const PinKind = z.enum(['decision', 'constraint', 'question', 'failed']);
export type PinKind = z.infer<typeof PinKind>;
