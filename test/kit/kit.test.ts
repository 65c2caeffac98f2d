import { TurnId } from '@parley/shared/ids';
import { describe, expect, test } from 'vitest';
import { TestClock } from './clock.ts';
import { seededIds } from './ids.ts';
import { RecordingLog } from './log.ts';
import { RecordingMetrics } from './metrics.ts';

describe('the clock that is advanced', () => {
  test('stands still until told, and runs what is due in order, each at its own time', () => {
    const clock = new TestClock(1_000);
    const seen: string[] = [];
    clock.after(30, () => seen.push(`c@${clock.now()}`));
    clock.after(10, () => seen.push(`a@${clock.now()}`));
    clock.after(10, () => seen.push(`b@${clock.now()}`));
    expect(clock.now()).toBe(1_000);
    expect(clock.pending).toEqual([1_010, 1_010, 1_030]);
    clock.advance(29);
    expect(seen).toEqual(['a@1010', 'b@1010']);
    expect(clock.now()).toBe(1_029);
    clock.advance(1);
    expect(seen).toEqual(['a@1010', 'b@1010', 'c@1030']);
    expect(clock.pending).toEqual([]);
  });

  test('a timer made by a timer runs in the same advance when it falls due in it', () => {
    const clock = new TestClock(0);
    const seen: number[] = [];
    const again = (): void => {
      seen.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);
    clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.pending).toEqual([40]);
  });

  test('a cancelled timer never fires, even cancelled by one due at the same moment', () => {
    const clock = new TestClock(0);
    const seen: string[] = [];
    clock.after(5, () => cancel());
    const cancel = clock.after(5, () => seen.push('cancelled'));
    const early = clock.after(3, () => seen.push('cancelled early'));
    early();
    clock.advance(10);
    expect(seen).toEqual([]);
  });

  test('a timer that throws is heard, and the clock goes on afterwards', () => {
    const clock = new TestClock(0);
    const seen: number[] = [];
    clock.after(1, () => {
      throw new Error('from a timer');
    });
    clock.after(2, () => seen.push(clock.now()));
    expect(() => clock.advance(5)).toThrow('from a timer');
    clock.advance(5);
    expect(seen).toEqual([2]);
  });
});

describe('seeded ids', () => {
  test('the same seed gives the same ids and secrets, another seed others', () => {
    const draw = (seed: number): string[] => {
      const ids = seededIds(seed);
      return [ids.next('t'), ids.next('e'), ids.secret(16)];
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test('ids differ, fit the schema and are as long as real ones need', () => {
    const ids = seededIds(1);
    const made = Array.from({ length: 1_000 }, () => ids.next('t'));
    expect(new Set(made).size).toBe(1_000);
    for (const id of made) expect(TurnId.safeParse(id).success).toBe(true);
    expect(ids.secret(32)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

describe('the recording log', () => {
  test('keeps lines in order, by event', () => {
    const log = new RecordingLog();
    log.info('a', { n: 1 });
    log.debug('b');
    log.info('a', { n: 2 });
    expect(log.of('a').map((line) => line.fields.n)).toEqual([1, 2]);
    expect(log.lines.map((line) => line.level)).toEqual(['info', 'debug', 'info']);
    log.assertNoErrors();
  });

  test('an error is not missed', () => {
    const log = new RecordingLog();
    log.error('broken', { room: 'r' });
    expect(() => log.assertNoErrors()).toThrow('broken');
  });
});

test('recording metrics: sums by label, last gauge, every observation', () => {
  const metrics = new RecordingMetrics();
  metrics.count('parley_faults_total', 1, { code: 'forbidden' });
  metrics.count('parley_faults_total', 2, { code: 'queue_full' });
  metrics.gauge('parley_peers', 3);
  metrics.gauge('parley_peers', 2);
  metrics.observe('parley_turn_seconds', 0.5);
  metrics.observe('parley_turn_seconds', 1.5);
  expect(metrics.counted('parley_faults_total')).toBe(3);
  expect(metrics.counted('parley_faults_total', { code: 'queue_full' })).toBe(2);
  expect(metrics.counted('parley_delivered_total')).toBe(0);
  expect(metrics.gauged('parley_peers')).toBe(2);
  expect(metrics.gauged('parley_rooms')).toBeUndefined();
  expect(metrics.observed('parley_turn_seconds')).toEqual([0.5, 1.5]);
});
