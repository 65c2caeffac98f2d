import { seenShare } from '@parley/server/core/warming/seen-share';
import { NEVER_WARM, whenAttempted, whenSettled, whenWarmed, type Warmth } from '@parley/server/core/warming/warmth';
import { heatOf, isWorthWarming, USUAL_CACHING, type Looking } from '@parley/server/core/warming/worth-warming';
import type { RecordOf } from '@parley/server/core/records';
import { TurnId } from '@parley/shared/ids';
import { expect, test } from 'vitest';

const about = { lane: 'room', turn: TurnId.parse('t_1') } as const;
const spent = {
  ...{ provider: 'p', model: 'theirs', inputTokens: 9, cacheWriteTokens: 0, outputTokens: 1, reasoningTokens: 0 },
  ...({ estimated: false, cost: null, keyOf: 'server', reserved: 9 } as const),
};

const attempt = (model: string, at: number): RecordOf<'turn.attempted'> => {
  return { ...about, type: 'turn.attempted', step: 1, attempt: 1, model, at };
};
const settled = (cachedTokens: number): RecordOf<'attempt.settled'> => {
  const call = { step: 1, attempt: 1, speaker: 'ana', outcome: 'stop', kind: '0 usual', at: 0 };
  return { ...about, ...spent, ...call, type: 'attempt.settled', cachedTokens };
};
const warmed = (outcome: string, at: number): RecordOf<'warmup.settled'> => {
  return { ...spent, type: 'warmup.settled', lane: 'room', cachedTokens: 0, outcome, at };
};

/** A lane that was sent to `m` at 1,000, whose provider read from its cache. */
const KNOWN: Warmth = whenSettled(whenAttempted(NEVER_WARM, attempt('m', 1_000)), settled(64));
const look = (more: Partial<Looking>): Looking => {
  return { warmth: KNOWN, model: 'm', caches: true, caching: USUAL_CACHING, now: 1_000, ...more };
};

test('C17 the cache may be cold from nine tenths of its lifetime on, counted from when a call began', () => {
  expect(heatOf(look({ now: 1_000 + 269_999 }))).toBe('warm');
  expect(heatOf(look({ now: 1_000 + 270_000 }))).toBe('cold');
  const later = whenAttempted(KNOWN, attempt('m', 100_000));
  expect(heatOf(look({ warmth: later, now: 1_000 + 270_000 }))).toBe('warm');
  const ofAnother = whenAttempted(KNOWN, attempt('other', 100_000));
  expect(heatOf(look({ warmth: ofAnother, now: 1_000 + 270_000 }))).toBe('cold');
  expect(heatOf(look({ model: 'never asked' }))).toBe('cold');
});

test('C17 only for a model that is known to cache, by what its provider said of that model or by declaration', () => {
  expect(heatOf(look({ caches: false, now: 9e9 }))).toBe('closed');
  expect(heatOf(look({ caches: false, caching: { ...USUAL_CACHING, isDeclared: true }, now: 9e9 }))).toBe('cold');
  expect(heatOf(look({ caching: { ...USUAL_CACHING, lifetimeMs: 0, isDeclared: true }, now: 9e9 }))).toBe('closed');
  const { models } = whenSettled(whenAttempted(KNOWN, attempt('other', 2_000)), settled(0));
  expect(models.get('other')).toEqual({ calledAt: 2_000, caches: false });
  expect(models.get('m')).toEqual({ calledAt: 1_000, caches: true });
  expect(whenAttempted(KNOWN, attempt('m', 3_000)).models.get('m')).toEqual({ calledAt: 3_000, caches: true });
  expect(whenSettled(NEVER_WARM, settled(9))).toEqual(NEVER_WARM);
});

test('C17 one a lifetime whatever came of it, and after a failure none for an hour', () => {
  const at = (warmth: Warmth, now: number) => heatOf(look({ warmth, now }));
  for (const outcome of ['stop', 'length', 'tool', 'refused', 'aborted']) {
    const after = whenWarmed(KNOWN, warmed(outcome, 1_000_000));
    expect(at(after, 1_000_000 + 299_999)).toBe('closed');
    expect(at(after, 1_000_000 + 300_000)).toBe('cold');
  }
  const failed = whenWarmed(KNOWN, warmed('request', 1_000_000));
  expect(at(failed, 1_000_000 + 3_599_999)).toBe('closed');
  expect(at(failed, 1_000_000 + 3_600_000)).toBe('cold');
  // One that gave way says nothing of whether the next one would be answered.
  expect(at(whenWarmed(failed, warmed('aborted', 1_500_000)), 1_800_000)).toBe('closed');
  expect(at(whenWarmed(failed, warmed('length', 1_500_000)), 1_800_000)).toBe('cold');
});

test('C17 it is worth its price where it is long enough, and cold or not what was sent last', () => {
  const worth = (heat: Parameters<typeof isWorthWarming>[0], tokens: number, seen: number | null) =>
    isWorthWarming(heat, { tokens, seen }, USUAL_CACHING);
  expect(worth('cold', 1_024, 1)).toBe(true);
  expect(worth('cold', 1_023, 0)).toBe(false);
  expect(worth('cold', 1_024, null)).toBe(true);
  expect(worth('warm', 1_024, 0.49)).toBe(true);
  expect(worth('warm', 1_024, 0.5)).toBe(false);
  expect(worth('warm', 1_023, 0)).toBe(false);
  expect(worth('warm', 9_999, null)).toBe(false);
  expect(worth('closed', 9_999, 0)).toBe(false);
});

test('C17 what was sent counts as far as it is the same from the beginning', () => {
  const say = (...contents: string[]) =>
    contents.map((content, index) => ({ role: index % 2 === 0 ? ('user' as const) : ('assistant' as const), content }));
  expect(seenShare(say('aaaa', 'bbbb'), say('aaaa', 'bbbb'))).toBe(1);
  expect(seenShare(say('aaaa', 'bbbb', 'cc'), say('aaaa', 'bbbb', 'ccdddddddd'))).toBe(10 / 18);
  expect(seenShare(say('aaaa', 'xbbb', 'cccc'), say('aaaa', 'bbbb', 'cccc'))).toBe(4 / 12);
  expect(seenShare([], say('aaaa'))).toBe(0);
  expect(seenShare(say('aaaa'), [])).toBe(1);
  const [user] = say('aaaa');
  expect(seenShare([{ ...user, role: 'assistant', content: 'aaaa' }], say('aaaa'))).toBe(0);
});
