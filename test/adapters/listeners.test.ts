import { Listeners } from '@parley/server/adapters/store/listeners';
import { expect, test } from 'vitest';

test('whoever leaves while news is told hears no more of it, and whoever comes meanwhile hears the next', () => {
  const listeners = new Listeners<[string]>();
  const heard: string[] = [];
  const hear = (name: string) => (news: string) => void heard.push(`${name} ${news}`);
  listeners.add((news) => {
    if (news !== 'one') return;
    leave();
    listeners.add(hear('late'));
  });
  const leave = listeners.add(hear('gone'));
  listeners.add(hear('there'));
  listeners.tell('one');
  listeners.tell('two');
  expect(heard).toEqual(['there one', 'there two', 'late two']);
});

test('one that listens twice is told twice, and leaves once at a time', () => {
  const listeners = new Listeners<[number]>();
  let sum = 0;
  const add = (n: number): void => void (sum += n);
  const leave = listeners.add(add);
  listeners.add(add);
  listeners.tell(1);
  leave();
  listeners.tell(10);
  expect(sum).toBe(12);
});
