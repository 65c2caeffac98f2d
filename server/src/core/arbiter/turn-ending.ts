import type { Author, Entry, Usage } from '@parley/shared/entry';
import type { EntryId, LaneKey } from '@parley/shared/ids';
import { nextPlace } from './place.ts';
import type { LaneState, RunningTurn, Stop } from './lane.ts';
import type { JournalRecord, RecordOf } from '../records.ts';
import { addUsage, askedCall, callsOf, useOf, type CallOutcome, type CallState, type DoneCall } from './turn-work.ts';

const AI: Author = { id: 'ai', name: 'AI', kind: 'ai' };

/** What came of a turn, as far as it came: the texts of all its steps, and what the last model call used. */
export interface Answer {
  readonly answerEntry: EntryId;
  readonly text: string;
  readonly tokens: number;
  readonly usage?: Usage | undefined;
}

/**
 * T3, T14: exactly one `turn.ended` for each started turn, always with an answer, be it empty. T34: before
 * it, every call that was interrupted gets its explicit result.
 */
export function endTurn(
  { lane, turn }: { readonly lane: LaneState; readonly turn: RunningTurn },
  answer: Answer,
  stop: Stop,
  now: number,
): readonly JournalRecord[] {
  const calls = callsOf(turn).map(concluded);
  const interrupted = callsOf(turn).flatMap((call, index) =>
    call.state === 'done' || calls[index] === undefined ? [] : [interruption(lane.lane, turn, calls[index], now)],
  );
  return [...interrupted, turnEnded({ lane, turn, calls }, answer, stop, now)];
}

/** T33: whoever was asked need not answer any more. */
export function denyAsked(lane: LaneKey, turn: RunningTurn, by: string, now: number): readonly JournalRecord[] {
  const asked = askedCall(turn);
  return asked === null
    ? []
    : [decided({ lane, turn, call: asked.proposed.id, approval: asked.approval.id }, 'revoked', by, now)];
}

interface Asked {
  readonly lane: LaneKey;
  readonly turn: RunningTurn;
  readonly call: string;
  readonly approval: RecordOf<'call.decided'>['approval'];
}

export function decided(
  { lane, turn, call, approval }: Asked,
  decision: RecordOf<'call.decided'>['decision'],
  by: string,
  now: number,
): RecordOf<'call.decided'> {
  return { type: 'call.decided', lane, turn: turn.turn, call, approval, decision, by, at: now };
}

/** D5: what was sent and may have happened is not known; what was not sent did not happen. */
function concluded(call: CallState): DoneCall {
  if (call.state === 'done') return call;
  const { proposed } = call;
  const consent = call.state === 'decided' || call.state === 'started' ? call.consent : null;
  const outcome = outcomeOf(call);
  // No model is told any more, so it takes no place in a context.
  return { state: 'done', proposed, consent, outcome, content: INTERRUPTED[outcome], tokens: 0 };
}

function outcomeOf({ state, proposed }: CallState): 'refused' | 'failed' | 'unknown' {
  if (state !== 'started') return 'refused';
  return proposed.effect === 'read' ? 'failed' : 'unknown';
}

const INTERRUPTED = {
  refused: 'It was not called: the turn ended first.',
  failed: 'It was interrupted.',
  unknown: 'It was interrupted, and whether it happened is not known.',
} as const satisfies Partial<Record<CallOutcome, string>>;

function interruption(lane: LaneKey, turn: RunningTurn, call: DoneCall, at: number): RecordOf<'call.ended'> {
  const { proposed, outcome, content, tokens } = call;
  const result = { outcome, content, tokens, withheld: 0 };
  return { type: 'call.ended', lane, turn: turn.turn, call: proposed.id, ...result, at };
}

interface Ending {
  readonly lane: LaneState;
  readonly turn: RunningTurn;
  readonly calls: readonly DoneCall[];
}

function turnEnded(ending: Ending, answer: Answer, stop: Stop, now: number): RecordOf<'turn.ended'> {
  const { lane, turn } = ending;
  return {
    type: 'turn.ended',
    lane: lane.lane,
    turn: turn.turn,
    ...stop,
    answer: { ...answerEntry(ending, answer, stop), at: now },
    tokens: answer.tokens,
    influence: [...turn.influence],
    ...(answer.usage === undefined ? {} : { usage: answer.usage }),
    at: now,
  };
}

function answerEntry(ending: Ending, answer: Answer, stop: Stop): Omit<Entry, 'at'> {
  const { turn, author } = ending.turn;
  const usage = addUsage(ending.turn.usage, answer.usage);
  return {
    id: answer.answerEntry,
    ...nextPlace(ending.lane, ending.turn.resources),
    kind: 'answer',
    turn,
    author: AI,
    text: answer.text,
    outcome: stop.outcome,
    // An answer that simply came needs no explanation.
    ...(stop.reason === '' ? {} : { reason: stop.reason, by: stop.by }),
    answers: [turn],
    for: author.id,
    ...(ending.calls.length === 0 ? {} : { tools: ending.calls.map(useOf) }),
    ...(usage === null ? {} : { usage }),
  };
}
