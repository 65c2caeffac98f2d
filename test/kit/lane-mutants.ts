import type { Decision, LaneEvent, LaneState } from '@parley/server/core/arbiter/lane';
import type { JournalRecord, RecordOf } from '@parley/server/core/records';
import { released } from '@parley/server/core/arbiter/ticket';
import type { TurnId } from '@parley/shared/ids';
import { ARBITER, type Arbiter } from './lane-history.ts';

type Done = Extract<Decision, { kind: 'done' }>;

/** The real decisions for other events than were sent. */
export function hearing(change: (event: LaneEvent, state: LaneState) => LaneEvent): Arbiter {
  return { ...ARBITER, decide: (state, event, now) => ARBITER.decide(state, change(event, state), now) };
}

/** The real decisions with other facts in them; the state follows, so that only the facts are wrong. */
export function recording(
  change: (decision: Done, event: LaneEvent, state: LaneState) => readonly JournalRecord[],
): Arbiter {
  const decide: Arbiter['decide'] = (state, event, now) => {
    const decision = ARBITER.decide(state, event, now);
    if (decision.kind === 'refused') return decision;
    const records = change(decision, event, state);
    return { ...decision, records, state: records.reduce(ARBITER.evolve, state) };
  };
  return { ...ARBITER, decide };
}

/** The real decisions, changed in any way once they are taken. */
export function deciding(change: (decision: Done, event: LaneEvent, state: LaneState) => Decision): Arbiter {
  const decide: Arbiter['decide'] = (state, event, now) => {
    const decision = ARBITER.decide(state, event, now);
    return decision.kind === 'refused' ? decision : change(decision, event, state);
  };
  return { ...ARBITER, decide };
}

/** Folds facts wrongly, and decides with that, as the real arbiter would. */
export function folding(evolve: Arbiter['evolve']): Arbiter {
  const decide: Arbiter['decide'] = (state, event, now) => {
    const decision = ARBITER.decide(state, event, now);
    return decision.kind === 'refused' ? decision : { ...decision, state: decision.records.reduce(evolve, state) };
  };
  return { ...ARBITER, decide, evolve };
}

/** Chooses the next ticket in another order: both the choice and the decision that checks it. */
export function choosing(reorder: (lane: LaneState) => LaneState): Arbiter {
  const decide: Arbiter['decide'] = (state, event, now) => {
    if (event.type !== 'begin' || ARBITER.nextTicket(reorder(state), now)?.turn !== event.turn) {
      return ARBITER.decide(state, event, now);
    }
    const alone = { ...state, tickets: state.tickets.filter((ticket) => ticket.turn === event.turn).map(released) };
    const decision = ARBITER.decide(alone, event, now);
    if (decision.kind === 'refused') return decision;
    return { ...decision, state: decision.records.reduce(ARBITER.evolve, state) };
  };
  return { ...ARBITER, decide, nextTicket: (state, now) => ARBITER.nextTicket(reorder(state), now) };
}

/** Turns end as decided, only on record it is told otherwise. */
export function ending(change: (record: RecordOf<'turn.ended'>) => RecordOf<'turn.ended'>): Arbiter {
  return recording(({ records }) => records.map((record) => (record.type === 'turn.ended' ? change(record) : record)));
}

/** A ticket that ends for no good reason. */
export function dropped(turn: TurnId): RecordOf<'ticket.ended'> {
  return { type: 'ticket.ended', lane: 'room', turn, outcome: 'expired', reason: 'dropped', by: 'system', at: 0 };
}

/** Recovers as if no node had ever died with the turn. */
export function forgettingCrashes(): Arbiter {
  const decide: Arbiter['decide'] = (state, event, now) => {
    if (event.type !== 'recover' || state.kind !== 'running') return ARBITER.decide(state, event, now);
    const decision = ARBITER.decide({ ...state, running: { ...state.running, crashes: 0 } }, event, now);
    if (decision.kind === 'refused') return decision;
    return { ...decision, state: decision.records.reduce(ARBITER.evolve, state) };
  };
  return { ...ARBITER, decide };
}
