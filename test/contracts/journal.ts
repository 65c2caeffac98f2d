import type { Journal } from '@parley/server/ports/journal';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { everyRecord, recordTypes } from './every-record.ts';
import { batch, bytes, listing, message, note, prompt, redaction, room, tenant, user } from './journal-samples.ts';

/** A journal and the store behind it. */
export interface JournalWorld {
  readonly journal: Journal;
  /** Closes the journal and opens one on the same store, as a restart does. */
  reopen(): Promise<Journal>;
  dispose(): Promise<void>;
}

/** What every journal promises, whatever it stands on (D1). */
export function journalContract(name: string, open: () => Promise<JournalWorld>): void {
  describe(`journal contract: ${name}`, () => {
    let world: JournalWorld;
    let journal: Journal;
    beforeEach(async () => {
      world = await open();
      journal = world.journal;
    });
    afterEach(() => world.dispose());

    epochs(() => journal);
    appends(() => journal);
    refusals(() => journal);
    documents(() => journal);
    redactions(() => journal);
    listings(() => journal);
    tenants(() => journal);

    test('D1 D3 reopened, a journal holds all that it acknowledged and nothing else', async () => {
      const { epoch } = await journal.acquire(room('a'));
      await journal.append(room('a'), epoch, batch(0, [prompt('k1'), message('m1', 'mk')], fullRoom()));
      await journal.append(room('a'), epoch, batch(9, [note('refused')]));
      await journal.compactDoc(room('a'), epoch, 'workspace', 1, bytes(9));
      const before = await everything(journal);

      const reopened = await world.reopen();
      expect(await everything(reopened)).toEqual(before);
      expect(await reopened.append(room('a'), epoch, batch(2, [prompt('k1')]))).toEqual({
        kind: 'duplicate',
        key: 'prompt:ada:k1',
      });
      expect(await reopened.acquire(room('a'))).toEqual({ epoch: epoch + 1, seq: 2 });
      expect(await reopened.append(room('a'), epoch, batch(2, [note('late')]))).toEqual({ kind: 'stale-epoch' });
    });
  });
}

const fullRoom = () => ({
  updates: [
    { doc: 'workspace' as const, update: bytes(1) },
    { doc: 'transcript.me:ada' as const, update: bytes(2) },
  ],
  listing: listing('Room A', { ada: 'owner', bob: 'reader' }),
  busy: true,
});

/** All that can be asked about room `a` and its people. */
async function everything(journal: Journal): Promise<unknown> {
  return {
    records: await journal.read(room('a'), 0),
    docs: await journal.docs(room('a')),
    workspace: await journal.loadDoc(room('a'), 'workspace'),
    me: await journal.loadDoc(room('a'), 'transcript.me:ada'),
    unfinished: await journal.unfinished(),
    ada: await journal.rooms(tenant('acme'), user('ada'), null, 10),
    bob: await journal.rooms(tenant('acme'), user('bob'), null, 10),
  };
}

function epochs(journal: () => Journal): void {
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

function appends(journal: () => Journal): void {
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

function refusals(journal: () => Journal): void {
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

/** Two records, and a document of three parts. */
async function readyToRedact(journal: Journal) {
  const { epoch } = await journal.acquire(room('a'));
  const updates = [1, 2, 3].map((part) => ({ doc: 'workspace' as const, update: bytes(part) }));
  await journal.append(room('a'), epoch, batch(0, [prompt('k1'), message('m1', 'mk')], { updates }));
  return epoch;
}

function redactions(journal: () => Journal): void {
  const compacted = (parts: number, ...state: number[]) => ({
    compacted: [{ doc: 'workspace' as const, parts, state: bytes(...state) }],
  });

  test('D11 a redaction appends, puts records in the place of others, and gives documents one state, in one step', async () => {
    const epoch = await readyToRedact(journal());
    const change = {
      ...redaction(2, [note('redacted')], [{ seq: 2, record: message('m1', 'mk', '') }]),
      updates: [{ doc: 'workspace' as const, update: bytes(4) }],
      ...compacted(4, 9),
    };
    expect(await journal().redact(room('a'), epoch, change)).toEqual({ kind: 'appended' });
    expect((await journal().read(room('a'), 0)).map(({ record }) => record)).toEqual([
      prompt('k1'),
      message('m1', 'mk', ''),
      note('redacted'),
    ]);
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(9)]);
  });

  test('D11 parts behind those that a redaction counts stay behind its state', async () => {
    const epoch = await readyToRedact(journal());
    await journal().redact(room('a'), epoch, { ...redaction(2, [], []), ...compacted(2, 12) });
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(12), bytes(3)]);
  });

  test('D11 the unique keys of what was rewritten stay taken', async () => {
    const epoch = await readyToRedact(journal());
    await journal().redact(room('a'), epoch, redaction(2, [], [{ seq: 2, record: message('m1', 'mk', '') }]));
    const again = await journal().append(room('a'), epoch, batch(2, [message('other', 'mk')]));
    expect(again).toEqual({ kind: 'duplicate', key: 'message:ada:mk' });
  });

  test('D11 a refused redaction, or a mistaken one, changes nothing', async () => {
    const epoch = await readyToRedact(journal());
    const before = await everything(journal());
    const rewritten = [{ seq: 2, record: message('m1', 'mk', '') }];
    const whole = { ...redaction(2, [note('new')], rewritten), ...compacted(3, 9) };
    expect(await journal().redact(room('a'), epoch, { ...whole, expectedSeq: 1 })).toEqual({
      kind: 'wrong-seq',
      seq: 2,
    });
    expect(await journal().redact(room('a'), epoch, { ...whole, records: [prompt('k1')] })).toMatchObject({
      kind: 'duplicate',
    });
    expect(await journal().redact(room('never'), epoch, whole)).toEqual({ kind: 'stale-epoch' });
    await expect(journal().redact(room('a'), epoch, { ...whole, ...compacted(4, 9) })).rejects.toThrow();
    const unknown = { ...whole, rewritten: [...rewritten, { seq: 9, record: note('x') }] };
    await expect(journal().redact(room('a'), epoch, unknown)).rejects.toThrow();
    expect(await everything(journal())).toEqual(before);
    await journal().acquire(room('a'));
    expect(await journal().redact(room('a'), epoch, whole)).toEqual({ kind: 'stale-epoch' });
    expect(await everything(journal())).toEqual(before);
  });
}

