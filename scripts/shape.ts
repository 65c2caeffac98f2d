// Length of files, the clock, one library an adapter, windows that are read once. Imports, cycles and the rest are in .oxlintrc.json.
import { longest, readOnce, shapeFindings } from './lib/shape-rules.ts';
import { readTree } from './lib/tree.ts';

const sources = readTree('{shared,server,client}/src/**/*.ts', 'client/build.ts', 'scripts/**/*.{ts,mjs}');
const findings = [...shapeFindings(sources), ...readOnce(readTree('test/browser/**/*.ts'))];

for (const finding of findings) console.error(finding);
const lines = sources.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);
console.log(
  `${sources.length} files, ${lines} lines; longest: ${longest(sources, 3)
    .map(({ path, lines: n }) => `${path} ${n}`)
    .join(', ')}`,
);
process.exitCode = findings.length > 0 || sources.length === 0 ? 1 : 0;
