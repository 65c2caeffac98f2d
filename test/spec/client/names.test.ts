import { lookOf } from '@parley/client/ui/look-alike';
import { Names } from '@parley/client/ui/names';
import { expect, test } from 'vitest';
import { view } from '../../browser/stories/build.ts';
import { ana, ben } from '../../browser/stories/people.ts';

/** Which of these people are shown with their id. */
function alike(people: Readonly<Record<string, string>>): string[] {
  const names = new Names();
  const present = Object.entries(people).map(([id, name]) => ({ ...ben, id, name }));
  names.learn({ ...view('speaker'), you: null, people: present });
  return Object.keys(people).filter((id) => names.isAlike(id));
}

test('R13 names that look the same are known, in whatever letters, marks and case they are written', () => {
  for (const imitation of ['Ana', 'ANA', 'Аnа', 'Ána', 'A\u200bna', ' a.n-a ', 'Ａna'])
    expect([imitation, lookOf(imitation)]).toEqual([imitation, lookOf('Ana')]);
  for (const other of ['Anna', 'Ena', 'An', 'Ana2']) expect(lookOf(other)).not.toBe(lookOf('Ana'));
});

test('R13 both of two people who could be taken for each other are shown with their ids, and nobody else', () => {
  expect(alike({ ana: 'Ana', 'ana-2': 'Аnа', ben: 'Ben' })).toEqual(['ana', 'ana-2']);
  expect(alike({ cy: '🙂', di: '🎉' })).toEqual([]);
});

test('R13 whoever takes another name is not taken for anybody any more, and what shows names is told', () => {
  const names = new Names();
  const here = (name: string) => ({ ...view('speaker'), you: null, people: [ana, { ...ben, name }] });
  names.learn(here('Ana'));
  expect(names.isAlike(ana.id)).toBe(true);
  const { revision } = names;
  names.learn(here('Ben'));
  expect([names.isAlike(ana.id), names.isAlike(ben.id)]).toEqual([false, false]);
  expect(names.revision).toBeGreaterThan(revision);
});
