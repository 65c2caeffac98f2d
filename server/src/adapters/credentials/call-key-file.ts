import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { Ids } from '../../ports/system.ts';

const StoredKey = z.strictObject({
  kid: z.string(),
  createdAt: z.number(),
  jwk: z.strictObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string(), d: z.string() }),
});
/** A signing key with its private half. */
export type StoredKey = z.infer<typeof StoredKey>;
const StoredKeys = z.array(StoredKey).max(100);

/** Throws when a made key lacks a part: a bug of ours. */
export function storedKey(value: unknown): StoredKey {
  return StoredKey.parse(value);
}

/** None when there is no file. Rejects, without a word of its content, when it is damaged. */
export async function readKeys(file: string): Promise<readonly StoredKey[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  try {
    return StoredKeys.parse(JSON.parse(text));
  } catch {
    // Its content is a secret, and the parser's message would quote it.
    throw new Error(`${file} is damaged: remove it to make new keys for calls of tools`);
  }
}

/** Whole or not at all, for its owner alone. */
export async function writeKeys(file: string, keys: readonly StoredKey[], ids: Ids): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${ids.next('new')}`;
  await writeFile(draft, JSON.stringify(keys), { mode: 0o600, flag: 'wx' });
  await rename(draft, file);
}
