import { createSecretKey, type KeyObject } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostIds } from '../host/system.ts';

/** The key that wraps the keys of tenants, and older ones that may still have wrapped some. */
export interface MasterKeys {
  readonly current: KeyObject;
  readonly older: readonly KeyObject[];
}

const FILE = 'master-key';
const BYTES = 32;

/**
 * The operator's keys (base64 of 32 bytes each, the current one first), or, without any, those in the file
 * `master-key` of the data folder, made on first use for this account alone.
 * Throws when the folder cannot be used or a key is damaged; a key is never part of the message.
 */
export function openMasterKeys(folder: string, given: readonly string[]): MasterKeys {
  return given.length > 0 ? keysOf(given, 'the configured master key') : keysOf(inFile(folder), join(folder, FILE));
}

function keysOf(texts: readonly string[], where: string): MasterKeys {
  const keys = texts.map((text) => createSecretKey(text, 'base64'));
  const [current, ...older] = keys;
  if (current === undefined || !keys.every((key) => key.symmetricKeySize === BYTES))
    throw new Error(`${where} is damaged: it must be base64 of ${BYTES} bytes`);
  return { current, older };
}

/** A line for each key. */
function inFile(folder: string): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, FILE);
  create(file);
  chmodSync(file, 0o600);
  return readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
}

/** Whole or not at all, also when two servers start at once: the file gets its name only when it is complete. */
function create(file: string): void {
  const draft = `${file}.${hostIds.next('new')}`;
  writeFileSync(draft, `${hostIds.secret(BYTES)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
}
