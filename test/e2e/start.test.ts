import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ChildProgram } from '../kit/child-program.ts';

const data = mkdtempSync(join(tmpdir(), 'parley-start-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

function npmStart(env: Readonly<Record<string, string>> = {}): ChildProgram {
  // As at home: nothing is compiled before.
  const fresh = { NODE_DISABLE_COMPILE_CACHE: '1', PARLEY_PORT: '0', PARLEY_DATA: data };
  return new ChildProgram(['scripts/run.mjs', 'start'], { ...fresh, ...env });
}

test('W31 npm start says where it is, who answers and whom to try, serves the page, and stops when told', async () => {
  const start = npmStart();
  const [, line = ''] = await start.said(/^(\{"event":"listening".*\})$/m);
  const { url, model } = JSON.parse(line) as { url: string; model: string };
  await start.said(/Ctrl-C stops it/);
  expect(start.output).toContain(`Parley is running: ${url}`);
  expect(start.output).toContain(`answers   ${model}`);
  for (const person of ['ana', 'ben']) expect(start.output).toContain(`${url}/?room=lobby&as=${person}`);
  const page = await fetch(`${url}/?room=lobby&as=ana`);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await start.stop('SIGINT')).toBe(0);
});

test('a second start needs nothing from outside and less than five seconds', async () => {
  const atMost = Math.max(5_000, 60 * (await emptyStart()));
  const before = performance.now();
  // A registry that answers nobody: any attempt to fetch would fail.
  const start = npmStart({ npm_config_registry: 'http://127.0.0.1:9' });
  await start.said(/"event":"listening"/);
  expect(performance.now() - before).toBeLessThan(atMost);
  expect(await start.stop()).toBe(0);
});

/** Milliseconds that a program which does nothing takes here: five seconds are a promise for a machine that is not busy. */
async function emptyStart(): Promise<number> {
  const before = performance.now();
  await new ChildProgram(['-e', '0']).ended;
  return performance.now() - before;
}

test('W29 a configuration that cannot be used ends npm start with 78 and every problem', async () => {
  const start = npmStart({ PARLEY_PORT: 'many', PARLEY_LOG: 'loud', PARLEY_HOTS: 'x' });
  expect(await start.ended).toBe(78);
  for (const name of ['PARLEY_PORT', 'PARLEY_LOG', 'PARLEY_HOTS']) expect(start.output).toContain(name);
});
