import { isDeepStrictEqual } from 'node:util';
import { decide } from '@parley/server/core/arbiter/arbiter';
import { evolve } from '@parley/server/core/arbiter/evolve';
import { openLane, type LaneEvent, type LaneState } from '@parley/server/core/arbiter/lane';
import { nextResume, nextTicket, positions } from '@parley/server/core/arbiter/queue';
import type { JournalRecord } from '@parley/server/core/records';
import { unreachable } from '@parley/shared/assert';
import type { TurnId } from '@parley/shared/ids';
import {
  askEvent,
  beginEvent,
  callEndedEvent,
  decideEvent,
  finishEvent,
  LIMITS,
  messageRecord,
  proposedCall,
  recoverEvent,
  retriedEvent,
  START,
  startCallEvent,
  stepEvent,
  submitEvent,
  turnId,
  user,
} from './lane-driver.ts';
import { claim, openCallOf } from './lane-account.ts';
import type { Pick, Somebody, Step } from './lane-steps.ts';
import { LaneWitness } from './lane-witness.ts';

/** What a history is played on: the real functions, or some with a deliberate mistake. */
export interface Arbiter {
  readonly decide: typeof decide;
  readonly evolve: typeof evolve;
  readonly nextTicket: typeof nextTicket;
  readonly nextResume: typeof nextResume;
  readonly positions: typeof positions;
}
export const ARBITER: Arbiter = { decide, evolve, nextTicket, nextResume, positions };

/** Tight bounds, so that short histories reach them. */
const TIGHT = { ...LIMITS, queuePerPerson: 3, queuePerLane: 7, turnSeconds: 60 };
/** Plays a history and then lets the lane run dry; throws a Violation when a rule did not hold. */
export function play(arbiter: Arbiter, steps: readonly Step[]): void {
  const game = new Game(arbiter);
  for (const each of steps) game.take(each);
  game.runDry();
}

class Game {
  readonly #arbiter: Arbiter;
  readonly #witness = new LaneWitness();
  readonly #journal: JournalRecord[] = [];
  #state: LaneState = openLane('room');
  #now = START;
  #submitted = 0;

  constructor(arbiter: Arbiter) {
    this.#arbiter = arbiter;
  }

  take(each: Step): void {
    switch (each.step) {
      case 'submit':
        return this.#submit(each);
      case 'hold':
      case 'unhold':
      case 'withdraw': {
        const turn = this.#turn(each.pick);
        return this.#send({ type: each.step, turn, by: this.#who(each.by, turn) });
      }
      case 'edit':
        return this.#edit(each);
      case 'stop': {
        const turn = this.#turn(each.pick);
        return this.#send({ type: 'stop', turn, by: this.#who(each.by, turn), mayStopAny: each.any });
      }
      case 'begin':
        return this.#begin(each.pick);
      case 'finish':
        return this.#send(finishEvent(this.#turn(each.pick), { ...this.#place(each.earlier), end: each.end }));
      case 'retry':
        return this.#send(retriedEvent(this.#turn(each.pick), this.#place(each.earlier)));
      case 'ask-tools':
        return this.#askTools(each);
      case 'ask-person': {
        const turn = this.#turn(each.pick);
        return this.#send(askEvent(turn, this.#now, this.#openCall(turn)));
      }
      case 'start-call': {
        const turn = this.#turn(each.pick);
        return this.#send(startCallEvent(turn, this.#openCall(turn)));
      }
      case 'end-call': {
        const turn = this.#turn(each.pick);
        return this.#send(callEndedEvent(turn, { call: this.#openCall(turn) }));
      }
      case 'lapse':
        return this.#send({ type: 'lapse', turn: this.#turn(each.pick), reason: 'a right is gone' });
      case 'decide':
        return this.#decide(each);
      case 'resume':
        return this.#resume(each.pick);
      case 'revoke':
        return this.#send({ type: 'revoke', user: user(each.user), by: 'olga', reason: 'removed from the room' });
      case 'wait':
        this.#now += each.seconds * 1000;
        return;
      case 'tick':
        return this.#send({ type: 'tick' });
      case 'wait-for-person':
        return this.#waitForPerson();
      case 'recover':
        return this.#send(recoverEvent());
      case 'message':
        return this.#message();
      default:
        return unreachable(each);
    }
  }

