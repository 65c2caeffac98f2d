import type { Usage } from '@parley/shared/entry';
import type { Job, JobIn } from '../../core/background/job.ts';
import type { BackgroundSettled } from '../../core/budget/attempt-settled.ts';
import { costOf } from '../../core/budget/price.ts';
import type { RoomRef } from '../../core/tenant.ts';
import type { Provider, Tokenizer } from '../../ports/model.ts';
import type { Digest } from '../../ports/system.ts';
import type { Budgets, Reservation } from '../budgets.ts';
import type { Inside, Rooms } from '../rooms.ts';
import type { Answer, AskingKind, Question, Taken } from './job-kinds.ts';

/** A message is this much more than its words on the wire. */
const FRAME_TOKENS = 4;

/** Names one question of one job: asked again later it is another one (D5). */
export function operationOf({ id, ref, state }: JobIn<'waiting'>, digest: Digest): string {
  return digest(JSON.stringify(['background', ref.room, id, state.attempts, state.notBefore]));
}

/** Holds what a question may use, in every account that pays; null when one of them is used up. */
export function reserveFor(
  { budgets, tokenizer }: { readonly budgets: Budgets; readonly tokenizer: Tokenizer },
  { tenant, room }: RoomRef,
  { request: { messages, maxOutputTokens: most } }: Question,
): Reservation | null {
  const inputTokens = messages.reduce((sum, { content }) => sum + tokenizer.count(content) + FRAME_TOKENS, 0);
  const payer = { room, user: null };
  const reserved = budgets.reserve({ tenant, payer, granted: null, inputTokens, p90: most, most });
  return 'spent' in reserved ? null : reserved;
}

interface Came {
  readonly reason: string;
  readonly usage: Usage;
  readonly reasoningTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly estimated?: boolean;
  readonly from: Provider | undefined;
  readonly at: number;
}

/** The record of what a question cost (G6). */
export function settledOf({ kind: work, state }: JobIn<'asked'>, came: Came): BackgroundSettled {
  const { usage, reason: outcome, reasoningTokens = 0, cacheWriteTokens = 0, estimated = false, from, at } = came;
  const { model: named, ...used } = usage;
  const { provider = 'built in', model = named, price, keyOf = 'server' } = from ?? {};
  const spent = { ...used, cacheWriteTokens, reasoningTokens, estimated };
  const { operation, reserved } = state;
  const facts = {
    work,
    operation,
    provider,
    model,
    outcome,
    ...spent,
    cost: costOf(price, spent),
    keyOf,
    reserved,
    at,
  };
  return { type: 'background.settled', lane: 'room', ...facts };
}

/** Takes an answer in once, however often it arrives. */
export function takeIn(
  rooms: Pick<Rooms, 'within'>,
  { ref }: Job,
  kind: AskingKind,
  { answer, settled }: { readonly answer: Answer; readonly settled: BackgroundSettled },
): Promise<Inside<Taken>> {
  return rooms.within(ref, async (desk) => {
    // Records of a lane may be written only once it is loaded.
    await desk.lane('room');
    return desk.chronicle.ledger.isSettled(answer.operation) ? 'taken' : kind.take(desk, answer, settled);
  });
}
