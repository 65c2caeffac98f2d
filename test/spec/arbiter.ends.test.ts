import { evolve } from '@parley/server/core/arbiter/evolve';
import { CONFIRM_MS, MAX_ATTEMPTS, STALE_MS, openLane, type LaneState } from '@parley/server/core/arbiter/lane';
import { nextTicket } from '@parley/server/core/arbiter/queue';
import { describe, expect, test } from 'vitest';
import {
  beginEvent,
  busyLane,
  finishEvent,
  LaneDriver,
  LIMITS,
  messageRecord,
  recoverEvent,
  revokeEvent,
  START,
  stopEvent,
  turnId,
  user,
} from '../kit/lane-driver.ts';

describe('stop', () => {
  test('T30 a stop that comes when its turn is over does not touch the one that runs', () => {
    const { lane, running } = busyLane();
    lane.done(finishEvent(running));
    lane.begin();
    expect(lane.refused(stopEvent(running, 'ann'))).toMatchObject({ code: 'not_found' });
    expect(lane.state.kind).toBe('running');
  });

  test('T30 a repeated stop changes nothing, and the first one stays on record', () => {
    const { lane, running } = busyLane();
    lane.done(stopEvent(running, 'olga', true));
    const before = lane.state;
    expect(lane.done(stopEvent(running, 'ann'))).toMatchObject({ records: [], effects: [] });
    expect(lane.state).toBe(before);
    lane.done(finishEvent(running));
    expect(lane.ended(running)[0]).toMatchObject({
      outcome: 'cancelled',
      by: 'olga',
      reason: 'stopped by somebody else',
    });
  });

  test('T30 a late end, of another turn or an older attempt, changes nothing', () => {
    const { lane, running, bob } = busyLane();
    lane.done(recoverEvent());
    const before = lane.state;
    lane.done(finishEvent(running, { attempt: 1 }));
    lane.done(finishEvent(bob, { attempt: 2 }));
    expect(lane.state).toBe(before);
    lane.done(finishEvent(running, { attempt: 2 }));
    const after = lane.state;
    lane.done(finishEvent(running, { attempt: 2 }));
    expect(lane.state).toBe(after);
    expect(lane.ended(running)).toHaveLength(1);
  });

  test('T30 a stop for a prompt that waits is told to withdraw it', () => {
    const { lane, running, bob } = busyLane();
    expect(lane.refused(stopEvent(bob, 'bob'))).toMatchObject({
      code: 'condition_failed',
      detail: expect.stringContaining('withdraw'),
    });
    lane.done(stopEvent(running, 'ann'));
    expect(lane.refused(stopEvent(bob, 'bob'))).toMatchObject({ code: 'condition_failed' });
  });

  test('T31 a stop ends the turn and leaves the queue as it is', () => {
    const { lane, running, bob, ann } = busyLane();
    const { tickets } = lane.state;
    lane.done(stopEvent(running, 'ann'));
    lane.done(finishEvent(running));
    expect(lane.state.tickets).toBe(tickets);
    expect(lane.drain()).toEqual([bob, ann]);
  });

  test('T32 its speaker may stop, and whoever may stop any; another is told which right is missing', () => {
    for (const [by, any] of [
      ['ann', false],
      ['mia', true],
    ] as const) {
      const { lane, running } = busyLane();
      expect(lane.done(stopEvent(running, by, any)).records).toMatchObject([{ type: 'turn.stopping', by }]);
      expect(lane.refused(stopEvent(running, 'bob'))).toMatchObject({ code: 'forbidden', capability: 'turn.stop.any' });
    }
    const { lane, running } = busyLane();
    expect(lane.refused(stopEvent(running, 'bob'))).toMatchObject({ code: 'forbidden', capability: 'turn.stop.any' });
  });

  test('T33 a stop aborts the call, once', () => {
    const { lane, running } = busyLane();
    expect(lane.done(stopEvent(running, 'ann')).effects).toEqual([{ type: 'abort', turn: running }]);
    expect(lane.done(stopEvent(running, 'ann')).effects).toEqual([]);
  });

  test('T34 the partial answer is kept and marked, whatever the call said at its end', () => {
    for (const end of [{ kind: 'complete' }, { kind: 'failed', reason: 'aborted' }] as const) {
      const { lane, running } = busyLane();
      lane.done(stopEvent(running, 'ann'));
      lane.done(finishEvent(running, { text: 'half an ans', end }));
      const marked = { text: 'half an ans', outcome: 'cancelled', reason: 'stopped by its author', by: 'ann' };
      expect(lane.ended(running)[0]).toMatchObject({ outcome: 'cancelled', answer: marked });
    }
  });
});

