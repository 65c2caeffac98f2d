import { expect, test } from 'vitest';
import { ATTACKS, readAttackBook } from '../../scripts/lib/attack-book.ts';
import { readRuleBook } from '../../scripts/lib/rule-book.ts';
import { MOST_LINES, readOnce, shapeFindings } from '../../scripts/lib/shape-rules.ts';

const spec = '# Spec\n- **T1** durable first\n- **T2** idempotent\n- **W3** closes\nsee **T9** elsewhere\n';

function testFile(text: string) {
  return { path: 'test/spec/a.test.ts', text };
}

test('a rule without a test is found', () => {
  const book = readRuleBook(spec, [testFile(`test('T1 durable', f); describe("W3: closes", f)`)]);
  expect(book.untested).toEqual(['T2']);
  expect(book.unknown).toEqual([]);
});

test('a title may name several rules, in a table or a template too', () => {
  const book = readRuleBook(spec, [
    testFile("test.each([[1, 2]])('T1, T2 both hold for %s', f); test(`W3 on ${name}`, f)"),
  ]);
  expect(book.untested).toEqual([]);
});

test('a test of a rule that the specification does not have is found', () => {
  const book = readRuleBook(spec, [
    testFile("test('T1 T7 bounded', f); test('P1 one outcome', f); test('T2 x', f); test('W3 y', f)"),
  ]);
  expect(book.unknown).toEqual([{ rule: 'T7', path: 'test/spec/a.test.ts' }]);
});

test('a rule number used twice is found', () => {
  expect(readRuleBook(`${spec}- **T1** again\n`, []).repeated).toEqual(['T1']);
});

test('a number inside a sentence names no rule', () => {
  expect(readRuleBook(spec, [testFile("test('holds T1 somehow', f)")]).untested).toContain('T1');
});

test('an attack is found that no test plays and nobody accounts for, that both is said of, or that there is not', () => {
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => `A${from + at} `).join('');
  const [played, told] = [numbers(1, 60), numbers(61, ATTACKS).trim()];
  const book = (titles: string, list: string) =>
    readAttackBook(`- **${list}** cannot be\n`, [
      testFile(`test('${titles}are played', f); test('plays A61 somehow', f)`),
    ]);
  expect(book(played, told)).toEqual({ missing: [], stale: [], unknown: [] });
  expect(book(played.replace(/A7 /, ''), told.replace(/A70 /, ''))).toMatchObject({ missing: [7, 70] });
  expect(book(`${played}A61 `, told)).toMatchObject({ stale: [61] });
  expect(book(`${played}A91 `, told)).toMatchObject({ unknown: [91] });
});

test('a file over the length is found, one at the length is not', () => {
  const file = (lines: number) => ({ path: 'server/src/room/a.ts', text: 'x\n'.repeat(lines) });
  expect(shapeFindings([file(MOST_LINES)])).toEqual([]);
  expect(shapeFindings([file(MOST_LINES + 1)])).toHaveLength(1);
});

test('a clock read outside its adapter is found; a date made from a number is not one', () => {
  const file = (path: string, text: string) => ({ path, text });
  expect(shapeFindings([file('server/src/edge/a.ts', 'new Date()')])).toHaveLength(1);
  expect(
    shapeFindings([
      file('server/src/edge/a.ts', 'new Date(at)'),
      file('server/src/adapters/host/system.ts', 'new Date()'),
    ]),
  ).toEqual([]);
});

test('an adapter over two libraries is found', () => {
  const adapter = (text: string) => ({ path: 'server/src/adapters/a.ts', text });
  const one =
    "import { z } from '@parley/shared/ids';\nimport fs from 'node:fs';\nimport a from 'jose';\nimport b from 'jose/x';\n";
  expect(shapeFindings([adapter(one)])).toEqual([]);
  expect(shapeFindings([adapter(`${one}import pino from 'pino';\n`)])).toHaveLength(1);
});

test.each([
  'expect(await row.innerText()).toBe(1);',
  'expect((await page.getByRole("row").allInnerTexts())[0]).toBe(1);',
  'expect(\n  await page\n    .locator("li")\n    .count(),\n).toBe(1);',
])('what a window shows is read until it holds: %s', (text) => {
  expect(readOnce([{ path: 'test/browser/a.test.ts', text: `f();\n${text}` }])).toEqual([
    expect.stringMatching(/^test\/browser\/a.test.ts:2: reads \w+ once/),
  ]);
});

test('a window that is polled or waited for is not read once', () => {
  const text = `
    await expect.poll(() => row.innerText()).toBe('x');
    await expect.poll(async () => (await row.count()) > 1).toBe(true);
    expect(await window.look('name')).toEqual([]);
    await row.count();`;
  expect(readOnce([{ path: 'test/browser/a.test.ts', text }])).toEqual([]);
});

test.each([
  'function f(tenant: string) {}',
  'function f(room: RoomId, tenant: string): void {}',
  'class A { f(\n    tenantId?: string,\n  ) {} }',
  'const key = `${ref.tenant.id}/${room}`;',
  "const key = tenant.id + '/' + room;",
  "const key = 'x/' + ref.tenant.id;",
])('R11 below the edge a tenant as text is found: %s', (text) => {
  for (const folder of ['core', 'ports', 'room', 'adapters'])
    expect(shapeFindings([{ path: `server/src/${folder}/a.ts`, text }])).toHaveLength(1);
  for (const path of ['server/src/core/tenant.ts', 'server/src/edge/a.ts', 'client/src/a.ts'])
    expect(shapeFindings([{ path, text }])).toEqual([]);
});

test('R11 a handle, a row and a bound parameter are no tenant as text', () => {
  const text = `
    interface Row { readonly tenant: string }
    function f(tenant: Tenant): void { sql.get(tenant.id, user); }
    const add: Statement<[{ tenant: string; user: string }]> = db.prepare('');`;
  expect(shapeFindings([{ path: 'server/src/adapters/a.ts', text }])).toEqual([]);
});
