import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** One violation a file, in a tree shaped like ours: what the linter must say about it. */
const SEEDS: readonly (readonly [rule: string, path: string, text: string])[] = [
  ['no-restricted-imports', 'shared/src/seed.ts', "import fs from 'node:fs';\nexport const a = fs;"],
  ['no-restricted-imports', 'server/src/core/seed.ts', "import * as Y from 'yjs';\nexport const a = Y;"],
  ['no-restricted-imports', 'server/src/core/up.ts', "import { a } from '../room/other.ts';\nexport const b = a;"],
  ['no-restricted-imports', 'server/src/ports/seed.ts', "import { a } from '../core/other.ts';\nexport const b = a;"],
  [
    'no-restricted-imports',
    'server/src/ports/type.ts',
    "import type { a } from '../room/other.ts';\nexport type B = typeof a;",
  ],
  ['no-restricted-imports', 'server/src/room/seed.ts', "import { a } from '../edge/other.ts';\nexport const b = a;"],
  [
    'no-restricted-imports',
    'server/src/room/commands/seed.ts',
    "import { a } from '../../adapters/other.ts';\nexport const b = a;",
  ],
  [
    'no-restricted-imports',
    'server/src/edge/seed.ts',
    "import { a } from '../adapters/other.ts';\nexport const b = a;",
  ],
  [
    'no-restricted-imports',
    'server/src/edge/value.ts',
    "import { a } from '../core/arbiter/arbiter.ts';\nexport const b = a;",
  ],
  [
    'no-restricted-imports',
    'server/src/adapters/store/seed.ts',
    "import { a } from '../../room/other.ts';\nexport const b = a;",
  ],
  [
    'no-restricted-imports',
    'server/src/core/arbiter/seed.ts',
    "import { a } from '../../room/other.ts';\nexport const b = a;",
  ],
  ['no-restricted-imports', 'client/src/seed.ts', "import { a } from '@parley/server/main';\nexport const b = a;"],
  ['no-restricted-globals', 'server/src/core/clock.ts', 'export const a = Date;'],
  ['no-restricted-globals', 'server/src/room/timer.ts', 'export const a = setTimeout(() => {}, 1);'],
  ['no-restricted-properties', 'server/src/edge/now.ts', 'export const a = Date.now();'],
  ['no-restricted-properties', 'client/src/random.ts', 'export const a = Math.random();'],
  ['no-process-env', 'server/src/edge/env.ts', "export const a = process.env['HOME'];"],
  ['no-console', 'server/src/room/say.ts', "console.log('x');\nexport {};"],
  ['no-explicit-any', 'server/src/room/any.ts', 'export const a = (b: any) => b;'],
  ['no-floating-promises', 'server/src/room/float.ts', 'async function a() {}\nexport function b() {\n  a();\n}'],
  [
    'no-misused-promises',
    'server/src/room/misuse.ts',
    'async function a() {\n  return true;\n}\nexport const b = () => (a() ? 1 : 2);',
  ],
  [
    'switch-exhaustiveness-check',
    'server/src/room/switch.ts',
    "export function a(b: 'x' | 'y') {\n  switch (b) {\n    case 'x':\n      return 1;\n  }\n}",
  ],
  ['no-cycle', 'server/src/room/ring-a.ts', "import { b } from './ring-b.ts';\nexport const a = () => b;"],
  ['no-barrel-file', 'server/src/room/barrel.ts', "export * from './other.ts';"],
];

/** Files that must pass, so that a rule which refuses everything does not look like one that works. */
const FINE: Readonly<Record<string, string>> = {
  'server/src/core/other.ts': "import { must } from '@parley/shared/assert';\nexport const a = must(1, 'x');",
  'server/src/ports/other.ts': "import type { a } from '../core/other.ts';\nexport type B = typeof a;",
  'server/src/room/other.ts':
    "import * as Y from 'yjs';\nimport { a } from '../core/other.ts';\nexport const b = [Y, a];",
  'server/src/edge/other.ts':
    "import type { a } from '../core/arbiter.ts';\nimport { b } from '../room/other.ts';\nexport const c: [typeof a, unknown] = [1, b];",
  'server/src/adapters/other.ts':
    "import fs from 'node:fs';\nimport * as jose from 'jose';\nexport const a = [fs, jose];",
  'server/src/room/ring-b.ts': "import { a } from './ring-a.ts';\nexport const b = () => a;",
};

const tree = mkdtempSync(join(tmpdir(), 'parley-lint-'));
let found: { readonly path: string; readonly rule: string }[] = [];

beforeAll(async () => {
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
  write('tsconfig.json', '{ "compilerOptions": { "strict": true, "target": "ES2024", "module": "NodeNext" } }');
  for (const [, path, text] of SEEDS) write(path, text);
  for (const [path, text] of Object.entries(FINE)) write(path, text);
  found = await lint();
}, 60_000);
afterAll(() => rmSync(tree, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), `${text}\n`);
}

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

function lint(): Promise<typeof found> {
  return new Promise((done) => {
    execFile(
      join(ROOT, 'node_modules/.bin/oxlint'),
      ['--type-aware', '-f', 'json'],
      { cwd: tree, env: { ...process.env, OXLINT_TSGOLINT_PATH: join(ROOT, 'node_modules/.bin/tsgolint') } },
      (_, output) => {
        const { diagnostics } = JSON.parse(output) as { diagnostics: readonly Diagnostic[] };
        done(diagnostics.map(({ code, filename }) => ({ path: filename, rule: code.replace(/^.*\((.*)\)$/, '$1') })));
      },
    );
  });
}

test.each(SEEDS)('the linter finds %s in %s', (rule, path) => {
  expect(found.filter((one) => one.path === path).map((one) => one.rule)).toContain(rule);
});

test.each(Object.keys(FINE).filter((path) => !path.includes('ring')))('the linter has nothing against %s', (path) => {
  expect(found.filter((one) => one.path === path)).toEqual([]);
});
