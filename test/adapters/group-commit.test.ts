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

/** A disk that is done when it is told; each sync waits for the next word. */
function heldDisk(): { synced: () => Promise<void>; done: (error?: Error) => void } {
  const asked: PromiseWithResolvers<void>[] = [];
  const synced = (): Promise<void> => {
    store.log.push('sync');
    const next = Promise.withResolvers<void>();
    asked.push(next);
    return next.promise;
  };
  const done = (error?: Error): void => {
    const next = asked.shift();
    if (error) next?.reject(error);
    else next?.resolve();
  };
  return { synced, done };
}

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('D1 nobody is told before what was committed is on disk, and what comes meanwhile shares the next commit', async () => {
  const { synced, done } = heldDisk();
  group = new GroupCommit(store.transact, (error) => error instanceof StoreFailure, synced);
  const tell = (name: string) => write(name).then(() => store.log.push(`${name} told`));
  const first = tell('a');
  await later();
  const rest = [tell('b'), tell('c')];
  await later();
  expect(store.log).toEqual(['begin', 'a', 'commit', 'sync']);
  done();
  await first;
  await later();
  expect(store.log.slice(4)).toEqual(['a told', 'begin', 'b', 'c', 'commit', 'sync']);
  done();
  await Promise.all(rest);
  expect(store.log.slice(10)).toEqual(['b told', 'c told']);
});

test('D1 a disk that failed to take what was committed is not trusted again', async () => {
  const { synced, done } = heldDisk();
  group = new GroupCommit(store.transact, (error) => error instanceof StoreFailure, synced);
  const settled = Promise.allSettled([write('a'), write('b')]);
  await later();
  done(new Error('EIO'));
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(write('c')).rejects.toThrow('EIO');
  expect(store.log).not.toContain('c');
});

test('D1 a mistake in one write keeps nobody from waiting for the disk', async () => {
  const { synced, done } = heldDisk();
  group = new GroupCommit(store.transact, (error) => error instanceof StoreFailure, synced);
  const mistake = group.run(() => {
    throw new RangeError('a mistake');
  });
  const told = write('a').then(() => store.log.push('told'));
  await expect(mistake).rejects.toThrow('a mistake');
  await later();
  expect(store.log.slice(-2)).toEqual(['commit', 'sync']);
  done();
  await told;
  expect(store.log.at(-1)).toBe('told');
});

test('D1 it is drained when nothing waits and all is on disk', async () => {
  const { synced, done } = heldDisk();
  group = new GroupCommit(store.transact, (error) => error instanceof StoreFailure, synced);
  await group.drained();
  void write('a');
  const drained = group.drained().then(() => store.log.push('drained'));
  await later();
  expect(store.log.at(-1)).toBe('sync');
  done();
  await drained;
});

test('D1 what may wait for the disk with what comes next is acknowledged when it is committed, and waits with what may not', async () => {
  const { synced, done } = heldDisk();
  group = new GroupCommit(store.transact, (error) => error instanceof StoreFailure, synced);
  await group.run(() => store.log.push('lazy'), true);
  expect(store.log).toEqual(['begin', 'lazy', 'commit']);
  const told = Promise.all([group.run(() => store.log.push('lazy'), true), write('firm')]);
  await later();
  expect(store.log.slice(3)).toEqual(['begin', 'lazy', 'firm', 'commit', 'sync']);
  done();
  await told;
});
