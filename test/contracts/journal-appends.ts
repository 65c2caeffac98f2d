import type { Journal } from '@parley/server/ports/journal';
import { expect, test } from 'vitest';
import { everyRecord, recordTypes } from './every-record.ts';
import { batch, bytes, everything, fullRoom, message, note, prompt, room } from './journal-samples.ts';

/** One owner at a time: the epoch (D1). */
export function epochs(journal: () => Journal): void {
  test('D1 the epoch grows by one with each owner and starts a new room at sequence 0', async () => {
    expect(await journal().acquire(room('a'))).toEqual({ epoch: 1, seq: 0 });
    expect(await journal().acquire(room('a'))).toEqual({ epoch: 2, seq: 0 });
    expect(await journal().acquire(room('b'))).toEqual({ epoch: 1, seq: 0 });
  });

  test('D1 owners that ask at once get different epochs', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => journal().acquire(room('a'))));
    expect(answers.map((answer) => answer.epoch)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test('D1 a new owner learns the last sequence, and the older one can no longer write', async () => {
    const old = await journal().acquire(room('a'));
    await journal().append(room('a'), old.epoch, batch(0, [note('1'), note('2')]));
    const next = await journal().acquire(room('a'));
    expect(next.seq).toBe(2);
    expect(await journal().append(room('a'), old.epoch, batch(2, [note('late')]))).toEqual({ kind: 'stale-epoch' });
    expect(await journal().append(room('a'), old.epoch, batch(2, [], fullRoom()))).toEqual({ kind: 'stale-epoch' });
    expect(await journal().docs(room('a'))).toEqual([]);
    expect(await journal().append(room('a'), next.epoch, batch(2, [note('3')]))).toEqual({ kind: 'appended' });
  });

  test('D1 what was sent before another owner came stands; what was sent after is refused, in one moment too', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const [before, taken, after] = await Promise.all([
      journal().append(room('a'), epoch, batch(0, [note('before')])),
      journal().acquire(room('a')),
      journal().append(room('a'), epoch, batch(1, [note('after')])),
    ]);
    expect(before).toEqual({ kind: 'appended' });
    expect(taken).toEqual({ epoch: epoch + 1, seq: 1 });
    expect(after).toEqual({ kind: 'stale-epoch' });
  });

  test('D1 a room that nobody acquired takes nothing', async () => {
    const { epoch } = await journal().acquire(room('a'));
    expect(await journal().append(room('b'), epoch, batch(0, [note('x')]))).toEqual({ kind: 'stale-epoch' });
    expect(await journal().compactDoc(room('b'), epoch, 'workspace', 1, bytes(1))).toEqual({ kind: 'stale-epoch' });
  });
}

/** What is written, and read back (D1). */
export function appends(journal: () => Journal): void {
  test('D1 a room is held once something was written of it; asking, or owning it, makes none', async () => {
    expect(await journal().holds(room('a'))).toBe(false);
    const { epoch } = await journal().acquire(room('a'));
    expect(await journal().holds(room('a'))).toBe(false);
    await journal().append(room('a'), epoch, batch(0, [note('one')]));
    expect([await journal().holds(room('a')), await journal().holds(room('b'))]).toEqual([true, false]);
  });

  test('D1 records are read back as they were written, with sequences from 1', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const records = [prompt('k1'), message('m1'), note('n')];
    expect(await journal().append(room('a'), epoch, batch(0, records))).toEqual({ kind: 'appended' });
    const stored = records.map((record, index) => ({ seq: index + 1, record }));
    expect(await journal().read(room('a'), 0)).toEqual(stored);
    expect(await journal().read(room('a'), 2)).toEqual(stored.slice(2));
    expect(await journal().read(room('a'), 3)).toEqual([]);
    expect(await journal().read(room('never'), 0)).toEqual([]);
  });

  test('D2 every kind of record is read back as it was written', async () => {
    const { epoch } = await journal().acquire(room('a'));
    expect(new Set(everyRecord.map(({ type }) => type))).toEqual(new Set(recordTypes()));
    expect(await journal().append(room('a'), epoch, batch(0, everyRecord))).toEqual({ kind: 'appended' });
    expect((await journal().read(room('a'), 0)).map(({ record }) => record)).toEqual(everyRecord);
  });

  test('D2 a record that could not be read again is not written', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const broken = { ...prompt('k1'), at: Number.NaN };
    await expect(journal().append(room('a'), epoch, batch(0, [note('1'), broken], fullRoom()))).rejects.toThrow();
    expect(await journal().read(room('a'), 0)).toEqual([]);
    expect(await journal().append(room('a'), epoch, batch(0, [prompt('k1')]))).toEqual({ kind: 'appended' });
  });

  test('D1 appends sent at once are taken in the order they were sent', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const sent = Array.from({ length: 50 }, (_, index) => index);
    const settled: number[] = [];
    await Promise.all(
      sent.map(async (index) => {
        await journal().append(room('a'), epoch, batch(index, [note(`${index}`)]));
        settled.push(index);
      }),
    );
    expect(settled).toEqual(sent);
    const stored = await journal().read(room('a'), 0);
    expect(stored.map(({ record }) => record)).toEqual(sent.map((index) => note(`${index}`)));
    expect(stored.map(({ seq }) => seq)).toEqual(sent.map((index) => index + 1));
  });

  test('D1 what is acknowledged can be read at once', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const acknowledged = journal().append(room('a'), epoch, batch(0, [note('1')], fullRoom()));
    const seen = acknowledged.then(() => journal().read(room('a'), 0));
    expect(await seen).toHaveLength(1);
  });

  test('D1 a batch may hold documents only, or nothing, and then takes no sequence', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [note('1')]));
    expect(await journal().append(room('a'), epoch, batch(1, [], fullRoom()))).toEqual({ kind: 'appended' });
    expect(await journal().append(room('a'), epoch, batch(1, []))).toEqual({ kind: 'appended' });
    expect(await journal().append(room('a'), epoch, batch(1, [note('2')]))).toEqual({ kind: 'appended' });
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(1)]);
  });

  test('D1 unfinished names the rooms that were last said to be busy, over all tenants', async () => {
    const rooms = [room('a'), room('b'), room('a', 'other')];
    for (const ref of rooms) {
      const { epoch } = await journal().acquire(ref);
      await journal().append(ref, epoch, batch(0, [note('1')], { busy: true }));
      await journal().append(ref, epoch, batch(1, [note('2')]));
    }
    expect(await journal().unfinished()).toEqual(rooms);
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(2, [], { busy: false }));
    expect(await journal().unfinished()).toEqual([room('b'), room('a', 'other')]);
  });

  test('D1 the store answers', async () => {
    expect(await journal().healthy()).toBe(true);
  });
}

