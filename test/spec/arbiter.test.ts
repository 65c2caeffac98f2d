import {
  CONFIRM_MS,
  EDIT_HOLD_MS,
  MAX_ATTEMPTS,
  STALE_MS,
  openLane,
  type LaneEvent,
  type LaneState,
} from '@parley/server/core/arbiter/lane';
import { evolve } from '@parley/server/core/arbiter/evolve';
import { nextTicket, positions } from '@parley/server/core/arbiter/queue';
import { describe, expect, test } from 'vitest';
import {
  beginEvent,
  finishEvent,
  LaneDriver,
  LIMITS,
  messageRecord,
  person,
  recoverEvent,
  START,
  submitEvent,
  turnId,
  user,
} from '../kit/lane-driver.ts';

const stop = (turn: string, by: string, mayStopAny = false) =>
  ({ type: 'stop', turn: turn as ReturnType<typeof turnId>, by: user(by), mayStopAny }) as const;
const revoke = (who: string) =>
  ({ type: 'revoke', user: user(who), by: 'olga', reason: 'removed from the room' }) as const;

/** A lane in which ann's turn runs and one prompt of each of ann and bob waits. */
function busy() {
  const lane = new LaneDriver();
  const running = lane.submit('ann');
  lane.begin();
  return { lane, running, ann: lane.submit('ann'), bob: lane.submit('bob') };
}

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
    const { lane, ann } = busy();
    lane.done(how === 'withdrawn' ? { type: 'withdraw', turn: ann, by: user('ann') } : revoke('ann'));
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
    const { lane, running, bob } = busy();
    const before = { tickets: lane.state.lastTicketSeq, entries: lane.state.lastEntrySeq };
    lane.done({ type: 'withdraw', turn: bob, by: user('bob') });
    lane.done(stop(running, 'ann'));
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

