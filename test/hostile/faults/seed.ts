import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { seededSources } from './seeded.ts';

/**
 * Loaded before a program (`node --import`): what the seeded fault changes is changed as it is loaded, so that the
 * sources, and what is shipped, know nothing of it.
 */
const sources = new Map([...seededSources()].map(([path, source]) => [pathToFileURL(path).href, source]));

registerHooks({
  load: (url, context, nextLoad) => {
    const source = sources.get(url);
    return source === undefined ? nextLoad(url, context) : { format: 'module-typescript', source, shortCircuit: true };
  },
});