/** What is refused, and costs nothing (D1). */
export function refusals(journal: () => Journal): void {
  test('D1 another sequence than the last is refused with the one that stands', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [note('1')]));
    expect(await journal().append(room('a'), epoch, batch(0, [note('again')]))).toEqual({ kind: 'wrong-seq', seq: 1 });
    expect(await journal().append(room('a'), epoch, batch(2, [note('gap')]))).toEqual({ kind: 'wrong-seq', seq: 1 });
  });

  test('D1 a client id is taken once a room and person, also within one batch', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [prompt('k1', 'ada'), message('m', 'k1')]));
    const again = await journal().append(room('a'), epoch, batch(2, [prompt('k1', 'ada')]));
    expect(again).toEqual({ kind: 'duplicate', key: 'prompt:ada:k1' });
    const message2 = await journal().append(room('a'), epoch, batch(2, [message('m2', 'k1')]));
    expect(message2).toEqual({ kind: 'duplicate', key: 'message:ada:k1' });
    const twice = await journal().append(room('a'), epoch, batch(2, [prompt('k2'), note('x'), prompt('k2')]));
    expect(twice).toEqual({ kind: 'duplicate', key: 'prompt:ada:k2' });
    const others = await journal().append(
      room('a'),
      epoch,
      batch(2, [prompt('k1', 'bob'), prompt('k2'), message('m3')]),
    );
    expect(others).toEqual({ kind: 'appended' });
  });

  test('D1 the same client id in another room is another id', async () => {
    for (const ref of [room('a'), room('b')]) {
      const { epoch } = await journal().acquire(ref);
      expect(await journal().append(ref, epoch, batch(0, [prompt('k1')]))).toEqual({ kind: 'appended' });
    }
  });

  test('D1 a refused batch changes nothing: no record, update, listing or busy mark of it stays', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [prompt('k1')]));
    const before = await everything(journal());
    await journal().append(room('a'), epoch, batch(1, [note('new'), prompt('k1')], fullRoom()));
    await journal().append(room('a'), epoch, batch(7, [note('new')], fullRoom()));
    expect(await everything(journal())).toEqual(before);
    expect(await journal().append(room('a'), epoch, batch(1, [note('next')]))).toEqual({ kind: 'appended' });
  });

  test('D1 a refusal costs those sent with it nothing', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const other = await journal().acquire(room('b'));
    const kinds = await Promise.all([
      journal().append(room('a'), epoch, batch(0, [prompt('k1')])),
      journal().append(room('a'), epoch, batch(1, [prompt('k1')])),
      journal().append(room('b'), other.epoch, batch(0, [prompt('k1')])),
      journal().append(room('a'), epoch, batch(0, [note('x')])),
      journal().append(room('a'), epoch, batch(1, [note('2')])),
    ]);
    expect(kinds.map(({ kind }) => kind)).toEqual(['appended', 'duplicate', 'appended', 'wrong-seq', 'appended']);
    expect(await journal().read(room('a'), 0)).toHaveLength(2);
    expect(await journal().read(room('b'), 0)).toHaveLength(1);
  });

  test('D1 a mistake in one write costs those sent with it nothing', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const [before, mistake, after] = await Promise.allSettled([
      journal().append(room('a'), epoch, batch(0, [note('1')])),
      journal().compactDoc(room('a'), epoch, 'workspace', 1, bytes(1)),
      journal().append(room('a'), epoch, batch(1, [note('2')])),
    ]);
    expect(before).toEqual({ status: 'fulfilled', value: { kind: 'appended' } });
    expect(mistake).toMatchObject({ status: 'rejected' });
    expect(after).toEqual({ status: 'fulfilled', value: { kind: 'appended' } });
    expect(await journal().read(room('a'), 0)).toHaveLength(2);
  });
}
