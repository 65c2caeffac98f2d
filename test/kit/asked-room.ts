import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import type { Model } from '@parley/server/ports/model';
import { ClientKey } from '@parley/shared/ids';
import { RoomWorld, settled } from './room-world.ts';

/** A room that is asked one question after another, and whom it asks. */
export interface AskedRoom<M extends Model> {
  readonly world: RoomWorld;
  readonly model: M;
}

/** A room whose turns may use so many tokens. */
export async function askedRoom<M extends Model>(model: M, turnTokens: number): Promise<AskedRoom<M>> {
  return { world: await RoomWorld.open({ limits: { turnTokens } }, new MemoryJournal(), model), model };
}

let asked = 0;
/** Prompts with about 220 tokens each, and their answers. */
export async function ask(
  { world }: Pick<AskedRoom<Model>, 'world'>,
  user: string,
  count = 1,
  audience: 'room' | 'me' = 'room',
): Promise<void> {
  for (let each = 0; each < count; each++) {
    asked++;
    const text = `question ${asked} ${'of several words '.repeat(10)}`;
    await world.must(user, { type: 'prompt.submit', id: ClientKey.parse(`k${asked}`), text, audience });
    await settled();
    await settled();
  }
}
