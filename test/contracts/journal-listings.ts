import type { Journal } from '@parley/server/ports/journal';
import { expect, test } from 'vitest';
import { batch, listing, note, room, tenant, user } from './journal-samples.ts';

/** Which rooms a person is in, page by page (D1). */
export function listings(journal: () => Journal): void {
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