describe('rights', () => {
  test('T35 rights at the start decide: who lost them between asking and starting never starts', () => {
    const lane = new LaneDriver();
    const ann = lane.submit('ann');
    const bob = lane.submit('bob');
    expect(nextTicket(lane.state, lane.now)?.turn).toBe(ann);
    lane.done(revokeEvent('ann'));
    expect(lane.refused(beginEvent(ann))).toMatchObject({ code: 'condition_failed', current: { next: bob } });
    expect(lane.drain()).toEqual([bob]);
  });

  test('T36 a revocation ends that person’s tickets and turn, and leaves everybody else alone', () => {
    const { lane, running, ann, bob } = busyLane();
    const decision = lane.done(revokeEvent('ann'));
    expect(decision.records).toMatchObject([
      { type: 'ticket.ended', turn: ann, outcome: 'revoked', by: 'olga', reason: 'removed from the room' },
      { type: 'turn.stopping', turn: running, outcome: 'revoked', by: 'olga' },
    ]);
    expect(decision.effects).toEqual([{ type: 'abort', turn: running }]);
    lane.done(finishEvent(running, { text: 'so f' }));
    expect(lane.ended(running)[0]).toMatchObject({ outcome: 'revoked', reason: 'removed from the room', by: 'olga' });
    expect(lane.drain()).toEqual([bob]);
  });

  test('T36 the revocation of somebody who waits lets another’s turn run on; of somebody unknown does nothing', () => {
    const { lane, bob } = busyLane();
    expect(lane.done(revokeEvent('bob')).records).toMatchObject([{ type: 'ticket.ended', turn: bob }]);
    expect(lane.state.kind).toBe('running');
    const before = lane.state;
    lane.done(revokeEvent('zoe'));
    expect(lane.state).toBe(before);
  });

  test('T36 granting again does not bring anything back', () => {
    const { lane, running, ann } = busyLane();
    lane.done(revokeEvent('ann'));
    lane.done(finishEvent(running));
    const again = lane.submit('ann');
    expect(lane.drain()).toContain(again);
    expect(lane.journal.filter((record) => record.type === 'turn.started' && record.turn === ann)).toEqual([]);
  });
});

