import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { GatheredBody } from '@parley/server/adapters/model/gathered-body';
import { postTo } from '@parley/server/adapters/model/provider-post';
import { expect, test } from 'vitest';
import { TestClock } from '../kit/clock.ts';

const TOKENS = Array.from({ length: 50 }, (_, n) => `token ${n} `);

/** A body in the test's hands, and a clock that stands still. */
function start() {
  const clock = new TestClock();
  const source = new PassThrough();
  return { clock, source, body: new GatheredBody(source, clock) };
}

test('G11 the first piece is handed over as soon as it comes, the others together once their time has come', async () => {
  const { clock, source, body } = start();
  const first = body.take(0);
  source.write('a');
  expect(String(await first)).toBe('a');
  const second = body.take(34);
  source.write('b');
  source.write('c');
  await turn();
  clock.advance(34);
  expect(String(await second)).toBe('bc');
});

test('G11 what comes late is handed over when it comes', async () => {
  const { clock, source, body } = start();
  const late = body.take(34);
  clock.advance(1_000);
  source.write('late');
  expect(String(await late)).toBe('late');
});

test('G11 the end comes after all that was sent, and waits for nobody who takes without a pause', async () => {
  const { clock, source, body } = start();
  const rest = body.take(34);
  source.end('rest');
  await turn();
  clock.advance(34);
  expect(String(await rest)).toBe('rest');
  expect(await body.take(0)).toBeNull();
  expect(await body.take(34)).toBeNull();
  expect(clock.pending).toEqual([]);
});

test('G1 a body that breaks off hands over what came, then says why', async () => {
  const { clock, source, body } = start();
  source.write('a');
  await turn();
  const taken = body.take(34);
  source.destroy(new Error('broken'));
  expect(String(await taken)).toBe('a');
  await expect(body.take(34)).rejects.toThrow('broken');
  expect(clock.pending).toEqual([]);
});

test('G1 a sender is made to wait while nobody takes what it sends', async () => {
  const { source, body } = start();
  const first = body.take(0);
  source.write('first');
  expect(String(await first)).toBe('first');
  source.write(Buffer.alloc(source.readableHighWaterMark));
  await turn();
  expect(source.write('more')).toBe(false);
  expect(source.isPaused()).toBe(true);
  expect((await body.take(0))?.length).toBeGreaterThanOrEqual(source.readableHighWaterMark);
});

test('G11 a provider is read once for a piece, however many tokens it sent meanwhile', async () => {
  const asked = Promise.withResolvers<ServerResponse>();
  const server = createServer((_, response) => asked.resolve(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an address object.
  const { port } = server.address() as AddressInfo;
  const post = postTo({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'k' });
  const over = new AbortController();
  const answering = post('/chat/completions', {}, over.signal)();
  const response = await asked.promise;
  response.write('first');
  const answer = await answering;
  const clock = new TestClock();
  const body = new GatheredBody(answer, clock);
  expect(String(await body.take(0))).toBe('first');
  const rest = body.take(34);
  const read = await readDuring(answer, () => sent(response, TOKENS));
  clock.advance(34);
  const all = TOKENS.join('');
  let taken = String(await rest);
  // More than stood in the way of being read: what the system held comes with the same piece.
  expect(taken.length).toBeGreaterThan(TOKENS.slice(0, 5).join('').length);
  // What the system delivers late is not lost.
  while (taken.length < all.length) taken += String(await body.take(0));
  expect(taken).toBe(all);
  expect(read).toBeLessThan(Buffer.byteLength(TOKENS.slice(0, 5).join('')) * 2);
  over.abort();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** Bytes that the connection of an answer gave while something went on. */
async function readDuring({ socket }: IncomingMessage, work: () => Promise<void>): Promise<number> {
  const before = socket.bytesRead;
  await work();
  return socket.bytesRead - before;
}

/** Each by itself, and with the time to arrive. */
async function sent(response: ServerResponse, tokens: readonly string[]): Promise<void> {
  for (const token of tokens) {
    await new Promise<void>((written, failed) => {
      response.write(token, (error) => (error ? failed(error) : written()));
    });
    for (let n = 0; n < 5; n += 1) await turn();
  }
}
