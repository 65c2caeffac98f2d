import { must } from '@parley/shared/assert';
import type { LaneKey, UserId } from '@parley/shared/ids';
import type { Payer } from '../../core/budget/charge.ts';
import { bandOf, kindOf } from '../../core/budget/forecast.ts';
import { costOf, type Priced } from '../../core/budget/price.ts';
import { isRefusal } from '../../core/calling/model-failure.ts';
import { scopeName, type Scope } from '../../core/budget/scopes.ts';
import type { RunningTurn } from '../../core/arbiter/lane.ts';
import type { RecordOf } from '../../core/records.ts';
import type { RoomRef } from '../../core/tenant.ts';
import type { ModelEnd, ModelFailure, ModelTool, Provider, Tokenizer } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';
import type { Budgets, Reservation } from '../budgets.ts';
import type { Chronicle } from '../chronicle.ts';
import { refusedKey } from './refused-key.ts';

export interface StepAccountsDeps {
  readonly ref: RoomRef;
  readonly lane: LaneKey;
  readonly chronicle: Chronicle;
  readonly budgets: Budgets;
  readonly tokenizer: Tokenizer;
  readonly clock: Clock;
  readonly tell: (user: UserId, text: string) => void;
}

/** What a step is about to ask for. */
export interface Asking {
  /** Of the whole request. */
  readonly inputTokens: number;
  /** How many are declared. */
  readonly tools: number;
  readonly most: number;
}

/** What a request holds. */
export interface Holding {
  /** Of the conversation, as it was counted when it was written. */
  readonly inputTokens: number;
  readonly messages: number;
  readonly tools: readonly ModelTool[];
}

export type Settled = RecordOf<'attempt.settled'>;

/** A message is this much more than its words on the wire. */
const FRAME_TOKENS = 4;
/** Declarations of tools hold more letters to a token than that. */
const LEAST_CHARS_PER_TOKEN = 3;

/** Reserves what a step may use before it is asked for (G7); `spent` names the budget that is used up. */
export function openStepAccount(
  deps: StepAccountsDeps,
  turn: RunningTurn,
  asking: Asking,
): StepAccount | { readonly spent: Scope } {
  const { budgets, chronicle, ref, lane } = deps;
  // Prompts are by people.
  const user = turn.author.id as UserId;
  const payer: Payer = { room: ref.room, user, shared: lane === 'room' };
  const { item: prompt } = must(chronicle.ledger.entry(turn.promptEntry), 'the prompt of a turn is an entry');
  const kind = kindOf(asking.tools, prompt.tokens);
  const { p90 } = bandOf(chronicle.forecast(lane), kind);
  const granted = chronicle.room.members.get(user)?.grants.budget ?? null;
  const { inputTokens, most } = asking;
  const reserved = budgets.reserve({ tenant: ref.tenant, payer, granted, inputTokens, p90, most });
  return 'spent' in reserved ? reserved : new StepAccount(deps, turn, { reservation: reserved, kind });
}

/** What a request takes on the wire, to the token or a little more. */
export function inputOf({ inputTokens, messages, tools }: Holding): number {
  return inputTokens + messages * FRAME_TOKENS + Math.ceil(JSON.stringify(tools).length / LEAST_CHARS_PER_TOKEN);
}

/** One step's account: what is held for it, and a record of what each of its attempts came to (G6). */
export class StepAccount {
  readonly #deps: StepAccountsDeps;
  readonly #turn: RunningTurn;
  readonly #reservation: Reservation;
  readonly #kind: string;
  #attempt: number;

  constructor(
    deps: StepAccountsDeps,
    turn: RunningTurn,
    { reservation, kind }: { readonly reservation: Reservation; readonly kind: string },
  ) {
    this.#deps = deps;
    this.#turn = turn;
    this.#reservation = reservation;
    this.#kind = kind;
    this.#attempt = turn.attempt;
  }

  /** How long the answer may be. */
  get outputTokens(): number {
    return this.#reservation.outputTokens;
  }

  /** An attempt failed and another one follows. */
  failed(failure: ModelFailure, from: Provider | undefined, text: string): Settled {
    const refused = refusedKey(failure, from);
    if (refused !== null) this.#deps.tell(this.#turn.author.id as UserId, refused);
    const settled = this.#settled(failure, from, {
      ...this.#guess(failure, text),
      reasoningTokens: 0,
      estimated: true,
    });
    this.#attempt += 1;
    return settled;
  }

  /** The last attempt is over, and nothing is held any more. */
  ended(end: ModelEnd, from: Provider | undefined, text: string): Settled {
    this.#deps.budgets.release(this.#reservation);
    if (end.reason === 'failed' && end.asked === false) return this.#settled(end.class, from, NOTHING_SPENT);
    if (end.reason === 'failed') return this.failed(end.class, from, text);
    const { usage, reasoningTokens = 0, cacheWriteTokens = 0, estimated = false } = end;
    const { model, ...spent } = usage;
    const named = from ?? { provider: 'built in', model };
    return this.#settled(end.reason, named, { ...spent, cacheWriteTokens, reasoningTokens, estimated });
  }

  /** A call that broke says nothing of what it cost: what it was sent and said, unless it never began. */
  #guess(failure: ModelFailure, text: string): Priced {
    const { claim } = this.#reservation;
    const began = text !== '' || !isRefusal(failure);
    const outputTokens = this.#deps.tokenizer.count(text);
    return { inputTokens: began ? claim.inputTokens : 0, cachedTokens: 0, cacheWriteTokens: 0, outputTokens };
  }

  #settled(
    outcome: string,
    from: Provider | undefined,
    spent: Priced & Pick<Settled, 'reasoningTokens' | 'estimated'>,
  ): Settled {
    const { budgets, clock, lane, tell } = this.#deps;
    const { claim, outputTokens } = this.#reservation;
    const { turn, step, author } = this.#turn;
    const { inputTokens, cachedTokens, outputTokens: output } = spent;
    for (const scope of budgets.charge(this.#reservation, { inputTokens, cachedTokens, outputTokens: output }))
      tell(author.id as UserId, `${scopeName(scope)} for this month is four fifths used.`);
    return {
      type: 'attempt.settled',
      lane,
      turn,
      step,
      attempt: this.#attempt,
      speaker: author.id,
      provider: from?.provider ?? 'built in',
      model: from?.model ?? 'unknown',
      outcome,
      ...spent,
      cost: costOf(from?.price, spent),
      keyOf: from?.keyOf ?? 'server',
      reserved: claim.inputTokens + Math.min(claim.p90, outputTokens),
      kind: this.#kind,
      at: clock.now(),
    };
  }
}

const NOTHING_SPENT = {
  ...{ inputTokens: 0, cachedTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 },
  estimated: false,
};
