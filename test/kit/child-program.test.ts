import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
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

test('a child program ends with its starter, also when that is killed and does nothing any more', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // `listen` on a port gives an AddressInfo; a string is for pipes.
  const { port } = server.address() as AddressInfo;
  const lives = JSON.stringify(`require('node:net').connect(${port}, '127.0.0.1')`);
  const starts = `(await import('./test/kit/child-program.ts')).ChildProgram`;
  const starter = new ChildProgram(['--input-type=module', '-e', `new (${starts})(['-e', ${lives}]);`]);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const gone = once(socket.resume(), 'close');
  expect(await starter.stop('SIGKILL')).toBe(-1);
  await gone;
  server.close();
});
