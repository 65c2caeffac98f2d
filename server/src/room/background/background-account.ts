import type { Usage } from '@parley/shared/entry';
import { scopesOf, type Payer } from '../../core/budget/charge.ts';
import type { BackgroundSettled } from '../../core/budget/attempt-settled.ts';
import { costOf } from '../../core/budget/price.ts';
import { failed, postponed, type JobIn, type JobState } from '../../core/background/job.ts';
import type { RoomRef } from '../../core/tenant.ts';
import type { Provider, Tokenizer } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';
import type { Budgets, Reservation } from '../budgets.ts';
import type { Rooms } from '../rooms.ts';
import type { AskingKind, Question } from './job-kinds.ts';

/** A message is this much more than its words on the wire. */
const FRAME_TOKENS = 4;

/** Holds what a question may use, in every account that pays; null where its answer would have to be shorter than it may be. */
export function reserveFor(
  { budgets, tokenizer }: { readonly budgets: Budgets; readonly tokenizer: Tokenizer },
  ref: RoomRef,
  { request: { messages, maxOutputTokens: most } }: Question,
): Reservation | null {
  const inputTokens = messages.reduce((sum, { content }) => sum + tokenizer.count(content) + FRAME_TOKENS, 0);
  const { tenant } = ref;
  const reserved = budgets.reserve({ tenant, payer: payerOf(ref), granted: null, inputTokens, p90: most, most });
  if ('spent' in reserved) return null;
  if (reserved.outputTokens === most) return reserved;
  budgets.release(reserved);
  return null;
}

/** The same for a question that a provider still has since before a restart. */
export function holdAgain(budgets: Budgets, { ref, state }: JobIn<'asked'>): Reservation {
  return budgets.holdAgain({ tenant: ref.tenant, payer: payerOf(ref) }, state.reserved);
}

export interface TakingDeps {
  readonly rooms: Pick<Rooms, 'within'>;
  readonly budgets: Budgets;
  readonly clock: Clock;
}

/** An answer as it came from a provider. */
export interface Came {
  readonly text: string;
  readonly reason: string;
  readonly usage: Usage;
  readonly reasoningTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly estimated?: boolean;
  readonly from: Provider | undefined;
}

/**
 * Takes an answer in once, however often it arrives, and charges for it (G6). Gives where its job stands then: null, it
 * is done; `later`, its room cannot be had now and nothing happened.
 */
export async function takeIn(
  { rooms, budgets, clock }: TakingDeps,
  { asked, kind }: { readonly asked: JobIn<'asked'>; readonly kind: AskingKind },
  came: Came,
): Promise<JobState | null | 'later'> {
  const { operation, sources, basis } = asked.state;
  const inside = await rooms.within(asked.ref, async (desk) => {
    // Records of a lane may be written only once it is loaded.
    await desk.lane('room');
    if (desk.chronicle.ledger.isSettled(operation)) return 'taken';
    const settled = settledOf(asked, came, clock.now());
    const { tenant } = asked.ref;
    budgets.charge({ claim: { tenant, granted: null }, scopes: scopesOf(payerOf(asked.ref)) }, settled);
    return kind.take(desk, { text: came.text, reason: came.reason, operation, sources, basis }, settled);
  });
  if (inside.kind === 'unavailable') return 'later';
  if (inside.kind === 'absent' || inside.value === 'taken') return null;
  return inside.value === 'stale'
    ? postponed(asked.state, clock.now())
    : failed(asked.state, inside.value, clock.now());
}

function payerOf({ room }: RoomRef): Payer {
  return { room, user: null };
}

function settledOf({ kind: work, state }: JobIn<'asked'>, came: Came, at: number): BackgroundSettled {
  const { usage, reason: outcome, reasoningTokens = 0, cacheWriteTokens = 0, estimated = false, from } = came;
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
