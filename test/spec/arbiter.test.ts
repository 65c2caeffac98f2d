import { evolve } from '@parley/server/core/arbiter/evolve';
import { EDIT_HOLD_MS, type LaneEvent } from '@parley/server/core/arbiter/lane';
import { describe, expect, test } from 'vitest';
import {
  beginEvent,
  busyLane,
  finishEvent,
  LaneDriver,
  LIMITS,
  messageRecord,
  person,
  revokeEvent,
  START,
  stopEvent,
  turnId,
  user,
} from '../kit/lane-driver.ts';

describe('one at a time', () => {
  test('T12 while a turn runs or stops no other begins', () => {
    const { lane, running, bob } = busyLane();
    expect(lane.refused(beginEvent(bob))).toMatchObject({ code: 'condition_failed' });
    lane.done(stopEvent(running, 'ann'));
    expect(lane.refused(beginEvent(bob))).toMatchObject({ code: 'condition_failed' });
    lane.done(finishEvent(running));
    expect(lane.begin()).toBe(bob);
  });

  test('T12 a private lane does not occupy the room’s', () => {
    const { lane } = busyLane();
    const mine = new LaneDriver('me:ann');
    expect(lane.journal.reduce(evolve, mine.state)).toBe(mine.state);
    const turn = mine.submit('ann');
    expect(mine.begin()).toBe(turn);
  });

  test('T13 the start names its prompt, principal, audience, context and payer', () => {
    const lane = new LaneDriver();
    const turn = lane.submit('ann', { text: 'why?', tokens: 2 });
    const { records, effects } = lane.done(beginEvent(turn));
    expect(records[0]).toEqual({
      type: 'turn.started',
      lane: 'room',
      turn,
      entry: { id: 'e_p_t_1', seq: 1, kind: 'prompt', turn, author: person('ann'), text: 'why?', at: START },
      tokens: 2,
      payer: 'ann',
      resources: [],
      influence: ['ann'],
      turnSeconds: LIMITS.turnSeconds,
      context: { from: 1, to: 1, roomTo: 0, hash: 'h', tokens: 3 },
      at: START,
    });
    expect(records[1]).toMatchObject({ type: 'turn.attempted', turn, attempt: 1, model: 'scripted' });
    expect(effects).toEqual([{ type: 'call', turn, step: 1, attempt: 1 }]);
  });

  test.each([
    [{ kind: 'complete' }, 'completed', undefined],
    [{ kind: 'cut', reason: 'reached its length' }, 'completed', 'reached its length'],
    [{ kind: 'failed', reason: 'the provider refused' }, 'failed', 'the provider refused'],
  ] as const)('T14 a call that ends as %o gives an answer that lists its prompt', (end, outcome, reason) => {
    const lane = new LaneDriver();
    const turn = lane.submit('ann');
    lane.begin();
    const usage = { model: 'm', inputTokens: 9, cachedTokens: 0, outputTokens: 0 };
    lane.done(finishEvent(turn, { end, text: '', tokens: 0, usage }));
    const [ended, ...more] = lane.ended(turn);
    expect(more).toEqual([]);
    expect(ended).toMatchObject({ outcome, reason: reason ?? '', by: 'system', usage });
    expect(ended?.answer).toMatchObject({
      kind: 'answer',
      seq: 2,
      answers: [turn],
      for: 'ann',
      text: '',
      outcome,
      usage,
    });
    expect(ended?.answer?.author).toEqual({ id: 'ai', name: 'AI', kind: 'ai' });
    expect(ended?.answer?.reason).toBe(reason);
  });

  test('T18 what a turn contains is fixed at its start: its text, its context and its time', () => {
    const lane = new LaneDriver();
    const turn = lane.submit('ann');
    lane.begin({ ...LIMITS, turnSeconds: 60 });
    const started = lane.state.kind === 'running' ? lane.state.running : null;
    lane.record(messageRecord(2));
    lane.submit('ann', { text: 'and this' });
    const edit = { type: 'edit', turn, by: user('ann'), text: 'other', tokens: 1, revision: 1 } as const;
    expect(lane.refused(edit)).toMatchObject({ code: 'already_started' });
    expect(lane.state).toMatchObject({ kind: 'running', running: started });
    expect(started).toMatchObject({ text: 'ask t_1', endsBy: START + 60_000 });
  });

  test('T23 a turn over its time is stopped, keeps what came, and frees the floor', () => {
    const lane = new LaneDriver();
    const turn = lane.submit('ann');
    lane.begin({ ...LIMITS, turnSeconds: 60 });
    lane.now += 59_999;
    expect(lane.done({ type: 'tick' }).records).toEqual([]);
    lane.now += 1;
    expect(lane.done({ type: 'tick' }).effects).toEqual([{ type: 'abort', turn }]);
    lane.done(finishEvent(turn, { text: 'so far', end: { kind: 'failed', reason: 'aborted' } }));
    expect(lane.ended(turn)[0]).toMatchObject({
      outcome: 'failed',
      reason: 'ran longer than 60 seconds',
      answer: { text: 'so far' },
    });
    expect(lane.state.kind).toBe('idle');
  });
});

