import { Command } from '@parley/shared/commands';
import { FAULTS } from '@parley/shared/fault';
import { DEFAULT_POLICY } from '@parley/shared/policy';
import { DEFAULT_LEVELS } from '@parley/shared/roles';
import { Down, Up } from '@parley/shared/socket';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readTree, type SourceFile } from '../../scripts/lib/tree.ts';
import { EdgeWorld } from '../kit/edge-world.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const documents = readTree('*.md', 'decisions/*.md');

function textOf(path: string): string {
  const found = documents.find((file) => file.path === path);
  if (found === undefined) throw new Error(`no ${path}`);
  return found.text;
}

/** Cells of each table row whose first cell is code: `| \`name\` | … |`. */
function rowsOf(text: string): Map<string, string[]> {
  const rows = [...text.matchAll(/^\| `([^`]+)` *\|(.*)\|$/gm)];
  return new Map(rows.map(([, name = '', rest = '']) => [name, rest.split('|').map((cell) => cell.trim())]));
}

test('PROTOCOL.md lists every fault with its remedy, status and close code', () => {
  const rows = rowsOf(textOf('PROTOCOL.md'));
  for (const [code, { remedy, status, close }] of Object.entries(FAULTS)) {
    expect([code, ...(rows.get(code)?.slice(0, 3) ?? [])]).toEqual([
      code,
      remedy,
      String(status),
      String(close ?? '–'),
    ]);
  }
});

test('PROTOCOL.md lists every limit with its default', () => {
  const rows = rowsOf(textOf('PROTOCOL.md'));
  for (const [limit, value] of Object.entries(DEFAULT_POLICY.limits)) {
    expect([limit, rows.get(limit)?.[0]]).toEqual([limit, value.toLocaleString('en')]);
  }
});

test('PROTOCOL.md lists every capability at its level', () => {
  const byLevel = new Map<number, string>();
  for (const match of textOf('PROTOCOL.md').matchAll(/^\| (\d+) *\| (`.*) \|$/gm))
    byLevel.set(Number(match[1]), match[2] ?? '');
  for (const [capability, level] of Object.entries(DEFAULT_LEVELS)) {
    expect(byLevel.get(level), capability).toContain(`\`${capability}\``);
  }
});

test.each([
  ['command', Command],
  ['message to the server', Up],
  ['message to the client', Down],
])('PROTOCOL.md names every %s and its fields', (_, union) => {
  const protocol = textOf('PROTOCOL.md');
  for (const { shape } of union.options) {
    const { type, ...fields } = shape;
    const [name] = [...type.values];
    const row = protocol
      .split('\n')
      .find((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${name}\``));
    expect(row, `a row for ${name}`).toBeDefined();
    for (const field of Object.keys(fields)) expect(row, `${name}.${field}`).toContain(field);
  }
});

test('PROTOCOL.md lists exactly the routes that the server has', () => {
  const routes = readTree('server/src/edge/routes/*.ts').flatMap(({ text }) =>
    [...text.matchAll(/method: '(\w+)',\s+path: '([^']+)'/g)].map(
      ([, method = '', path]) => `${method.toUpperCase()} ${path}`,
    ),
  );
  const listed = [...textOf('PROTOCOL.md').matchAll(/^\| `([A-Z]+ \/\S*)` *\|/gm)].map(([, call]) => call);
  expect(new Set(listed)).toEqual(new Set([...routes, 'GET /openapi.json']));
});

test('PROTOCOL.md names every field that a route takes or answers', async () => {
  const document: unknown = await (await new EdgeWorld().call('GET', '/openapi.json', { token: null })).json();
  const spans = [...textOf('PROTOCOL.md').matchAll(/```.*?```|`[^`]+`/gs)].map(([span]) => span);
  const named = new Set(spans.flatMap((span) => span.match(/[\w.]+/g) ?? []));
  expect([...fieldsOf(document)].filter((field) => !named.has(field))).toEqual([]);
});

/** The properties of every schema in an OpenAPI document. */
function fieldsOf(part: unknown): Set<string> {
  if (typeof part !== 'object' || part === null) return new Set();
  const own = 'properties' in part && typeof part.properties === 'object' ? Object.keys(part.properties ?? {}) : [];
  return new Set([...own, ...Object.values(part).flatMap((inner) => [...fieldsOf(inner)])]);
}

test('CONTRIBUTING.md lists every command', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const rows = rowsOf(textOf('CONTRIBUTING.md'));
  for (const name of Object.keys(scripts))
    expect([...rows.keys()]).toContain(['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`);
});

test('README.md lists exactly the settings that the server reads', () => {
  const [config] = readTree('server/src/config.ts');
  const read = [...(config?.text ?? '').matchAll(/^  ((?:PARLEY|OPENAI)_[A-Z_]+): (?!')/gm)].map((match) => match[1]);
  const [, section = ''] = textOf('README.md').split('## Configuration');
  const listed = [...section.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
  );
  expect(listed).toHaveLength(read.length);
  expect(new Set(listed)).toEqual(new Set(read));
});

test('every file and folder that a document names is there', () => {
  const named = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:client|docs|scripts|server|shared|test)\/[\w./-]+)`/g)].map(([, file = '']) => ({
      path,
      file,
    })),
  );
  const isThere = (file: string) => ['', '.ts', '.test.ts'].some((end) => existsSync(join(ROOT, file + end)));
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(({ file }) => !isThere(file))).toEqual([]);
});

test('links between documents lead somewhere', () => {
  expect(documents.flatMap(brokenLinks)).toEqual([]);
});

function brokenLinks({ path, text }: SourceFile): string[] {
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
  return links
    .filter(([, target = '', anchor]) => !leadsSomewhere(path, target, anchor))
    .map(([link]) => `${path}: ${link}`);
}

function leadsSomewhere(from: string, target: string, anchor: string | undefined): boolean {
  const path = target === '' ? from : join(dirname(from), target);
  if (!existsSync(join(ROOT, path))) return false;
  return anchor === undefined || anchorsOf(textOf(path)).includes(anchor);
}

function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
