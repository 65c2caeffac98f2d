import type { LaneKey } from '@parley/shared/ids';
import type { Action, Person, Resource } from './history.ts';
import type { Approval, Item } from './rules.ts';

export type Ask = Extract<Action, { type: 'ask' }>;

/** A prompt that waits for the floor. */
export interface Ticket {
  readonly ask: Ask;
  /** What it quotes; null: the whole conversation. */
  readonly quoted: readonly Item[] | null;
}

/** What became of the question whether a call may be made. */
export type Word = 'approved' | 'declined' | 'expired';

/** Who said it, and when. */
export interface Said {
  readonly word: Word;
  readonly by: Person;
  readonly at: number;
}

/** A turn with all that it was started with (T18). */
export interface Begun {
  readonly ask: Ask;
  readonly lane: LaneKey;
  readonly audience: readonly Person[];
  /** The conversation, and words that stand for what is left out of it. */
  readonly conversation: readonly (Item | string)[];
  /** What came after it: the prompt, what was read, and the call. */
  readonly after: readonly string[];
  /** The entry of its prompt. */
  readonly prompt: number;
  readonly resources: readonly Resource[];
  readonly influence: readonly string[];
}

/** A turn that waits for its speaker's word. */
export interface Waiting extends Begun {
  readonly approval: Approval;
  /** What was said of it, and by whom, while others had the floor. */
  said: Said | null;
}

/** One lane's order: who has the floor, who gave it back (T22), and who waits to begin (T19). */
export class Line {
  readonly lane: LaneKey;
  floor: Waiting | null = null;
  parked: readonly Waiting[] = [];
  queue: readonly Ticket[] = [];
  /** Whose turn began last comes last. */
  #served: readonly Person[] = [];

  constructor(lane: LaneKey) {
    this.lane = lane;
  }

  /** Those that gave the floor back, and then the one that has it. */
  get waiting(): readonly Waiting[] {
    return this.floor === null ? this.parked : [...this.parked, this.floor];
  }

  /** T22: the first that was decided about meanwhile takes the floor again. */
  takeBack(): Waiting | null {
    const back = this.parked.find(({ said }) => said !== null) ?? null;
    if (back !== null) this.drop(back);
    return back;
  }

  /** T19: of whoever waited longest since their last turn began; nobody waited longer than whoever never had one. */
  takeNext(): Ticket | null {
    const lastOf = ({ ask }: Ticket): number => this.#served.indexOf(ask.by);
    const [next = null] = this.queue.toSorted((one, other) => lastOf(one) - lastOf(other));
    if (next === null) return null;
    this.queue = this.queue.filter((ticket) => ticket !== next);
    this.#served = [...this.#served.filter((person) => person !== next.ask.by), next.ask.by];
    return next;
  }

  park(): void {
    if (this.floor !== null) this.parked = [...this.parked, this.floor];
    this.floor = null;
  }

  drop(turn: Waiting): void {
    if (this.floor === turn) this.floor = null;
    this.parked = this.parked.filter((one) => one !== turn);
  }
}
