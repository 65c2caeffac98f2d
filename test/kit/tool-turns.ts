import type { ModelMessage, ModelRequest } from '@parley/server/ports/model';
import { must } from '@parley/shared/assert';
import type { TurnId } from '@parley/shared/ids';
import type { RoomWorld } from './room-world.ts';
import { asksFor, quiet } from './tooled-room.ts';

/** A call that acts: a mail to Bob. */
export const SEND = { call: 'mail.send', given: { to: 'bob', text: 'hello' } };
/** A call that reads what has readers of its own. */
export const SEARCH = { call: 'drive.search', given: { q: 'plan' } };

/** The answer of a turn, once it has ended. */
export async function ended(world: RoomWorld, turn: TurnId) {
  const records = await world.recordsOf('turn.ended');
  return must(records.find((record) => record.turn === turn) ?? null, `${turn} has ended`);
}

/** The last messages of a request. */
export function tail(request: ModelRequest | undefined, count: number): readonly ModelMessage[] {
  return request?.messages.slice(-count) ?? [];
}

/** Bob's words stand in the room before ana asks, so they shape what the model writes. */
export async function askShaped(
  world: RoomWorld,
  ...steps: readonly { call: string; given?: unknown }[]
): Promise<TurnId> {
  await world.must('bob', {
    type: 'message.post',
    id: 'm-1' as never,
    text: 'mail me',
    audience: 'room',
    offRecord: false,
  });
  world.model.expect({ pieces: ['I will.'], end: asksFor(...steps) });
  const { turn } = await world.prompt('ana', 'do it');
  await quiet();
  return turn;
}

/** What waits for somebody's word. */
export async function waiting(world: RoomWorld, user = 'ana') {
  const { items } = await world.must(user, { type: 'approval.list' });
  return items;
}

/** Ana's oldest approval is decided. */
export async function decide(world: RoomWorld, decision: 'approve' | 'decline', by = 'ana') {
  const asked = must((await waiting(world))[0] ?? null, 'an approval waits');
  const { id: approval, digest } = asked;
  return world.command(by, { type: 'approval.decide', approval, decision, digest });
}
