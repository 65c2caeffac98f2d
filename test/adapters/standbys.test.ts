import { Standbys } from '@parley/server/adapters/model/standbys';
import type { ModelEvent, ModelRequest } from '@parley/server/ports/model';
import { expect, test } from 'vitest';
import { RecordingLog } from '../kit/log.ts';
import { failing, PlayedTarget, RouteWorld } from '../kit/route-world.ts';
import { settled } from '../kit/room-world.ts';

const HOUR = 3_600_000;

test('G4 stand-ins are called soon after the start and then every hour, except those that people called meanwhile', async () => {
  const { clock, healths } = new RouteWorld();
  const log = new RecordingLog();
  const [idle, used] = [new PlayedTarget('idle', () => ({})), new PlayedTarget('used', () => ({}))];
  new Standbys({ targets: [idle, used], healths, clock, log }).start();
  clock.advance(60_000);
  await settled();
  expect([idle.calls, used.calls]).toEqual([1, 1]);
  clock.advance(HOUR / 2);
  healths.call(used)[Symbol.dispose]();
  clock.advance(HOUR / 2);
  await settled();
  expect([idle.calls, used.calls]).toEqual([2, 1]);
});

test('G4 one that would not answer is an error in the log, and its breaker knows', async () => {
  const { clock, healths } = new RouteWorld();
  const log = new RecordingLog();
  const dead = new PlayedTarget('dead', () => failing('auth'));
  await new Standbys({ targets: [dead], healths, clock, log }).exercise();
  expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { event: 'model.standby-failed', fields: { provider: 'dead', model: 'dead-model', why: 'auth' } },
  ]);
  expect(healths.stateOf(dead).coolUntil).toBe(clock.now() + 60_000);
});

test('G4 one that never answers is given up after a minute and known as silent, and nothing of it stays', async () => {
  const { clock, healths } = new RouteWorld();
  const log = new RecordingLog();
  async function* silent(_: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    yield { type: 'end', end: { reason: 'failed', class: 'aborted', detail: '' } };
  }
  const provider = { provider: 'mute', model: 'mute-model' };
  const target = { provider, key: 'mute', model: { name: 'mute', stream: silent } };
  clock.advance(HOUR);
  const round = new Standbys({ targets: [target], healths, clock, log }).exercise();
  clock.advance(60_000);
  await round;
  expect(log.lines).toMatchObject([{ level: 'error', event: 'model.standby-failed', fields: { why: 'stall' } }]);
  expect(clock.pending).toEqual([]);
});

test('G4 a stand-in of several models is called once', async () => {
  const { clock, healths } = new RouteWorld();
  const shared = new PlayedTarget('shared', () => ({}));
  clock.advance(HOUR);
  await new Standbys({ targets: [shared, shared], healths, clock, log: new RecordingLog() }).exercise();
  expect(shared.calls).toBe(1);
  expect(clock.pending).toEqual([]);
});
