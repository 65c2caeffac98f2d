import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** One text file of the repository; `path` is relative to its root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Reads the files that match the patterns, in path order, without what was installed or built. */
export function readTree(...patterns: readonly string[]): SourceFile[] {
  const paths = globSync([...patterns], {
    cwd: ROOT,
    exclude: (name) => name.includes('node_modules') || name.includes('client/dist'),
  });
  return paths
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(resolve(ROOT, path), 'utf8') }));
}
