import type { Author, Entry, Outcome, Usage } from '@parley/shared/entry';
import { fault } from '@parley/shared/fault';
import { holdStale, releaseHolds } from './arbiter-queue.ts';
import {
  MAX_ATTEMPTS,
  type EventOf,
  type IdleLane,
  type LaneState,
  type QueuedTicket,
  type RunningLane,
  type StoppingLane,
} from './lane.ts';
import { shelfKey } from './label.ts';
import { nextTicket } from './queue.ts';
import type { JournalRecord, RecordOf } from './records.ts';
import { changed, refused, UNCHANGED, type Verdict } from './verdict.ts';

const AI: Author = { id: 'ai', name: 'AI', kind: 'ai' };

/** How a turn ends: its one outcome, why, and by whom (`system` when nobody in particular). */
interface Ending {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly by: string;
}
/** What came of the call, as far as it came. */
type Answer = Pick<EventOf<'finished'>, 'answerEntry' | 'text' | 'tokens'> & { readonly usage?: Usage | undefined };

/** T4, T12: starts the ticket whose turn it is and no other; the shell saw the same state when it chose. */
export function begin(state: IdleLane, event: EventOf<'begin'>, now: number): Verdict {
  const next = nextTicket(state, now);
  if (next?.turn !== event.turn) {
    return refused(fault('condition_failed', 'Another prompt is next.', { current: { next: next?.turn ?? null } }));
  }
  const attempted = attempt(state, { turn: event.turn, attempt: 1, model: event.model }, now);
  return changed(
    [...releaseHolds(state, now), started(state, { ticket: next, event }, now), attempted],
    [{ type: 'call', turn: event.turn, attempt: 1 }],
  );
}

/** T12: one at a time. */
export function refuseBegin(state: RunningLane | StoppingLane): Verdict {
  return refused(fault('condition_failed', 'A turn is running.', { current: { running: state.running.turn } }));
}

/** The answer is whole, was cut, or failed: either way the turn ends with what came (T14, T34). */
export function finish(state: RunningLane, event: EventOf<'finished'>, now: number): Verdict {
  return isCurrent(state, event) ? changed([ended(state, event, endingOf(event.end), now)]) : UNCHANGED;
}

/** A stop was on its way: the turn ends as it said, however the call came out (T30). */
export function finishStopped(state: StoppingLane, event: EventOf<'finished'>, now: number): Verdict {
  return isCurrent(state, event) ? changed([ended(state, event, state.stop, now)]) : UNCHANGED;
}

/** T44: the call is made again from the recorded context, but not for ever. */
export function recover(state: RunningLane, event: EventOf<'recover'>, now: number): Verdict {
  const { turn, attempt: attempts } = state.running;
  if (attempts < MAX_ATTEMPTS) {
    const next = attempts + 1;
    return changed(
      [...holdStale(state, now), attempt(state, { turn, attempt: next, model: event.model }, now)],
      [{ type: 'call', turn, attempt: next }],
    );
  }
  const reason = `the server restarted during ${attempts} attempts`;
  return changed([...holdStale(state, now), ended(state, event, { outcome: 'failed', reason, by: 'system' }, now)]);
}

/** T44: the call that was being stopped died with its node, so nobody else will end this turn. */
export function recoverStopped(state: StoppingLane, event: EventOf<'recover'>, now: number): Verdict {
  return changed([...holdStale(state, now), ended(state, event, state.stop, now)]);
}

/** T44: nothing ran; what waits goes on, unless it waited for so long that its author is asked first. */
export function recoverIdle(state: IdleLane, _event: EventOf<'recover'>, now: number): Verdict {
  return changed(holdStale(state, now));
}

function isCurrent(state: RunningLane | StoppingLane, event: EventOf<'finished'>): boolean {
  return event.turn === state.running.turn && event.attempt === state.running.attempt;
}

function endingOf(end: EventOf<'finished'>['end']): Ending {
  const by = 'system';
  switch (end.kind) {
    case 'complete':
      return { outcome: 'completed', reason: '', by };
    case 'cut':
      return { outcome: 'completed', reason: end.reason, by };
    case 'failed':
      return { outcome: 'failed', reason: end.reason, by };
  }
}

interface Beginning {
  readonly ticket: QueuedTicket;
  readonly event: EventOf<'begin'>;
}

/** T13: everything a reader needs to know of the turn; the lane is its audience, the asker pays (T49). */
function started(state: LaneState, { ticket, event }: Beginning, now: number): RecordOf<'turn.started'> {
  const { turn, author, text, tokens } = ticket;
  const seq = state.lastEntrySeq + 1;
  return {
    type: 'turn.started',
    lane: state.lane,
    turn,
    entry: { id: event.promptEntry, seq, kind: 'prompt', turn, author, text, at: now },
    tokens,
    payer: author.id,
    turnSeconds: event.limits.turnSeconds,
    context: event.context,
    resources: [...event.resources],
    influence: [...event.influence],
    at: now,
  };
}

function attempt(
  state: LaneState,
  call: Pick<RecordOf<'turn.attempted'>, 'turn' | 'attempt' | 'model'>,
  now: number,
): JournalRecord {
  return { type: 'turn.attempted', lane: state.lane, step: 1, ...call, at: now };
}

/** T3, T14: exactly one of these for each started turn, always with an answer, be it empty. */
function ended(state: RunningLane | StoppingLane, answer: Answer, ending: Ending, now: number): RecordOf<'turn.ended'> {
  const usage = answer.usage === undefined ? {} : { usage: answer.usage };
  return {
    type: 'turn.ended',
    lane: state.lane,
    turn: state.running.turn,
    ...ending,
    answer: { ...answerEntry(state, answer, ending), ...usage, at: now },
    tokens: answer.tokens,
    influence: [...state.running.influence],
    ...usage,
    at: now,
  };
}

function answerEntry(state: RunningLane | StoppingLane, answer: Answer, ending: Ending): Omit<Entry, 'at'> {
  const { turn, author } = state.running;
  return {
    id: answer.answerEntry,
    ...placeFor(state),
    kind: 'answer',
    turn,
    author: AI,
    text: answer.text,
    outcome: ending.outcome,
    // An answer that simply came needs no explanation.
    ...(ending.reason === '' ? {} : { reason: ending.reason, by: ending.by }),
    answers: [turn],
    for: author.id,
  };
}

/** R4: an answer stands where everything that it was made from lets it be read. */
function placeFor(state: RunningLane | StoppingLane): Pick<Entry, 'seq' | 'resources' | 'after'> {
  const { resources } = state.running;
  if (resources.length === 0) return { seq: state.lastEntrySeq + 1 };
  const seq = (state.shelves.get(shelfKey(resources)) ?? 0) + 1;
  return { seq, resources: [...resources], after: state.lastEntrySeq };
}
