import type { LaneKey } from '@parley/shared/ids';
import { readArguments } from '../../core/tools/call-arguments.ts';
import type { ModelCall } from '../../core/context/context.ts';
import type { EventOf, RunningTurn } from '../../core/arbiter/lane.ts';
import type { ProposedCall } from '../../core/records.ts';
import type { OfferedFunction } from '../../core/tools/tool-offer.ts';
import { callsOf, type OpenCall, type StartedCall } from '../../core/arbiter/turn-work.ts';
import type { Model, Tokenizer } from '../../ports/model.ts';
import type { Chronicle } from '../chronicle.ts';
import { modelFor } from './model-for.ts';
import { effectOf, type CallJudge } from './call-judge.ts';
import type { CallResult, CallRunner } from './call-runner.ts';
import { declared, type Offers } from './offers.ts';
import { turnTokensOf } from './turn-size.ts';

export interface TurnToolsDeps {
  readonly chronicle: Chronicle;
  readonly offers: Offers;
  readonly judge: CallJudge;
  readonly runner: CallRunner;
  readonly tokenizer: Tokenizer;
  /** Who is asked next when a step's calls are done. */
  readonly model: Model;
}

/** What the gate or a tool says of a call, as the arbiter hears it. */
export type CallEvent = EventOf<'ask' | 'start-call' | 'call-ended'>;

/** More calls in one step are not made: a model that writes them has lost its way. */
const MOST_CALLS = 32;

/** The tools of a turn: what it may call, what its calls are judged to be, and what they come to. */
export class TurnTools {
  readonly #deps: TurnToolsDeps;
  #counted: { readonly offers: readonly OfferedFunction[]; readonly tokens: number } | null = null;

  constructor(deps: TurnToolsDeps) {
    this.#deps = deps;
  }

  offers(): readonly OfferedFunction[] {
    const { offers, chronicle } = this.#deps;
    return offers.all(chronicle.room);
  }

  /** What declaring them takes of what a turn may use. */
  declaredTokens(): number {
    const offers = this.offers();
    if (this.#counted?.offers === offers) return this.#counted.tokens;
    const tokens = this.#deps.tokenizer.count(JSON.stringify(declared(offers)));
    this.#counted = { offers, tokens };
    return tokens;
  }

  /** The calls that a model asked for, under names of our own; null when that cannot be carried out at all. */
  propose(
    step: number,
    calls: readonly ModelCall[],
    offers: readonly OfferedFunction[],
  ): readonly ProposedCall[] | null {
    if (calls.length > MOST_CALLS) return null;
    const proposed = calls.flatMap((call, index) => {
      const offered = offers.find(({ name }) => name === call.name);
      return offered === undefined ? [] : [proposal(`c${step}.${index + 1}`, call, offered)];
    });
    return proposed.length === calls.length ? proposed : null;
  }

  async judge(lane: LaneKey, turn: RunningTurn, open: OpenCall): Promise<CallEvent> {
    const judged = await this.#deps.judge.judge(lane, turn, open);
    const subject = { turn: turn.turn, call: open.proposed.id };
    switch (judged.kind) {
      case 'start':
        return { type: 'start-call', ...subject, operation: judged.operation };
      case 'ask':
        return { type: 'ask', ...subject, approval: judged.approval };
      case 'end': {
        const { outcome, reason: text } = judged;
        return this.#ended(turn, open, { outcome, text, withheld: 0, resources: [], influence: [] });
      }
    }
  }

  async run(
    lane: LaneKey,
    turn: RunningTurn,
    started: { readonly call: StartedCall; readonly again: boolean },
    signal: AbortSignal,
  ): Promise<CallEvent> {
    return this.#ended(turn, started.call, await this.#deps.runner.run(lane, turn, started, signal));
  }

  #ended(turn: RunningTurn, { proposed }: OpenCall, result: CallResult): EventOf<'call-ended'> {
    const { outcome, withheld, resources, influence } = result;
    const { chronicle, model: menu } = this.#deps;
    // Whoever may use none is told so before the next step.
    const model = modelFor(chronicle, menu, turn) ?? menu.name;
    const told = { ...this.#fitting(turn, result.text), withheld, resources, influence };
    return { type: 'call-ended', turn: turn.turn, call: proposed.id, outcome, ...told, model };
  }

  /** What results of one turn take together is bounded by what the turn may take at all. */
  #fitting(turn: RunningTurn, text: string): { readonly content: string; readonly tokens: number } {
    const { tokenizer, chronicle } = this.#deps;
    const used = callsOf(turn).reduce((sum, call) => sum + (call.state === 'done' ? call.tokens : 0), 0);
    const left = Math.max(LEAST_RESULT_TOKENS, turnTokensOf(chronicle, turn.turn) - used);
    const tokens = tokenizer.count(text);
    if (tokens <= left) return { content: text, tokens };
    // Tokens are not spread evenly; what is left of an uneven text is still of that order.
    const content = `${text.slice(0, Math.floor((text.length * left) / tokens))}\n[the rest is left out]`;
    return { content, tokens: tokenizer.count(content) };
  }
}
const LEAST_RESULT_TOKENS = 64;

function proposal(id: string, call: ModelCall, offered: OfferedFunction): ProposedCall {
  const read = readArguments(call.arguments);
  const { call: name, title, as, function: terms } = offered;
  return {
    id,
    call: name,
    title,
    as,
    class: terms.class,
    effect: effectOf(terms),
    arguments: read.kind === 'object' ? read.canonical : call.arguments,
  };
}
