import { decide } from '@parley/server/core/arbiter';
import { evolve } from '@parley/server/core/evolve';
import type { LaneEvent, LaneEventType, LaneState } from '@parley/server/core/lane';
import { describe, expect, test } from 'vitest';
import {
  beginEvent,
  finishEvent,
  LaneDriver,
  recoverEvent,
  START,
  submitEvent,
  turnId,
  user,
} from '../kit/lane-driver.ts';

/**
 * Each state has the same two tickets waiting: t_2 of bob and t_3 of ann, the latter held. In `running`
 * and `stopping` the turn t_1 of ann is under way; in `idle` it has ended.
 */
function lane(kind: LaneState['kind']): LaneState {
  const driver = new LaneDriver();
  driver.submit('ann');
  driver.begin();
  driver.submit('bob');
  const held = driver.submit('ann');
  driver.done({ type: 'hold', turn: held, by: user('ann') });
  if (kind === 'idle') driver.done(finishEvent(turnId(1)));
  if (kind === 'stopping') driver.done({ type: 'stop', turn: turnId(1), by: user('ann'), mayStopAny: false });
  return driver.state;
}

const EVENTS: { readonly [E in LaneEventType]: Extract<LaneEvent, { type: E }> } = {
  submit: submitEvent(turnId(4), 'cyd'),
  hold: { type: 'hold', turn: turnId(2), by: user('bob') },
  unhold: { type: 'unhold', turn: turnId(3), by: user('ann') },
  edit: { type: 'edit', turn: turnId(3), by: user('ann'), text: 'better', tokens: 1, revision: 1 },
  withdraw: { type: 'withdraw', turn: turnId(2), by: user('bob') },
  stop: { type: 'stop', turn: turnId(1), by: user('ann'), mayStopAny: false },
  begin: beginEvent(turnId(2)),
  finished: finishEvent(turnId(1)),
  revoke: { type: 'revoke', user: user('ann'), by: 'olga', reason: 'removed' },
  tick: { type: 'tick' },
  recover: recoverEvent(),
};

/** The record types and effects that a cell leads to, the code of its refusal, or nothing at all. */
type Expected = string | readonly string[];
const NOTHING: Expected = [];

const TABLE: { readonly [S in LaneState['kind']]: { readonly [E in LaneEventType]: Expected } } = {
  idle: {
    submit: ['ticket.accepted'],
    hold: ['ticket.held'],
    unhold: ['ticket.unheld'],
    edit: ['ticket.edited', 'ticket.unheld'],
    withdraw: ['ticket.ended'],
    stop: 'not_found',
    begin: ['turn.started', 'turn.attempted', '→ call'],
    finished: NOTHING,
    revoke: ['ticket.ended'],
    tick: NOTHING,
    recover: NOTHING,
  },
  running: {
    submit: ['ticket.accepted'],
    hold: ['ticket.held'],
    unhold: ['ticket.unheld'],
    edit: ['ticket.edited', 'ticket.unheld'],
    withdraw: ['ticket.ended'],
    stop: ['turn.stopping', '→ abort'],
    begin: 'condition_failed',
    finished: ['turn.ended'],
    revoke: ['ticket.ended', 'turn.stopping', '→ abort'],
    tick: NOTHING,
    recover: ['turn.attempted', '→ call'],
  },
  stopping: {
    submit: ['ticket.accepted'],
    hold: ['ticket.held'],
    unhold: ['ticket.unheld'],
    edit: ['ticket.edited', 'ticket.unheld'],
    withdraw: ['ticket.ended'],
    stop: NOTHING,
    begin: 'condition_failed',
    finished: ['turn.ended'],
    revoke: ['ticket.ended'],
    tick: NOTHING,
    recover: ['turn.ended'],
  },
};

const LATER = START + 10 * 60_000;
const KINDS = ['idle', 'running', 'stopping'] as const;

describe.each(KINDS)('a lane that is %s', (kind) => {
  test.each(Object.values(EVENTS))('has an answer to $type', (event) => {
    expect(outcome(lane(kind), event, START)).toEqual(TABLE[kind][event.type]);
  });
});

test('T23 the tick that comes late ends holds, and the turn in the one state that has a turn to end', () => {
  const late = KINDS.map((kind) => outcome(lane(kind), EVENTS.tick, LATER));
  expect(late).toEqual([['ticket.unheld'], ['ticket.unheld', 'turn.stopping', '→ abort'], ['ticket.unheld']]);
});

function outcome(state: LaneState, event: LaneEvent, now: number): Expected {
  const decision = decide(state, event, now);
  if (decision.kind === 'refused') return decision.fault.code;
  const { records, effects } = decision;
  expect(decision.state).toEqual(records.reduce(evolve, state));
  if (records.length === 0) expect(decision.state).toBe(state);
  return [...records.map((record) => record.type), ...effects.map((effect) => `→ ${effect.type}`)];
}
