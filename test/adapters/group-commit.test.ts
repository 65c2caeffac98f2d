import { GroupCommit } from '@parley/server/adapters/store/group-commit';
import { beforeEach, expect, test } from 'vitest';

/** A store that notes what happens to it and fails as told. */
class Store {
  readonly log: string[] = [];
  failCommit = false;
  transact = (work: () => void): void => {
    this.log.push('begin');
    try {
      work();
      if (this.failCommit) throw new StoreFailure('disk full');
      this.log.push('commit');
    } catch (error) {
      this.log.push('rollback');
      throw error;
    }
  };
}
class StoreFailure extends Error {}

let store: Store;
let group: GroupCommit;
beforeEach(() => {
  store = new Store();
  group = new GroupCommit(store.transact, (error) => error instanceof StoreFailure);
});
const write = (name: string): Promise<string> =>
  group.run(() => {
    store.log.push(name);
    return name;
  });

test('D1 what arrives in one turn of the event loop shares one commit, in order, and resolves after it', async () => {
  const resolved = Promise.all(
    ['a', 'b', 'c'].map((name) => write(name).then(() => store.log.push(`${name} resolved`))),
  );
  expect(store.log).toEqual([]);
  await resolved;
  expect(store.log).toEqual(['begin', 'a', 'b', 'c', 'commit', 'a resolved', 'b resolved', 'c resolved']);
});

test('D1 what arrives while a group is written goes into the next one', async () => {
  const inner: Promise<string>[] = [];
  await group.run(() => inner.push(write('late')));
  await Promise.all(inner);
  expect(store.log).toEqual(['begin', 'commit', 'begin', 'late', 'commit']);
});

test('D1 when the store fails nobody of the group is told that it is written', async () => {
  store.failCommit = true;
  const settled = await Promise.allSettled([write('a'), write('b')]);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(store.log).toEqual(['begin', 'a', 'b', 'rollback']);
  store.failCommit = false;
  expect(await write('after')).toBe('after');
});

test('D1 a mistake in one write fails that one; the others are written in order', async () => {
  const mistake = (): Promise<never> =>
    group.run(() => {
      throw new RangeError('a mistake');
    });
  const settled = await Promise.allSettled([write('a'), mistake(), write('b')]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const written = store.log.slice(store.log.indexOf('rollback') + 1);
  expect(written).toEqual(['begin', 'a', 'commit', 'begin', 'rollback', 'begin', 'b', 'commit']);
});

test('D1 flush writes at once what is waiting, and nothing twice', async () => {
  const waiting = write('a');
  group.flush();
  expect(store.log).toEqual(['begin', 'a', 'commit']);
  await waiting;
  group.flush();
  expect(await write('b')).toBe('b');
  expect(store.log).toEqual(['begin', 'a', 'commit', 'begin', 'b', 'commit']);
});