describe('one at a time', () => {
  test('T12 while a turn runs or stops no other begins', () => {
    const { lane, running, bob } = busy();
    expect(lane.refused(beginEvent(bob))).toMatchObject({ code: 'condition_failed' });
    lane.done(stop(running, 'ann'));
    expect(lane.refused(beginEvent(bob))).toMatchObject({ code: 'condition_failed' });
    lane.done(finishEvent(running));
    expect(lane.begin()).toBe(bob);
  });

  test('T12 a private lane does not occupy the room’s', () => {
    const { lane } = busy();
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
    const { lane, ann } = busy();
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
    const { lane, ann } = busy();
    lane.done(edit(ann, 'ann'));
    const current = { revision: 2, text: 'better' };
    expect(lane.refused(edit(ann, 'ann'))).toMatchObject({ code: 'revision_conflict', current });
    lane.done(edit(ann, 'ann', 2));
    expect(lane.state.tickets[0]).toMatchObject({ turn: ann, revision: 3 });
  });

  test('T26 an open editor keeps the prompt from starting, for a limited time', () => {
    const { lane, running, ann, bob } = busy();
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
    const { lane, running, ann } = busy();
    lane.done({ type: 'hold', turn: ann, by: user('ann') });
    lane.done(finishEvent(running));
    lane.done(revoke('bob'));
    lane.now += EDIT_HOLD_MS;
    const { records } = lane.done(beginEvent(ann));
    expect(records.map((record) => record.type)).toEqual(['ticket.unheld', 'turn.started', 'turn.attempted']);
  });

  test('T26 opening the editor again gives the whole time again; an edit or closing it ends the hold', () => {
    const { lane, ann } = busy();
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
    const { lane, running, ann } = busy();
    for (const state of ['running', 'stopping'] as const) {
      if (state === 'stopping') lane.done(stop(running, 'ann'));
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
    const { lane, ann } = busy();
    const [before] = lane.state.tickets;
    lane.done(edit(ann, 'ann'));
    expect(lane.state.tickets[0]).toEqual({ ...before, text: 'better', tokens: 2, revision: 2 });
  });
});

describe('stop', () => {
  test('T30 a stop that comes when its turn is over does not touch the one that runs', () => {
    const { lane, running } = busy();
    lane.done(finishEvent(running));
    lane.begin();
    expect(lane.refused(stop(running, 'ann'))).toMatchObject({ code: 'not_found' });
    expect(lane.state.kind).toBe('running');
  });

  test('T30 a repeated stop changes nothing, and the first one stays on record', () => {
    const { lane, running } = busy();
    lane.done(stop(running, 'olga', true));
    const before = lane.state;
    expect(lane.done(stop(running, 'ann'))).toMatchObject({ records: [], effects: [] });
    expect(lane.state).toBe(before);
    lane.done(finishEvent(running));
    expect(lane.ended(running)[0]).toMatchObject({
      outcome: 'cancelled',
      by: 'olga',
      reason: 'stopped by somebody else',
    });
  });

  test('T30 a late end, of another turn or an older attempt, changes nothing', () => {
    const { lane, running, bob } = busy();
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
    const { lane, running, bob } = busy();
    expect(lane.refused(stop(bob, 'bob'))).toMatchObject({
      code: 'condition_failed',
      detail: expect.stringContaining('withdraw'),
    });
    lane.done(stop(running, 'ann'));
    expect(lane.refused(stop(bob, 'bob'))).toMatchObject({ code: 'condition_failed' });
  });

  test('T31 a stop ends the turn and leaves the queue as it is', () => {
    const { lane, running, bob, ann } = busy();
    const { tickets } = lane.state;
    lane.done(stop(running, 'ann'));
    lane.done(finishEvent(running));
    expect(lane.state.tickets).toBe(tickets);
    expect(lane.drain()).toEqual([bob, ann]);
  });

  test('T32 its speaker may stop, and whoever may stop any; another is told which right is missing', () => {
    for (const [by, any] of [
      ['ann', false],
      ['mia', true],
    ] as const) {
      const { lane, running } = busy();
      expect(lane.done(stop(running, by, any)).records).toMatchObject([{ type: 'turn.stopping', by }]);
      expect(lane.refused(stop(running, 'bob'))).toMatchObject({ code: 'forbidden', capability: 'turn.stop.any' });
    }
    const { lane, running } = busy();
    expect(lane.refused(stop(running, 'bob'))).toMatchObject({ code: 'forbidden', capability: 'turn.stop.any' });
  });

  test('T33 a stop aborts the call, once', () => {
    const { lane, running } = busy();
    expect(lane.done(stop(running, 'ann')).effects).toEqual([{ type: 'abort', turn: running }]);
    expect(lane.done(stop(running, 'ann')).effects).toEqual([]);
  });

  test('T34 the partial answer is kept and marked, whatever the call said at its end', () => {
    for (const end of [{ kind: 'complete' }, { kind: 'failed', reason: 'aborted' }] as const) {
      const { lane, running } = busy();
      lane.done(stop(running, 'ann'));
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
    lane.done(revoke('ann'));
    expect(lane.refused(beginEvent(ann))).toMatchObject({ code: 'condition_failed', current: { next: bob } });
    expect(lane.drain()).toEqual([bob]);
  });

  test('T36 a revocation ends that person’s tickets and turn, and leaves everybody else alone', () => {
    const { lane, running, ann, bob } = busy();
    const decision = lane.done(revoke('ann'));
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
    const { lane, bob } = busy();
    expect(lane.done(revoke('bob')).records).toMatchObject([{ type: 'ticket.ended', turn: bob }]);
    expect(lane.state.kind).toBe('running');
    const before = lane.state;
    lane.done(revoke('zoe'));
    expect(lane.state).toBe(before);
  });

  test('T36 granting again does not bring anything back', () => {
    const { lane, running, ann } = busy();
    lane.done(revoke('ann'));
    lane.done(finishEvent(running));
    const again = lane.submit('ann');
    expect(lane.drain()).toContain(again);
    expect(lane.journal.filter((record) => record.type === 'turn.started' && record.turn === ann)).toEqual([]);
  });
});

describe('disconnect and crash', () => {
  test('T42 nothing that happens to a connection is an event: a turn whose author is away ends as usual', () => {
    const { lane, running, bob, ann } = busy();
    lane.now += 60_000;
    expect(lane.done({ type: 'tick' }).records).toEqual([]);
    lane.done(finishEvent(running));
    expect(lane.ended(running)[0]).toMatchObject({ outcome: 'completed' });
    expect(lane.drain()).toEqual([bob, ann]);
  });

  test('T44 the journal alone gives the state back, whatever it was doing', () => {
    const { lane, running, bob } = busy();
    lane.done({ type: 'hold', turn: bob, by: user('bob') });
    lane.record(messageRecord(2));
    const replay = () => lane.journal.reduce<LaneState>(evolve, openLane('room'));
    expect(replay()).toEqual(lane.state);
    lane.done(stop(running, 'ann'));
    expect(replay()).toEqual(lane.state);
    lane.done(finishEvent(running));
    expect(replay()).toEqual(lane.state);
  });

  test('T44 a running turn is called again with its whole time, and everything queued survives', () => {
    const { lane, running, ann, bob } = busy();
    lane.now += 100_000;
    const { records, effects } = lane.done(recoverEvent());
    expect(records).toMatchObject([{ type: 'turn.attempted', turn: running, attempt: 2 }]);
    expect(effects).toEqual([{ type: 'call', turn: running, step: 1, attempt: 2 }]);
    expect(lane.state).toMatchObject({ running: { attempt: 2, endsBy: START + 100_000 + LIMITS.turnSeconds * 1000 } });
    expect(lane.state.tickets.map((ticket) => ticket.turn)).toEqual([ann, bob]);
  });

  test('T44 a crash loop is bounded: after the last attempt the turn ends and the next one starts', () => {
    const { lane, running, bob } = busy();
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
    const { lane, running } = busy();
    lane.done(stop(running, 'ann'));
    lane.done(recoverEvent());
    expect(lane.ended(running)[0]).toMatchObject({ outcome: 'cancelled', by: 'ann', answer: { text: '' } });
    expect(lane.state.kind).toBe('idle');
  });

  test('T44 what was shown of a stopped answer is kept when its node died', () => {
    const { lane, running } = busy();
    lane.done(stop(running, 'ann'));
    lane.done(recoverEvent('half an ans'));
    expect(lane.ended(running)[0]).toMatchObject({ outcome: 'cancelled', answer: { text: 'half an ans' } });
  });

  test('T44 a prompt that waited long over a restart is held, and starts when its author says so', () => {
    const { lane, running, ann, bob } = busy();
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
    const { lane, running, ann } = busy();
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
    const { lane, ann } = busy();
    const fields = ['acceptedAt', 'author', 'key', 'revision', 'state', 'text', 'ticketSeq', 'tokens', 'turn'];
    expect(Object.keys(lane.state.tickets.find((ticket) => ticket.turn === ann) ?? {}).toSorted()).toEqual(fields);
  });

  test('P7 a fact of another lane or of the room leaves the same object; one that cannot follow is refused', () => {
    const { lane } = busy();
    const elsewhere = { ...messageRecord(1), lane: 'me:ann' } as const;
    expect(evolve(lane.state, elsewhere)).toBe(lane.state);
    expect(evolve(lane.state, { type: 'room.deleted', by: 'olga', at: START })).toBe(lane.state);
    expect(() => evolve(lane.state, { type: 'ticket.unheld', lane: 'room', turn: turnId(99), at: START })).toThrow(
      'must',
    );
  });
});
