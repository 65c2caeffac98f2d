import { hostClock, hostDigest, hostIds } from '@parley/server/adapters/host/system';
import { EntryId, TurnId } from '@parley/shared/ids';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

describe('the host clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 5_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('tells the time and runs a task once', () => {
    const task = vi.fn();
    hostClock.after(20, task);
    expect(hostClock.now()).toBe(5_000);
    vi.advanceTimersByTime(19);
    expect(task).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(task).toHaveBeenCalledTimes(1);
    expect(hostClock.now()).toBe(6_019);
  });

  test('a wait longer than the host can hold does not fire early, and can be cancelled on its way', () => {
    const year = 365 * 86_400_000;
    const task = vi.fn();
    const cancelled = vi.fn();
    hostClock.after(year, task);
    const cancel = hostClock.after(year, cancelled);
    vi.advanceTimersByTime(year - 1);
    expect(task).not.toHaveBeenCalled();
    cancel();
    vi.advanceTimersByTime(1);
    expect(task).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(year);
    expect(cancelled).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('the hash of several texts is that of one, wherever it is cut', () => {
  const whole = hostDigest('words of “all” kinds 🙂\n');
  for (const cut of [0, 1, 9, 15, 24]) {
    const [one, other] = ['words of “all” kinds 🙂\n'.slice(0, cut), 'words of “all” kinds 🙂\n'.slice(cut)];
    expect(hostDigest([one, other])).toBe(whole);
  }
  expect(hostDigest([])).toBe(hostDigest(''));
  expect(hostDigest(['words of “all” kinds'])).not.toBe(whole);
});

test('host ids differ, fit their schemas and carry 128 bits; secrets are as long as asked', () => {
  const ids = Array.from({ length: 500 }, () => hostIds.next('t'));
  expect(new Set(ids).size).toBe(500);
  for (const id of ids) expect(TurnId.parse(id)).toMatch(/^t_[A-Za-z0-9_-]{22}$/);
  expect(EntryId.safeParse(hostIds.next('e')).success).toBe(true);
  expect(Buffer.from(hostIds.secret(32), 'base64url')).toHaveLength(32);
});
