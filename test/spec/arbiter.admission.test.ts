import { positions } from '@parley/server/core/arbiter/queue';
import { describe, expect, test } from 'vitest';
import {
  beginEvent,
  busyLane,
  finishEvent,
  LaneDriver,
  LIMITS,
  person,
  revokeEvent,
  stopEvent,
  submitEvent,
  turnId,
  user,
} from '../kit/lane-driver.ts';

describe('admission', () => {
  test('T1 what is accepted is a record with all that a restart needs, and its place is known at once', () => {
    const lane = new LaneDriver();
    const { records, state } = lane.done(submitEvent(turnId(1), 'ann', { text: 'why?', tokens: 2 }));
    expect(records).toEqual([
      expect.objectContaining({
        type: 'ticket.accepted',
        turn: 't_1',
        author: person('ann'),
        text: 'why?',
        ticketSeq: 1,
      }),
    ]);
    expect(positions(state).get(turnId(1))).toBe(1);
  });

  test.each([
    ['withdrawn', 'cancelled', 'withdrawn by its author', 'ann'],
    ['revoked', 'revoked', 'removed from the room', 'olga'],
  ] as const)('T3 a ticket that is %s ends once, with a reason and by whom', (how, outcome, reason, by) => {
    const { lane, ann } = busyLane();
    lane.done(how === 'withdrawn' ? { type: 'withdraw', turn: ann, by: user('ann') } : revokeEvent('ann'));
    expect(lane.journal.filter((record) => record.type === 'ticket.ended')).toEqual([
      expect.objectContaining({ turn: ann, outcome, reason, by }),
    ]);
  });

  test('T4 a prompt that arrives just before or just after the last turn ends is started', () => {
    for (const late of [true, false]) {
      const lane = new LaneDriver();
      const first = lane.submit('ann');
      lane.begin();
      if (late) lane.done(finishEvent(first));
      const second = lane.submit('bob');
      if (!late) lane.done(finishEvent(first));
      expect(lane.begin()).toBe(second);
    }
  });

  test('T4 of two that both saw an idle lane one begins, and the other is told which waits', () => {
    const lane = new LaneDriver();
    const [ann, bob] = [lane.submit('ann'), lane.submit('bob')];
    expect(lane.refused(beginEvent(bob))).toMatchObject({ code: 'condition_failed', current: { next: ann } });
    lane.done(beginEvent(ann));
    expect(lane.refused(beginEvent(bob))).toMatchObject({ code: 'condition_failed', current: { running: ann } });
  });

  test('T5 the order is that of acceptance, even when the clock is set back', () => {
    const lane = new LaneDriver();
    const ann = lane.submit('ann');
    lane.now -= 3_600_000;
    const bob = lane.submit('bob');
    expect(lane.state.tickets.map((ticket) => ticket.ticketSeq)).toEqual([1, 2]);
    expect(lane.drain()).toEqual([ann, bob]);
  });

  test('T6 a stop or a withdrawal is no prompt: no ticket, no words in the transcript', () => {
    const { lane, running, bob } = busyLane();
    const before = { tickets: lane.state.lastTicketSeq, entries: lane.state.lastEntrySeq };
    lane.done({ type: 'withdraw', turn: bob, by: user('bob') });
    lane.done(stopEvent(running, 'ann'));
    expect({ tickets: lane.state.lastTicketSeq, entries: lane.state.lastEntrySeq }).toEqual(before);
  });

  test('T7 a full queue refuses the newest, says why and when to retry, and drops nobody', () => {
    const lane = new LaneDriver();
    const limits = { ...LIMITS, queuePerPerson: 2, queuePerLane: 3 };
    for (const by of ['ann', 'ann', 'bob']) lane.submit(by, { limits });
    const before = lane.state;
    const mine = lane.refused(submitEvent(turnId(9), 'ann', { limits }));
    expect(mine).toMatchObject({
      code: 'queue_full',
      detail: expect.stringContaining('2'),
      retryAfter: expect.any(Number),
    });
    expect(lane.refused(submitEvent(turnId(9), 'cyd', { limits }))).toMatchObject({ code: 'queue_full' });
    expect(lane.state).toBe(before);
  });

  test('T7 a turn that runs has left the queue', () => {
    const lane = new LaneDriver();
    const limits = { ...LIMITS, queuePerPerson: 1 };
    lane.submit('ann', { limits });
    lane.begin();
    lane.submit('ann', { limits });
    expect(lane.state.tickets).toHaveLength(1);
  });

  test('T8 only-if-idle is taken when nothing runs or would start, otherwise refused with what stands', () => {
    const lane = new LaneDriver();
    const first = lane.submit('ann', { onlyIf: 'idle' });
    const refusal = { code: 'condition_failed', current: { seq: 1, idle: false, running: null, waiting: 1 } };
    expect(lane.refused(submitEvent(turnId(9), 'bob', { onlyIf: 'idle' }))).toMatchObject(refusal);
    lane.begin();
    const current = { seq: 1, idle: false, running: first, waiting: 0 };
    expect(lane.refused(submitEvent(turnId(9), 'bob', { onlyIf: 'idle' }))).toMatchObject({ current });
  });

  test('T8 only-if-at-seq is taken at that very sequence', () => {
    const lane = new LaneDriver();
    lane.submit('ann', { onlyIf: { seq: 0 } });
    expect(lane.refused(submitEvent(turnId(9), 'bob', { onlyIf: { seq: 0 } }))).toMatchObject({ current: { seq: 1 } });
    lane.submit('bob', { onlyIf: { seq: 1 } });
    expect(lane.state.lastTicketSeq).toBe(2);
  });
});