describe('editing and withdrawing', () => {
  const edit = (turn: ReturnType<typeof turnId>, by: string, revision = 1) =>
    ({ type: 'edit', turn, by: user(by), text: 'better', tokens: 2, revision }) as const;

  test('T26 only its author holds, edits or withdraws a prompt', () => {
    const { lane, ann } = busyLane();
    const by = user('bob');
    const tries: LaneEvent[] = [
      { type: 'hold', turn: ann, by },
      { type: 'unhold', turn: ann, by },
      { type: 'withdraw', turn: ann, by },
      edit(ann, 'bob'),
    ];
    for (const each of tries) expect(lane.refused(each)).toMatchObject({ code: 'forbidden' });
  });

  test('T26 an edit names the revision it read; a second one on the same is told what stands', () => {
    const { lane, ann } = busyLane();
    lane.done(edit(ann, 'ann'));
    const current = { revision: 2, text: 'better' };
    expect(lane.refused(edit(ann, 'ann'))).toMatchObject({ code: 'revision_conflict', current });
    lane.done(edit(ann, 'ann', 2));
    expect(lane.state.tickets[0]).toMatchObject({ turn: ann, revision: 3 });
  });

  test('T26 an open editor keeps the prompt from starting, for a limited time', () => {
    const { lane, running, ann, bob } = busyLane();
    lane.done({ type: 'hold', turn: ann, by: user('ann') });
    lane.done({ type: 'withdraw', turn: bob, by: user('bob') });
    lane.done(finishEvent(running));
    expect(lane.begin()).toBeNull();
    expect(lane.refused(beginEvent(ann))).toMatchObject({ code: 'condition_failed' });
    lane.now += EDIT_HOLD_MS;
    expect(lane.done({ type: 'tick' }).records).toMatchObject([{ type: 'ticket.unheld', turn: ann }]);
    expect(lane.begin()).toBe(ann);
  });

  test('T26 a hold that has run out is put on record by the start that it no longer prevents', () => {
    const { lane, running, ann } = busyLane();
    lane.done({ type: 'hold', turn: ann, by: user('ann') });
    lane.done(finishEvent(running));
    lane.done(revokeEvent('bob'));
    lane.now += EDIT_HOLD_MS;
    const { records } = lane.done(beginEvent(ann));
    expect(records.map((record) => record.type)).toEqual(['ticket.unheld', 'turn.started', 'turn.attempted']);
  });

  test('T26 opening the editor again gives the whole time again; an edit or closing it ends the hold', () => {
    const { lane, ann } = busyLane();
    lane.done({ type: 'hold', turn: ann, by: user('ann') });
    lane.now += 60_000;
    lane.done({ type: 'hold', turn: ann, by: user('ann') });
    expect(lane.state.tickets[0]).toMatchObject({ state: 'held', heldBy: 'ann', until: START + 60_000 + EDIT_HOLD_MS });
    lane.done(edit(ann, 'ann'));
    expect(lane.state.tickets[0]).toMatchObject({ state: 'queued', text: 'better' });
    lane.done({ type: 'hold', turn: ann, by: user('ann') });
    lane.done({ type: 'unhold', turn: ann, by: user('ann') });
    expect(lane.state.tickets[0]).toMatchObject({ state: 'queued' });
    expect(lane.done({ type: 'unhold', turn: ann, by: user('ann') }).records).toEqual([]);
  });

  test('T27 withdrawing and editing are done, or told that the turn has started, or that it is not there', () => {
    const { lane, running, ann } = busyLane();
    for (const state of ['running', 'stopping'] as const) {
      if (state === 'stopping') lane.done(stopEvent(running, 'ann'));
      expect(lane.refused({ type: 'withdraw', turn: running, by: user('ann') })).toMatchObject({
        code: 'already_started',
      });
      expect(lane.refused(edit(running, 'ann'))).toMatchObject({ code: 'already_started' });
      expect(lane.refused({ type: 'withdraw', turn: running, by: user('bob') })).toMatchObject({ code: 'forbidden' });
    }
    lane.done({ type: 'withdraw', turn: ann, by: user('ann') });
    expect(lane.refused({ type: 'withdraw', turn: ann, by: user('ann') })).toMatchObject({ code: 'not_found' });
    lane.done(finishEvent(running));
    expect(lane.drain()).not.toContain(ann);
  });

  test('T28 an edit changes the words; author, id and place stay', () => {
    const { lane, ann } = busyLane();
    const [before] = lane.state.tickets;
    lane.done(edit(ann, 'ann'));
    expect(lane.state.tickets[0]).toEqual({ ...before, text: 'better', tokens: 2, revision: 2 });
  });
});
