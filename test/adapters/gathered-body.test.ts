import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { GatheredBody, MOST_WAITING } from '@parley/server/adapters/model/gathered-body';
import { expect, test } from 'vitest';
import { TestClock } from '../kit/clock.ts';

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

test('G11 the end waits for nobody, and comes after all that was sent', async () => {
  const { clock, source, body } = start();
  const rest = body.take(34);
  source.end('rest');
  expect(String(await rest)).toBe('rest');
  expect(await body.take(34)).toBeNull();
  expect(clock.pending).toEqual([]);
});

test('G1 a body that breaks off hands over what came, then says why', async () => {
  const { source, body } = start();
  source.write('a');
  await turn();
  source.destroy(new Error('broken'));
  expect(String(await body.take(34))).toBe('a');
  await expect(body.take(34)).rejects.toThrow('broken');
});

test('G1 a sender is made to wait while nobody takes what it sends', async () => {
  const { source, body } = start();
  source.write(Buffer.alloc(MOST_WAITING));
  await turn();
  source.write('more');
  await turn();
  expect(source.isPaused()).toBe(true);
  expect(await body.take(0)).toHaveLength(MOST_WAITING);
  expect(String(await body.take(0))).toBe('more');
});
