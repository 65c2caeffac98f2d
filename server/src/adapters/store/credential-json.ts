import { z } from 'zod';
import type { LinkedCredential } from '../../ports/vault.ts';

const Stored = z.strictObject({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  expiresAt: z.number().nullable(),
}) satisfies z.ZodType<LinkedCredential>;

/** Throws when it does not fit the schema. */
export function encodeCredential(credential: LinkedCredential): string {
  return JSON.stringify(Stored.parse(credential));
}

/** Null when the text does not fit the schema: the store was changed behind our back. */
export function decodeCredential(json: string): LinkedCredential | null {
  try {
    return Stored.parse(JSON.parse(json));
  } catch {
    // Its content is a secret, and the parser's message would quote it.
    return null;
  }
}
