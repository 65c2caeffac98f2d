import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HOSTILE_FAULTS, type SeededFault } from './faults.ts';
import { NODE_FAULTS } from './node-faults.ts';
import { ROOM_FAULTS } from './room-faults.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
export const SEEDED_FAULTS: readonly SeededFault[] = [...HOSTILE_FAULTS, ...ROOM_FAULTS, ...NODE_FAULTS];

/** The sources that the fault named by SEEDED_FAULT changes, as it changes them, by their paths; none for `none`. */
export function seededSources(): ReadonlyMap<string, string> {
  const wanted = process.env['SEEDED_FAULT'] ?? 'none';
  const seeded = SEEDED_FAULTS.find(({ name }) => name === wanted);
  if (seeded === undefined && wanted !== 'none') throw new Error('SEEDED_FAULT names no fault');
  const sources = new Map<string, string>();
  for (const { file, from, to } of seeded?.edits ?? []) {
    const path = resolve(ROOT, file);
    sources.set(
      path,
      (sources.get(path) ?? readFileSync(path, 'utf8')).replace(from, () => to),
    );
  }
  return sources;
}
