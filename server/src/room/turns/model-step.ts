import type { UserId } from '@parley/shared/ids';
import type { RunningTurn } from '../../core/arbiter/lane.ts';
import type { Scope } from '../../core/budget/scopes.ts';
import type { OfferedFunction } from '../../core/tools/tool-offer.ts';
import type { Model, ModelRequest } from '../../ports/model.ts';
import type { ContextSource } from './context-source.ts';
import { modelFor } from './model-for.ts';
import { ShownAnswer, type ShownAnswerDeps } from './shown-answer.ts';
import { inputOf, openStepAccount, type StepAccount, type StepAccountsDeps } from './step-account.ts';
import type { TurnTools } from './turn-tools.ts';

export interface ModelStepDeps extends StepAccountsDeps, ShownAnswerDeps {
  readonly context: ContextSource;
  readonly tools: TurnTools;
  readonly model: Model;
}

/** One step's call of the model: what it is sent, what is held for it, and how much of its answer is shown. */
export interface ModelStep {
  /** As its newest attempt stands. */
  turn: RunningTurn;
  shown: ShownAnswer;
  readonly request: ModelRequest;
  readonly offers: readonly OfferedFunction[];
  readonly account: StepAccount;
}

/** G7: with what it may use reserved; `spent` names the budget that is used up. */
export function openModelStep(deps: ModelStepDeps, turn: RunningTurn): ModelStep | { readonly spent: Scope } {
  const { chronicle, context, lane, ref, tools } = deps;
  const offers = tools.offers();
  // Prompts are by people.
  const caller = { ...ref, user: turn.author.id as UserId };
  const asked = { ...context.request(lane, turn, offers), caller };
  const { messages, tools: declared, maxOutputTokens: most } = asked;
  const inputTokens = inputOf({
    inputTokens: context.tokens(lane, turn),
    messages: messages.length,
    tools: declared,
  });
  const account = openStepAccount(deps, turn, { inputTokens, tools: declared.length, most });
  if ('spent' in account) return account;
  const model = modelFor(chronicle, deps.model, turn);
  const limits = { inputTokens, maxOutputTokens: account.outputTokens };
  const request = { ...asked, ...limits, ...(model === null ? {} : { model }) };
  return { turn, offers, account, request, shown: new ShownAnswer(deps, turn) };
}