describe('disconnect and crash', () => {
  test('T42 nothing that happens to a connection is an event: a turn whose author is away ends as usual', () => {
    const { lane, running, bob, ann } = busyLane();
    lane.now += 60_000;
    expect(lane.done({ type: 'tick' }).records).toEqual([]);
    lane.done(finishEvent(running));
    expect(lane.ended(running)[0]).toMatchObject({ outcome: 'completed' });
    expect(lane.drain()).toEqual([bob, ann]);
  });

  test('T44 the journal alone gives the state back, whatever it was doing', () => {
    const { lane, running, bob } = busyLane();
    lane.done({ type: 'hold', turn: bob, by: user('bob') });
    lane.record(messageRecord(2));
    const replay = () => lane.journal.reduce<LaneState>(evolve, openLane('room'));
    expect(replay()).toEqual(lane.state);
    lane.done(stopEvent(running, 'ann'));
    expect(replay()).toEqual(lane.state);
    lane.done(finishEvent(running));
    expect(replay()).toEqual(lane.state);
  });

  test('T44 a running turn is called again with its whole time, and everything queued survives', () => {
    const { lane, running, ann, bob } = busyLane();
    lane.now += 100_000;
    const { records, effects } = lane.done(recoverEvent());
    expect(records).toMatchObject([{ type: 'turn.attempted', turn: running, attempt: 2 }]);
    expect(effects).toEqual([{ type: 'call', turn: running, step: 1, attempt: 2 }]);
    expect(lane.state).toMatchObject({ running: { attempt: 2, endsBy: START + 100_000 + LIMITS.turnSeconds * 1000 } });
    expect(lane.state.tickets.map((ticket) => ticket.turn)).toEqual([ann, bob]);
  });

  test('T44 a crash loop is bounded: after the last attempt the turn ends and the next one starts', () => {
    const { lane, running, bob } = busyLane();
    for (let attempt = 2; attempt <= MAX_ATTEMPTS; attempt += 1) lane.done(recoverEvent());
    lane.done(recoverEvent());
    const reason = `the server restarted during ${MAX_ATTEMPTS} attempts`;
    expect(lane.ended(running)[0]).toMatchObject({
      outcome: 'failed',
      reason,
      answer: { answers: [running], text: '' },
    });
    expect(lane.begin()).toBe(bob);
  });

  test('T44 a stop whose node died is carried out; nothing stays generating', () => {
    const { lane, running } = busyLane();
    lane.done(stopEvent(running, 'ann'));
    lane.done(recoverEvent());
    expect(lane.ended(running)[0]).toMatchObject({ outcome: 'cancelled', by: 'ann', answer: { text: '' } });
    expect(lane.state.kind).toBe('idle');
  });

  test('T44 what was shown of a stopped answer is kept when its node died', () => {
    const { lane, running } = busyLane();
    lane.done(stopEvent(running, 'ann'));
    lane.done(recoverEvent('half an ans'));
    expect(lane.ended(running)[0]).toMatchObject({ outcome: 'cancelled', answer: { text: 'half an ans' } });
  });

  test('T44 a prompt that waited long over a restart is held, and starts when its author says so', () => {
    const { lane, running, ann, bob } = busyLane();
    lane.now += STALE_MS;
    lane.done(recoverEvent());
    expect(lane.state.tickets).toMatchObject([
      { turn: ann, state: 'held', heldBy: 'system' },
      { turn: bob, state: 'held', heldBy: 'system' },
    ]);
    lane.done(finishEvent(running, { attempt: 2 }));
    expect(nextTicket(lane.state, lane.now)).toBeNull();
    lane.done({ type: 'unhold', turn: bob, by: user('bob') });
    expect(lane.begin()).toBe(bob);
  });

  test('T44 a prompt that nobody confirmed expires, with a reason, and never starts', () => {
    const { lane, running, ann } = busyLane();
    lane.now += STALE_MS;
    lane.done(recoverEvent());
    lane.done(finishEvent(running, { attempt: 2 }));
    lane.now += CONFIRM_MS;
    expect(nextTicket(lane.state, lane.now)).toBeNull();
    lane.done({ type: 'tick' });
    expect(lane.state.tickets).toEqual([]);
    const ends = lane.journal.filter((record) => record.type === 'ticket.ended' && record.turn === ann);
    expect(ends).toMatchObject([{ outcome: 'expired', by: 'system' }]);
  });

  test('T45 the queue is the person’s: nothing in it says which device', () => {
    const { lane, ann } = busyLane();
    const fields = ['acceptedAt', 'author', 'key', 'revision', 'state', 'text', 'ticketSeq', 'tokens', 'turn'];
    expect(Object.keys(lane.state.tickets.find((ticket) => ticket.turn === ann) ?? {}).toSorted()).toEqual(fields);
  });

  test('P7 a fact of another lane or of the room leaves the same object; one that cannot follow is refused', () => {
    const { lane } = busyLane();
    const elsewhere = { ...messageRecord(1), lane: 'me:ann' } as const;
    expect(evolve(lane.state, elsewhere)).toBe(lane.state);
    expect(evolve(lane.state, { type: 'room.deleted', by: 'olga', at: START })).toBe(lane.state);
    expect(() => evolve(lane.state, { type: 'ticket.unheld', lane: 'room', turn: turnId(99), at: START })).toThrow(
      'must',
    );
  });
});
