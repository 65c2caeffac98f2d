import type { Outcome } from '@parley/shared/entry';
import type { TurnId } from '@parley/shared/ids';

/** A rule that did not hold; `rule` is a property (P1…) or a rule (T1…). */
export class Violation extends Error {
  readonly rule: string;
  constructor(rule: string, what: string) {
    super(`${rule}: ${what}`);
    this.name = 'Violation';
    this.rule = rule;
  }
}

export function claim(holds: boolean, rule: string, what: string): asserts holds {
  if (!holds) throw new Violation(rule, what);
}

export interface Waiting {
  readonly turn: TurnId;
  readonly author: string;
  readonly seq: number;
  readonly text: string;
  readonly revision: number;
  /** When its hold runs out; null when it is not held. */
  readonly until: number | null;
}
/** One call that a turn asked for. */
export interface Call {
  readonly id: string;
  readonly step: number;
  readonly state: 'proposed' | 'asked' | 'decided' | 'started' | 'done';
  readonly asked: {
    readonly id: string;
    readonly at: number;
    readonly parksAt: number;
    readonly expiresAt: number;
  } | null;
  readonly decision: string | null;
  readonly operation: string | null;
}
export interface Running {
  readonly turn: TurnId;
  readonly author: string;
  readonly step: number;
  readonly attempt: number;
  readonly crashes: number;
  readonly endsBy: number;
  readonly seconds: number;
  /** Of all steps; those of the present one are open while its model waits for them. */
  readonly calls: readonly Call[];
  readonly stop: { readonly outcome: Outcome; readonly reason: string; readonly by: string } | null;
}

/** Who waits, runs and ended in a lane, kept apart from the lane's own state. Each change checks what it changes. */
export class LaneAccount {
  readonly accepted: TurnId[] = [];
  readonly ended = new Map<TurnId, Outcome>();
  readonly waiting = new Map<TurnId, Waiting>();
  running: Running | null = null;
  /** Those that wait for their speaker without the floor, in the order in which they gave it back. */
  readonly parked = new Map<TurnId, Running>();
  entrySeq = 0;
  /** Everybody served, the latest last. */
  readonly #served: string[] = [];
  /** For each person, who has been able to start ever since that person's last turn (P6). */
  readonly #passed = new Map<string, Set<string>>();

  authorOf(turn: TurnId): string | undefined {
    return this.waiting.get(turn)?.author ?? this.startedTurn(turn)?.author;
  }

  /** Running or parked. */
  startedTurn(turn: TurnId): Running | undefined {
    return this.running?.turn === turn ? this.running : this.parked.get(turn);
  }

  started(): readonly Running[] {
    return [...(this.running === null ? [] : [this.running]), ...this.parked.values()];
  }

  /** T22: whose turn it is to go on before anybody begins. */
  resumable(): TurnId | null {
    if (this.running !== null) return null;
    const ready = [...this.parked.values()].find((turn) => turn.stop === null && openCallOf(turn)?.state !== 'asked');
    return ready?.turn ?? null;
  }

  changeTurn(turn: TurnId, change: Partial<Running>): void {
    const parked = this.parked.get(turn);
    if (parked !== undefined) this.parked.set(turn, { ...parked, ...change });
    else this.running = { ...this.runningTurn(turn), ...change };
  }

  ticket(turn: TurnId): Waiting {
    const ticket = this.waiting.get(turn);
    claim(ticket !== undefined, 'P5', `${turn} does not wait`);
    return ticket;
  }

  ticketsOf(id: string): Waiting[] {
    return [...this.waiting.values()].filter((ticket) => ticket.author === id);
  }

  runningTurn(turn: TurnId): Running {
    claim(this.running?.turn === turn, 'P2', `${turn} does not run`);
    return this.running;
  }

  /** Who may start: not held, or held for a time that is over. */
  ready(now: number): Waiting[] {
    return [...this.waiting.values()].filter(({ until }) => until === null || until <= now);
  }

  /** Who should start: found anew from the rule's words, by looking at everybody. */
  next(now: number): TurnId | null {
    const lastTurn = (ticket: Waiting) => this.#served.lastIndexOf(ticket.author);
    if (this.resumable() !== null) return null;
    const [first] = this.ready(now).toSorted((a, b) => lastTurn(a) - lastTurn(b) || a.seq - b.seq);
    return this.running === null && first !== undefined ? first.turn : null;
  }

  /** Whether something is over its time that a tick has to end. */
  overdue(now: number): boolean {
    const held = [...this.waiting.values()].some(({ until }) => until !== null && until <= now);
    const expired = [...this.parked.values()].some((turn) => expiryOf(turn) <= now);
    return held || expired || (this.running !== null && this.running.stop === null && isOver(this.running, now));
  }

  change(turn: TurnId, change: Partial<Waiting>): void {
    this.waiting.set(turn, { ...this.ticket(turn), ...change });
  }

  nextEntry(seq: number): void {
    claim(seq === this.entrySeq + 1, 'T5', `entry ${seq} after ${this.entrySeq}`);
    this.entrySeq = seq;
  }

  end(turn: TurnId, outcome: Outcome): void {
    claim(!this.ended.has(turn), 'P1', `${turn} ended twice`);
    this.ended.set(turn, outcome);
  }

  /** Takes a ticket out of the line to run it; fair within the person and among people. */
  serve(ticket: Waiting): void {
    const waits = this.ticketsOf(ticket.author).filter((other) => other.until === null && other.seq < ticket.seq);
    claim(waits.length === 0, 'T19', `${ticket.turn} passed ${waits[0]?.turn} of the same person`);
    const passed = this.#passed.get(ticket.author) ?? new Set();
    claim(passed.size === 0, 'P6', `${ticket.author} had two turns while ${[...passed].join()} waited`);
    for (const others of this.#passed.values()) others.delete(ticket.author);
    const others = [...this.waiting.values()].filter((other) => other.until === null && other.author !== ticket.author);
    this.#passed.set(ticket.author, new Set(others.map((other) => other.author)));
    this.#served.push(ticket.author);
    this.waiting.delete(ticket.turn);
  }

  /** Whoever had nothing to start for a moment was not passed. */
  forgetWhoPaused(): void {
    for (const people of this.#passed.values()) {
      for (const id of people) {
        if (!this.ticketsOf(id).some((ticket) => ticket.until === null)) people.delete(id);
      }
    }
  }
}

/** The call that a turn is at. */
export function openCallOf(turn: Running): Call | undefined {
  return turn.calls.find(({ state }) => state !== 'done');
}

/** When nobody may answer for this turn any more. */
function expiryOf(turn: Running): number {
  const open = openCallOf(turn);
  return open?.state === 'asked' ? (open.asked?.expiresAt ?? 0) : Number.POSITIVE_INFINITY;
}

function isOver(turn: Running, now: number): boolean {
  const open = openCallOf(turn);
  const by = open?.state === 'asked' ? Math.min(open.asked?.parksAt ?? 0, expiryOf(turn)) : turn.endsBy;
  return by <= now;
}