function documents(journal: () => Journal): void {
  const updates = (...parts: Uint8Array[]) => ({
    updates: parts.map((update) => ({ doc: 'workspace' as const, update })),
  });

  test('D3 the parts of a document come back in the order they were written, empty and large ones too', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const large = new Uint8Array(300_000).fill(7);
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(2), bytes(1))));
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(), large)));
    const parts = await journal().loadDoc(room('a'), 'workspace');
    expect(parts).toEqual([bytes(2), bytes(1), bytes(), large]);
    expect(parts.every((part) => Object.getPrototypeOf(part) === Uint8Array.prototype)).toBe(true);
    expect(await journal().loadDoc(room('a'), 'transcript')).toEqual([]);
    expect(await journal().loadDoc(room('never'), 'workspace')).toEqual([]);
  });

  test('D3 a view into a larger buffer is kept as the bytes it shows', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const frame = bytes(9, 9, 1, 2, 9);
    await journal().append(room('a'), epoch, batch(0, [], updates(frame.subarray(2, 4))));
    frame.fill(0);
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(1, 2)]);
  });

  test('D3 docs names every document that was written, once, by name', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const written = ['workspace.x', 'transcript', 'workspace.x', 'transcript.me:zoë', 'workspace'] as const;
    for (const doc of written)
      await journal().append(room('a'), epoch, batch(0, [], { updates: [{ doc, update: bytes(1) }] }));
    expect(await journal().docs(room('a'))).toEqual(['transcript', 'transcript.me:zoë', 'workspace', 'workspace.x']);
    expect(await journal().docs(room('never'))).toEqual([]);
  });

  test('D3 compaction replaces the first parts by one state; later parts stay behind it', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(1), bytes(2), bytes(3))));
    expect(await journal().compactDoc(room('a'), epoch, 'workspace', 2, bytes(12))).toEqual({ kind: 'appended' });
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(12), bytes(3)]);
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(4))));
    await journal().compactDoc(room('a'), epoch, 'workspace', 3, bytes(124));
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(124)]);
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(5))));
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(124), bytes(5)]);
  });

  test('D3 parts that arrive while a compaction is under way are not lost', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(1), bytes(2))));
    await Promise.all([
      journal().append(room('a'), epoch, batch(0, [], updates(bytes(3)))),
      journal().compactDoc(room('a'), epoch, 'workspace', 2, bytes(12)),
      journal().append(room('a'), epoch, batch(0, [], updates(bytes(4)))),
    ]);
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(12), bytes(3), bytes(4)]);
  });

  test('D3 compaction touches no other document and no other room', async () => {
    for (const ref of [room('a'), room('b')]) {
      const { epoch } = await journal().acquire(ref);
      await journal().append(
        ref,
        epoch,
        batch(0, [], {
          updates: [
            { doc: 'workspace', update: bytes(1) },
            { doc: 'transcript', update: bytes(2) },
          ],
        }),
      );
    }
    const { epoch } = await journal().acquire(room('a'));
    await journal().compactDoc(room('a'), epoch, 'workspace', 1, bytes(9));
    expect(await journal().loadDoc(room('a'), 'transcript')).toEqual([bytes(2)]);
    expect(await journal().loadDoc(room('b'), 'workspace')).toEqual([bytes(1)]);
  });

  test('D3 an owner that was replaced compacts nothing', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(1), bytes(2))));
    await journal().acquire(room('a'));
    expect(await journal().compactDoc(room('a'), epoch, 'workspace', 2, bytes(9))).toEqual({ kind: 'stale-epoch' });
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(1), bytes(2)]);
  });

  test('D3 compacting parts that do not exist is a mistake and changes nothing', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(1))));
    await expect(journal().compactDoc(room('a'), epoch, 'workspace', 2, bytes(9))).rejects.toThrow(RangeError);
    await expect(journal().compactDoc(room('a'), epoch, 'workspace', 0, bytes(9))).rejects.toThrow(RangeError);
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(1)]);
  });
}

