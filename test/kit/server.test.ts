import { expect, test } from 'vitest';
import { startServer } from './server.ts';

test('a real server is started, spoken to, killed, and comes back on the same data and address', async () => {
  await using server = await startServer();
  const ana = await server.person('ana', 'Ana');
  await ana.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
  await server.kill();
  await expect(ana.call('GET', '/v1/rooms/den')).rejects.toThrow();
  await server.restart();
  expect(await ana.call('GET', '/v1/rooms/den')).toMatchObject({ status: 200, body: { id: 'den', title: 'Den' } });
  await expect(ana.must('GET', '/v1/rooms/attic')).rejects.toThrow('404');
  expect(await server.stop()).toBe(0);
});
