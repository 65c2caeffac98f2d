import { factsOf, readPeople } from '@parley/client/admin/resource-change';
import { UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';

const people = (...ids: string[]): UserId[] => ids.map((id) => UserId.parse(id));

test('R3 UI people are written by id, each once, and what is no id is named instead of being left out', () => {
  expect(readPeople(' ana\nben, ana;cy ')).toEqual({ ok: true, value: people('ana', 'ben', 'cy') });
  expect(readPeople('')).toEqual({ ok: true, value: [] });
  expect(readPeople('ana sys/tem system')).toMatchObject({
    ok: false,
    fault: { detail: expect.stringMatching(/: sys\/tem, system$/) },
  });
  const many = (count: number): string => Array.from({ length: count }, (_, n) => `u${n}`).join('\n');
  expect(readPeople(many(10_000)).ok).toBe(true);
  expect(readPeople(many(10_001)).ok).toBe(false);
});

test('R3 UI a change says who may read it from then on, who no longer, and for how many nothing changes', () => {
  const facts = factsOf(people('ana', 'ben', 'cy'), people('ana', 'dee')).join('\n');
  expect(facts).toMatch(/^dee may read it from now on/);
  expect(facts).toMatch(/\nben, cy may not read it any more/);
  expect(facts).toMatch(/\nFor 1 other person nothing changes/);
  expect(facts).not.toMatch(/Nobody|Nothing was said/);
});

test('R3 UI saying it for the first time, taking it from everyone, and changing nothing are told apart', () => {
  expect(factsOf(null, people('ana')).join('\n')).toMatch(/^ana may read.*\nNothing was said of it here before/s);
  expect(factsOf(null, []).join('\n')).toMatch(/^Nobody may read it then.*\nNothing was said/s);
  expect(factsOf(people('ana'), []).join('\n')).toMatch(/^ana may not.*\nNobody may read it then/s);
  expect(factsOf(people('ana', 'ben'), people('ben', 'ana'))).toEqual([]);
  const crowd = people(...Array.from({ length: 11 }, (_, n) => `u${n}`));
  expect(factsOf([], crowd)[0]).toMatch(/^u0, .*, u7 and 3 more may read it/);
});
