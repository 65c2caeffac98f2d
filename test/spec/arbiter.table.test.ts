import { decide } from '@parley/server/core/arbiter/arbiter';
import { evolve } from '@parley/server/core/arbiter/evolve';
import type { LaneEvent, LaneEventType, LaneState } from '@parley/server/core/arbiter/lane';
import { describe, expect, test } from 'vitest';
import {
  askEvent,
  beginEvent,
  callEndedEvent,
  decideEvent,
  finishEvent,
  LaneDriver,
  recoverEvent,
  retriedEvent,
  START,
  startCallEvent,
  stepEvent,
  submitEvent,
  turnId,
  user,
} from '../kit/lane-driver.ts';

/** What t_1 is at, where the state of its lane alone does not say so. */
type Place = LaneState['kind'] | 'proposed' | 'asked' | 'decided' | 'started' | 'parked' | 'stopping a call';

/**
 * Everywhere the same two tickets wait: t_2 of bob and t_3 of ann, the latter held. In `running` and
 * `stopping` the turn t_1 of ann is under way; in `idle` it has ended. Where calls are made t_1 is at its
 * only one, and in `parked` it gave the floor back.
 */
function lane(place: Place): LaneState {
  const driver = new LaneDriver();
  const first = driver.submit('ann');
  driver.begin();
  driver.submit('bob');
  const held = driver.submit('ann');
  driver.done({ type: 'hold', turn: held, by: user('ann') });
  for (const event of WAY[place]) {
    if (event.type === 'tick') driver.now += 60_000;
    driver.done(event);
  }
  expect(driver.journal.some((record) => record.type === 'turn.started' && record.turn === first)).toBe(true);
  return driver.state;
}

const T1 = turnId(1);
const STOP = { type: 'stop', turn: T1, by: user('ann'), mayStopAny: false } as const;
const ASK = [stepEvent(T1), askEvent(T1)];
/** How t_1 comes there. */
const WAY: { readonly [P in Place]: readonly LaneEvent[] } = {
  idle: [finishEvent(T1)],
  running: [],
  stopping: [STOP],
  proposed: [stepEvent(T1)],
  asked: ASK,
  decided: [...ASK, decideEvent('c_t_1', 'ann')],
  started: [stepEvent(T1), startCallEvent(T1)],
  parked: [...ASK, { type: 'tick' }],
  'stopping a call': [stepEvent(T1), startCallEvent(T1), STOP],
};

const EVENTS: { readonly [E in LaneEventType]: Extract<LaneEvent, { type: E }> } = {
  submit: submitEvent(turnId(4), 'cyd'),
  hold: { type: 'hold', turn: turnId(2), by: user('bob') },
  unhold: { type: 'unhold', turn: turnId(3), by: user('ann') },
  edit: { type: 'edit', turn: turnId(3), by: user('ann'), text: 'better', tokens: 1, revision: 1 },
  withdraw: { type: 'withdraw', turn: turnId(2), by: user('bob') },
  stop: STOP,
  begin: beginEvent(turnId(2)),
  retried: retriedEvent(T1),
  finished: finishEvent(T1),
  stepped: stepEvent(T1),
  ask: askEvent(T1),
  decide: decideEvent('c_t_1', 'ann'),
  'start-call': startCallEvent(T1),
  'call-ended': callEndedEvent(T1),
  lapse: { type: 'lapse', turn: T1, reason: 'what it was built on is not theirs any more' },
  resume: { type: 'resume', turn: T1 },
  revoke: { type: 'revoke', user: user('ann'), by: 'olga', reason: 'removed' },
  tick: { type: 'tick' },
  recover: recoverEvent(),
};

/** The record types and effects that a cell leads to, the code of its refusal, or nothing at all. */
type Expected = string | readonly string[];
type Row = { readonly [E in LaneEventType]: Expected };
const NOTHING: Expected = [];

/** The queue works the same whatever runs. */
const QUEUE = {
  submit: ['ticket.accepted'],
  hold: ['ticket.held'],
  unhold: ['ticket.unheld'],
  edit: ['ticket.edited', 'ticket.unheld'],
  withdraw: ['ticket.ended'],
};
const LATE = {
  retried: NOTHING,
  finished: NOTHING,
  stepped: NOTHING,
  ask: NOTHING,
  decide: 'not_found',
  'start-call': NOTHING,
  'call-ended': NOTHING,
  lapse: NOTHING,
  resume: 'condition_failed',
};
const STARTS = ['turn.started', 'turn.attempted', '→ call'];
const STOPS = ['turn.stopping', '→ abort'];
const DENIES = ['call.decided', ...STOPS];
const GOES_ON = ['turn.resumed', '→ act'];
const NEXT_STEP = ['call.ended', 'turn.attempted', '→ call'];

