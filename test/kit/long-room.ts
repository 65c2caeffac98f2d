import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import type { EntryId } from '@parley/shared/ids';
import { ClientKey } from '@parley/shared/ids';
import { RoomWorld, settled } from './room-world.ts';
import { SummingModel } from './summing-model.ts';

/** What a turn may use in these rooms. */
const TURN_TOKENS = 6_000;

export interface LongRoom {
  readonly world: RoomWorld;
  readonly model: SummingModel;
}

let made = 0;

/** Words that say nothing twice, about as many tokens as asked for. */
function words(tokens: number): string {
  const own = (made += 1);
  return Array.from({ length: Math.ceil(tokens / 3) }, (_, index) => `w${own}n${index}`.padEnd(11, 'x')).join(' ');
}

export async function say(
  { world }: LongRoom,
  user: string,
  tokens: number,
  also: { readonly text?: string; readonly audience?: 'room' | 'me' } = {},
): Promise<EntryId> {
  const id = ClientKey.parse(`said${(made += 1)}`);
  const text = `${also.text ?? ''} ${words(tokens)}`.trim();
  const posted = { type: 'message.post', id, text, audience: also.audience ?? 'room', offRecord: false } as const;
  const answer = await world.must(user, posted);
  await settled();
  if (!('entry' in answer)) throw new Error('a message is an entry');
  return answer.entry.id;
}

export async function ask(at: LongRoom, user: string, audience: 'room' | 'me' = 'room'): Promise<void> {
  const id = ClientKey.parse(`asked${(made += 1)}`);
  at.model.answer = words(200);
  await at.world.must(user, { type: 'prompt.submit', id, text: words(200), audience });
  for (let rounds = 0; rounds < 4; rounds += 1) await settled();
}

/** A room in which three turns and what people said between take about half of what it may be, all of it before anybody asks for a digest. */
export async function roomAtWork(): Promise<LongRoom> {
  const model = new SummingModel();
  const limits = { turnTokens: TURN_TOKENS, promptsPerMinute: 10_000, turnSeconds: 3_600 };
  const at = { model, world: await RoomWorld.open({ limits, titles: 'off' }, new MemoryJournal(), model) };
  await say(at, 'bob', 500, { text: 'the oldest' });
  await say(at, 'cyd', 500);
  for (let turn = 0; turn < 3; turn += 1) await ask(at, 'ana');
  return at;
}

/** The same, and then people said as much to each other that a digest is due. */
export async function longRoom(): Promise<LongRoom> {
  const at = await roomAtWork();
  for (let said = 0; said < 3; said += 1) await say(at, 'bob', 500);
  return at;
}