function listings(journal: () => Journal): void {
  async function list(ids: readonly string[], of = 'acme'): Promise<void> {
    for (const id of ids) {
      const { epoch, seq } = await journal().acquire(room(id, of));
      await journal().append(room(id, of), epoch, batch(seq, [], { listing: listing(`Room ${id}`, { ada: 'owner' }) }));
    }
  }
  const ids = async (who: string, after: string | null, limit: number): Promise<string[]> =>
    (await journal().rooms(tenant('acme'), user(who), after, limit)).map(({ id }) => id);

  test('D1 rooms lists what a person is a member of, as it was last said', async () => {
    await list(['a']);
    expect(await journal().rooms(tenant('acme'), user('ada'), null, 10)).toEqual([
      { id: 'a', title: 'Room a', role: 'owner', createdAt: 1_750_000_000_000 },
    ]);
    const { epoch, seq } = await journal().acquire(room('a'));
    await journal().append(
      room('a'),
      epoch,
      batch(seq, [], { listing: listing('New', { bob: 'speaker', cy: 'reader' }) }),
    );
    expect(await ids('ada', null, 10)).toEqual([]);
    expect(await journal().rooms(tenant('acme'), user('cy'), null, 10)).toMatchObject([
      { title: 'New', role: 'reader' },
    ]);
  });

  test('D1 rooms pages by id after a cursor', async () => {
    await list(['d', 'b', 'B', 'a-1', 'c']);
    expect(await ids('ada', null, 3)).toEqual(['B', 'a-1', 'b']);
    expect(await ids('ada', 'b', 3)).toEqual(['c', 'd']);
    expect(await ids('ada', 'bb', 1)).toEqual(['c']);
    expect(await ids('ada', 'd', 3)).toEqual([]);
  });

  test('D1 a removed listing shows nowhere, and an append without one changes none', async () => {
    await list(['a', 'b']);
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [note('1')]));
    expect(await ids('ada', null, 10)).toEqual(['a', 'b']);
    await journal().append(room('a'), epoch, batch(1, [], { listing: null }));
    expect(await ids('ada', null, 10)).toEqual(['b']);
  });
}

function tenants(journal: () => Journal): void {
  test('R11 the same room id in two tenants never meets', async () => {
    const ours = room('a', 'acme');
    const theirs = room('a', 'rival');
    const one = await journal().acquire(ours);
    await journal().append(ours, one.epoch, batch(0, [prompt('k1')], fullRoom()));

    expect(await journal().read(theirs, 0)).toEqual([]);
    expect(await journal().docs(theirs)).toEqual([]);
    expect(await journal().loadDoc(theirs, 'workspace')).toEqual([]);
    expect(await journal().rooms(theirs.tenant, user('ada'), null, 10)).toEqual([]);
    expect(await journal().append(theirs, one.epoch, batch(1, [note('x')]))).toEqual({ kind: 'stale-epoch' });

    const two = await journal().acquire(theirs);
    expect(two).toEqual({ epoch: 1, seq: 0 });
    expect(
      await journal().append(
        theirs,
        two.epoch,
        batch(0, [prompt('k1')], { listing: listing('Theirs', { ada: 'reader' }) }),
      ),
    ).toEqual({ kind: 'appended' });
    await journal().append(theirs, two.epoch, batch(1, [], { listing: null }));
    expect(await journal().rooms(ours.tenant, user('ada'), null, 10)).toMatchObject([{ title: 'Room A' }]);
    expect(await journal().unfinished()).toEqual([ours]);
  });

  test('R11 a tenant id that reads like another one and a room is not that room', async () => {
    const { epoch } = await journal().acquire(room('b-c', 'a'));
    await journal().append(room('b-c', 'a'), epoch, batch(0, [note('x')]));
    expect(await journal().read(room('c', 'a-b'), 0)).toEqual([]);
  });
}