const RUNNING: Row = {
  ...QUEUE,
  ...LATE,
  begin: 'condition_failed',
  retried: ['turn.attempted'],
  finished: ['turn.ended'],
  stepped: ['turn.stepped', '→ act'],
  lapse: STOPS,
  stop: STOPS,
  revoke: ['ticket.ended', ...STOPS],
  tick: NOTHING,
  recover: ['turn.attempted', '→ call'],
};
const PROPOSED: Row = {
  ...RUNNING,
  retried: NOTHING,
  finished: NOTHING,
  stepped: NOTHING,
  ask: ['call.asked'],
  'start-call': ['call.started', '→ run'],
  'call-ended': NEXT_STEP,
  recover: GOES_ON,
};
const STOPPING: Row = {
  ...QUEUE,
  ...LATE,
  begin: 'condition_failed',
  finished: ['turn.ended'],
  stepped: ['turn.ended'],
  stop: NOTHING,
  revoke: ['ticket.ended'],
  tick: NOTHING,
  recover: ['turn.ended'],
};
const TABLE: { readonly [P in Place]: Row } = {
  idle: {
    ...QUEUE,
    ...LATE,
    begin: STARTS,
    stop: 'not_found',
    revoke: ['ticket.ended'],
    tick: NOTHING,
    recover: NOTHING,
  },
  running: RUNNING,
  stopping: STOPPING,
  proposed: PROPOSED,
  asked: {
    ...PROPOSED,
    ask: NOTHING,
    decide: ['call.decided', '→ act'],
    'start-call': NOTHING,
    'call-ended': NOTHING,
    lapse: DENIES,
    stop: DENIES,
    revoke: ['ticket.ended', ...DENIES],
    recover: NOTHING,
  },
  decided: { ...PROPOSED, ask: NOTHING, decide: NOTHING },
  started: { ...PROPOSED, ask: NOTHING },
  parked: {
    ...QUEUE,
    ...LATE,
    begin: STARTS,
    decide: ['call.decided'],
    lapse: DENIES,
    stop: DENIES,
    revoke: ['ticket.ended', ...DENIES],
    tick: NOTHING,
    recover: NOTHING,
  },
  'stopping a call': {
    ...STOPPING,
    stepped: NOTHING,
    finished: ['call.ended', 'turn.ended'],
    'call-ended': ['call.ended', '→ abort'],
    recover: ['call.ended', 'turn.ended'],
  },
};

const PLACES = Object.keys(TABLE) as readonly Place[];

describe.each(PLACES)('a lane that is %s', (place) => {
  test.each(Object.values(EVENTS))('has an answer to $type', (event) => {
    expect(outcome(lane(place), event, START)).toEqual(TABLE[place][event.type]);
  });
});

const MINUTE = 60_000;

describe('T22 T23 T26 a tick that comes late', () => {
  test.each<{ place: Place; minutes: number; expected: Expected }>([
    { place: 'idle', minutes: 10, expected: ['ticket.unheld'] },
    { place: 'running', minutes: 10, expected: ['ticket.unheld', ...STOPS] },
    { place: 'stopping', minutes: 10, expected: ['ticket.unheld'] },
    { place: 'started', minutes: 10, expected: ['ticket.unheld', ...STOPS] },
    { place: 'asked', minutes: 1, expected: ['turn.parked'] },
    { place: 'asked', minutes: 15, expected: ['ticket.unheld', 'call.decided', '→ act'] },
    { place: 'decided', minutes: 10, expected: ['ticket.unheld', ...STOPS] },
    { place: 'parked', minutes: 10, expected: ['ticket.unheld'] },
    { place: 'parked', minutes: 15, expected: ['ticket.unheld', 'call.decided'] },
  ])('after $minutes minutes in $place', ({ place, minutes, expected }) => {
    expect(outcome(lane(place), EVENTS.tick, START + minutes * MINUTE)).toEqual(expected);
  });
});

test('T44 a restart past its expiry declines what was asked, running or parked', () => {
  const late = START + 15 * MINUTE;
  expect(outcome(lane('asked'), EVENTS.recover, late)).toEqual(['call.decided', '→ act']);
  expect(outcome(lane('parked'), EVENTS.recover, late)).toEqual(['call.decided']);
});

function outcome(state: LaneState, event: LaneEvent, now: number): Expected {
  const decision = decide(state, event, now);
  if (decision.kind === 'refused') return decision.fault.code;
  const { records, effects } = decision;
  expect(decision.state).toEqual(records.reduce(evolve, state));
  if (records.length === 0) expect(decision.state).toBe(state);
  return [...records.map((record) => record.type), ...effects.map((effect) => `→ ${effect.type}`)];
}
