import type { LaneKey } from '@parley/shared/ids';
import type { RunningTurn } from '../../core/arbiter/lane.ts';
import { answerText, STEP_GAP } from '../../core/arbiter/turn-work.ts';
import type { ModelEnd } from '../../ports/model.ts';
import type { Clock, Metrics } from '../../ports/system.ts';
import type { Chronicle } from '../chronicle.ts';

export interface ShownAnswerDeps {
  readonly lane: LaneKey;
  readonly chronicle: Chronicle;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** How much of one attempt at a step is shown, behind what the steps before it said. */
export class ShownAnswer {
  readonly #deps: ShownAnswerDeps;
  readonly #turn: RunningTurn;
  readonly #startedAt: number;
  #chars: number;
  #first = true;

  constructor(deps: ShownAnswerDeps, turn: RunningTurn) {
    this.#deps = deps;
    this.#turn = turn;
    this.#startedAt = deps.clock.now();
    this.#chars = answerText(turn).length;
  }

  show(piece: string): void {
    const { chronicle, clock, lane, metrics } = this.#deps;
    const isFirst = this.#first;
    this.#first = false;
    const text = isFirst && this.#chars > 0 ? `${STEP_GAP}${piece}` : piece;
    this.#chars += text.length;
    chronicle.showText(lane, this.#turn.turn, text, this.#chars);
    if (isFirst) metrics.observe('parley_first_token_seconds', (clock.now() - this.#startedAt) / 1000);
  }

  /** What was not shown yet: a document gets the whole entry at the end of a turn, those who follow pieces the last one first. */
  rest(text: string, end: ModelEnd): void {
    const rest = text.slice(this.#chars);
    if (rest === '') return;
    const { chronicle, lane } = this.#deps;
    if (end.reason === 'tool') chronicle.showText(lane, this.#turn.turn, rest, text.length);
    else chronicle.tellText(this.#turn.turn, rest, text.length);
  }
}
