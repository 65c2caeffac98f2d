import { expect, test } from 'vitest';
import { ChildProgram } from './child-program.ts';

test('a child program is waited for by what it says', async () => {
  const child = new ChildProgram(['-e', "setInterval(() => {}, 1000); console.log('one'); console.error('two ' + 1);"]);
  expect((await child.said(/two (\d)/))[1]).toBe('1');
  expect(child.output).toContain('one');
  expect(await child.stop()).toBe(-1);
});

test('waiting for what a program never says fails with what it said', async () => {
  const child = new ChildProgram(['-e', "console.log('other'); process.exitCode = 7;"]);
  await expect(child.said(/hello/)).rejects.toThrow('other');
  expect(await child.ended).toBe(7);
});
