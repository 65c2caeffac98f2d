import type { Journal } from '@parley/server/ports/journal';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appends, epochs, refusals } from './journal-appends.ts';
import { documents } from './journal-documents.ts';
import { listings } from './journal-listings.ts';
import { redactions } from './journal-redactions.ts';
import { batch, bytes, everything, fullRoom, listing, message, note, prompt, room, user } from './journal-samples.ts';

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
