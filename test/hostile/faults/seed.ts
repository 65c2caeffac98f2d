import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SEEDED_FAULTS } from './faults.ts';

/**
 * Loaded before a program (`node --import`): what the fault named by SEEDED_FAULT changes is changed as it is loaded,
 * so that the sources, and what is shipped, know nothing of it.
 */
const ROOT = resolve(import.meta.dirname, '../../..');
const wanted = process.env['SEEDED_FAULT'];
const seeded = SEEDED_FAULTS.find(({ name }) => name === wanted);
if (seeded === undefined && wanted !== 'none') throw new Error('SEEDED_FAULT names no fault');
const sources = new Map(
  (seeded?.edits ?? []).map(({ file, from, to }) => {
    const path = resolve(ROOT, file);
    return [pathToFileURL(path).href, readFileSync(path, 'utf8').replace(from, () => to)];
  }),
);

registerHooks({
  load: (url, context, nextLoad) => {
    const source = sources.get(url);
    return source === undefined ? nextLoad(url, context) : { format: 'module-typescript', source, shortCircuit: true };
  },
});
