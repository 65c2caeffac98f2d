import type { TurnId } from '@parley/shared/ids';
import type { ContextItem } from './context-pieces.ts';
import { byPlace, isSent } from './sealed-order.ts';

/** How many budgets of words are read at most: what repeats make room for beyond that is not worth reading all of it. */
const BUDGETS = 6;
/** The less is left, the less often reading moves on, and the sooner the rest is read when it does. */
const LOW_WATER = 0.4;

/**
 * Where reading begins in a lane's own items, so that a build after a restart reads a few budgets of words and not
 * all that was ever said. By stored counts alone, in coarse steps, and never between a prompt and its answer. A lane
 * only grows: what was taken in is not looked at again.
 */
export class Era {
  readonly #limit: number;
  #count = 0;
  #first: ContextItem | undefined;
  #last: ContextItem | undefined;
  #sum = 0;
  #start = 0;
  #earlier = 0;
  #isPlain = true;
  /** Where the answers are that may still be read. */
  readonly #answers = new Map<TurnId, number>();
  /** Behind the answers to all prompts that are not read any more. */
  #behindAnswers = 0;

  constructor(budget: number) {
    this.#limit = budget * BUDGETS;
  }

  /** Whether these begin with the items that were taken in. */
  continuesIn(items: readonly ContextItem[]): boolean {
    return this.#count === 0 || (items[0] === this.#first && items[this.#count - 1] === this.#last);
  }

  take(items: readonly ContextItem[]): void {
    this.#first = items[0];
    for (; this.#count < items.length; this.#count++) {
      const item = items[this.#count];
      if (item === undefined) return;
      this.#isPlain &&= item.shelf === undefined && (this.#last === undefined || byPlace(this.#last, item) < 0);
      this.#last = item;
      this.#sum += item.tokens;
      if (item.entry.kind === 'answer' && item.entry.turn !== undefined)
        this.#answers.set(item.entry.turn, this.#count);
      if (this.#sum > this.#limit) this.#move(items);
    }
  }

  /** The first item that is read. */
  get start(): number {
    return this.#start;
  }

  /** How many before it a model would have been sent. */
  get earlier(): number {
    return this.#earlier;
  }

  /** All of them are the lane's own, and they came in their order. */
  get isPlain(): boolean {
    return this.#isPlain;
  }

  #move(items: readonly ContextItem[]): void {
    for (; this.#start < Math.max(this.#count, this.#behindAnswers); this.#start++) {
      if (this.#start >= this.#behindAnswers && this.#sum <= this.#limit * LOW_WATER) return;
      const item = items[this.#start];
      if (item === undefined) return;
      this.#sum -= item.tokens;
      this.#pass(item);
    }
  }

  #pass(item: ContextItem): void {
    if (isSent(item)) this.#earlier += 1;
    const { turn } = item.entry;
    if (turn === undefined) return;
    this.#behindAnswers = Math.max(this.#behindAnswers, (this.#answers.get(turn) ?? -1) + 1);
    this.#answers.delete(turn);
  }
}