  /** P1, T4: with nobody acting any more, every accepted ticket comes to its one outcome. */
  runDry(): void {
    for (let rounds = 0; rounds <= 2 * this.#witness.account.accepted.length + 2; rounds += 1) {
      this.#now += 900_000;
      this.#send({ type: 'tick' });
      this.#endCalls();
      for (const { turn } of this.#witness.account.started()) this.#send(finishEvent(turn, this.#place(0)));
      this.#resume('next');
      this.#begin('next');
    }
    const silent = this.#witness.account.accepted.filter((turn) => !this.#witness.account.ended.has(turn));
    claim(silent.length === 0, 'P1', `${silent.join()} never ended`);
  }

  #submit({ by, onlyIf }: Extract<Step, { step: 'submit' }>): void {
    this.#submitted += 1;
    const seq = this.#witness.account.accepted.length - (onlyIf === 'old-seq' ? 1 : 0);
    const condition = onlyIf === 'idle' || onlyIf === null ? onlyIf : { seq };
    this.#send(
      submitEvent(turnId(this.#submitted), by, { limits: TIGHT, ...(condition === null ? {} : { onlyIf: condition }) }),
    );
  }

  #edit({ pick: which, by, stale }: Extract<Step, { step: 'edit' }>): void {
    const turn = this.#turn(which);
    const revision = (this.#witness.account.waiting.get(turn)?.revision ?? 1) - (stale ? 1 : 0);
    this.#send({
      type: 'edit',
      turn,
      by: this.#who(by, turn),
      text: `edited at ${this.#journal.length}`,
      tokens: 2,
      revision,
    });
  }

  /** The calls of the turn that runs come to their ends, one after another. */
  #endCalls(): void {
    for (let left = 3; left > 0; left -= 1) {
      const { running } = this.#witness.account;
      const call = running === null ? undefined : openCallOf(running)?.id;
      if (running !== null && call !== undefined) this.#send(callEndedEvent(running.turn, { call }));
    }
  }

  /** The model call that runs, or one that was superseded. */
  #place(earlier: number): { readonly step: number; readonly attempt: number } {
    const { step = 1, attempt = 1 } = this.#witness.account.running ?? {};
    return { step, attempt: attempt - earlier };
  }

  #askTools({ pick: which, earlier, calls, last }: Extract<Step, { step: 'ask-tools' }>): void {
    const turn = this.#turn(which);
    const place = this.#place(earlier);
    const named = Array.from({ length: calls }, (_, index) => proposedCall(`c_${turn}.${place.step}.${index + 1}`));
    this.#send(stepEvent(turn, { ...place, calls: named, maxSteps: last ? 1 : 8 }));
  }

  #decide({ pick: which, by, decision, seen }: Extract<Step, { step: 'decide' }>): void {
    const asked = this.#witness.account
      .started()
      .flatMap(({ turn, calls }) => calls.flatMap((call) => (call.asked === null ? [] : [{ turn, id: call.id }])));
    const { turn, id } = asked.at(typeof which === 'number' ? -1 - which : -1) ?? { turn: turnId(0), id: 'c' };
    this.#send(decideEvent(id, this.#who(by, turn), decision, seen ? undefined : 'digest of another'));
  }

  /** Whoever is asked for the running turn takes so long that it gives the floor back. */
  #waitForPerson(): void {
    const { running } = this.#witness.account;
    const open = running === null ? undefined : openCallOf(running);
    if (running?.stop !== null || open?.state !== 'asked') return;
    this.#now = Math.max(this.#now, open.asked?.parksAt ?? 0);
    this.#send({ type: 'tick' });
  }

  #resume(which: Pick | 'next'): void {
    const turn = which === 'next' ? this.#arbiter.nextResume(this.#state)?.turn.turn : this.#turn(which);
    if (turn !== undefined) this.#send({ type: 'resume', turn });
  }

  #openCall(turn: TurnId): string {
    const started = this.#witness.account.startedTurn(turn);
    return (started === undefined ? undefined : openCallOf(started)?.id) ?? `c_${turn}`;
  }

  #begin(which: Pick | 'next'): void {
    const turn = which === 'next' ? this.#arbiter.nextTicket(this.#state, this.#now)?.turn : this.#turn(which);
    if (turn === undefined) return;
    const shown = this.#arbiter.positions(this.#state).get(turn);
    this.#send(beginEvent(turn, TIGHT));
    const startedAsShown =
      this.#witness.account.running?.turn !== turn || this.#hadHold(turn) || shown === 1 || shown === 0;
    claim(startedAsShown, 'T19', `${turn} started from position ${shown}`);
  }

  /** A hold that ran out unnoticed until this very start still counted in the positions. */
  #hadHold(turn: TurnId): boolean {
    const started = this.#journal.findLastIndex((record) => record.type === 'turn.started' && record.turn === turn);
    return this.#journal[started - 1]?.type === 'ticket.unheld';
  }

  #message(): void {
    const record = messageRecord(this.#witness.account.entrySeq + 1);
    this.#witness.saw(record, null, this.#now);
    this.#journal.push(record);
    this.#state = this.#arbiter.evolve(this.#state, record);
    this.#check();
  }

  #send(event: LaneEvent): void {
    const before = freeze(this.#state);
    const decision = this.#arbiter.decide(before, event, this.#now);
    this.#witness.observe(event, this.#now, decision);
    if (decision.kind === 'done') {
      const { state, records } = decision;
      claim(
        isDeepStrictEqual(records.reduce(this.#arbiter.evolve, before), state),
        'P7',
        'the state is the fold of the records',
      );
      claim(records.length > 0 || state === before, 'T30', 'what changes nothing gives the same object back');
      this.#journal.push(...records);
      this.#state = state;
    }
    this.#check();
  }

  #check(): void {
    this.#witness.matches(this.#state);
    const replayed = this.#journal.reduce<LaneState>(this.#arbiter.evolve, openLane('room'));
    claim(isDeepStrictEqual(replayed, this.#state), 'P7', 'the journal gives the same state');
    const next = this.#arbiter.nextTicket(this.#state, this.#now)?.turn ?? null;
    const due = this.#witness.account.next(this.#now);
    claim(due === null || next !== null, 'T4', `${due} may start and nobody notices`);
    claim(next === due, 'T19', `${next} is next, should be ${due}`);
    const resumable = this.#arbiter.nextResume(this.#state)?.turn.turn ?? null;
    const owed = this.#witness.account.resumable();
    claim(resumable === owed, 'T22', `${resumable} goes on, should be ${owed}`);
  }

  #turn(which: Pick): TurnId {
    if (which === 'running') return this.#witness.account.running?.turn ?? turnId(0);
    return this.#witness.account.accepted.at(-1 - which) ?? turnId(0);
  }

  #who(by: Somebody, turn: TurnId) {
    return user(by === 'author' ? (this.#witness.account.authorOf(turn) ?? 'ann') : by);
  }
}

/** A decision that writes to what it was given throws. */
function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !Object.isFrozen(inner)) freeze(inner);
  }
  return Object.freeze(value);
}
