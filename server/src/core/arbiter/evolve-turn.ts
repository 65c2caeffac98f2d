import { must } from '@parley/shared/assert';
import type { Entry } from '@parley/shared/entry';
import type { TurnId } from '@parley/shared/ids';
import type { Influence } from '../labels/influence.ts';
import { shelfKey } from '../labels/label.ts';
import type { IdleLane, LaneState, ParkedTurn, RunningLane, RunningTurn, StoppingLane, Ticket } from './lane.ts';
import type { RecordOf } from '../records.ts';
import { askedCall, type FinishedStep, type Work } from './turn-work.ts';

/** Where a new entry counts: in the lane's own document, or in the one for its resources. */
export function placed(lane: LaneState, entry: Entry): Pick<LaneState, 'lastEntrySeq' | 'shelves'> {
  const { lastEntrySeq, shelves } = lane;
  if (entry.resources === undefined) return { lastEntrySeq: entry.seq, shelves };
  return { lastEntrySeq, shelves: new Map(shelves).set(shelfKey(entry.resources), entry.seq) };
}

/** `turn.attempted` always follows in the same batch and counts the first attempt. */
export function started(state: LaneState, record: RecordOf<'turn.started'>, ticket: Ticket): RunningLane {
  const lane = must(state.kind === 'idle' ? state : null, `${record.turn} starts in a lane that is free`);
  const turnsStarted = state.turnsStarted + 1;
  const { turn, key, author, ticketSeq, revision, text } = ticket;
  return {
    ...lane,
    kind: 'running',
    lastEntrySeq: record.entry.seq,
    turnsStarted,
    lastTurnOf: new Map(state.lastTurnOf).set(author.id, turnsStarted),
    running: {
      turn,
      key,
      author,
      ticketSeq,
      revision,
      promptEntry: record.entry.id,
      text,
      startedAt: record.at,
      turnSeconds: record.turnSeconds,
      endsBy: record.at + record.turnSeconds * 1000,
      step: 1,
      attempt: 0,
      crashes: 0,
      steps: [],
      work: { kind: 'calling' },
      resources: record.resources ?? [],
      influence: influenceOf(record),
      usage: null,
    },
  };
}

function influenceOf({ influence, entry }: RecordOf<'turn.started'>): Influence {
  return influence ?? [entry.author.id];
}

export function attempted(state: LaneState, record: RecordOf<'turn.attempted'>): RunningLane {
  const lane = must(state.kind === 'running' ? state : null, `${record.turn} runs and may try again`);
  const running = runningIn(lane, record.turn);
  const { step, attempt, after, at } = record;
  const steps = step > running.step ? [...running.steps, finishedStep(running.work)] : running.steps;
  const next: RunningTurn = { ...running, step, attempt, steps, work: { kind: 'calling' } };
  const crashed = attempt > 1 && after === undefined;
  return { ...lane, running: crashed ? takenUp(next, at) : next };
}

/** After a crash the turn has the whole time again. */
function takenUp(running: RunningTurn, at: number): RunningTurn {
  return { ...running, crashes: running.crashes + 1, endsBy: at + running.turnSeconds * 1000 };
}

function finishedStep(work: Work): FinishedStep {
  if (work.kind === 'calling') throw new Error('must: a step ends when its calls are done');
  const calls = work.calls.map((call) =>
    must(call.state === 'done' ? call : null, `${call.proposed.id} is done before the next step`),
  );
  return { text: work.text, calls };
}

/** T22: time stands since its speaker was asked. */
export function parked(state: LaneState, record: RecordOf<'turn.parked'>): IdleLane {
  const lane = must(state.kind === 'running' ? state : null, `${record.turn} runs and may wait`);
  const turn = runningIn(lane, record.turn);
  const { approval } = must(askedCall(turn), `${record.turn} waits for a person`);
  return { ...free(lane), parked: [...lane.parked, { turn, since: approval.askedAt, stop: null }] };
}

export function resumed(state: LaneState, record: RecordOf<'turn.resumed'>): RunningLane {
  if (state.kind === 'running') return { ...state, running: takenUp(runningIn(state, record.turn), record.at) };
  const lane = must(state.kind === 'idle' ? state : null, `${record.turn} resumes in a lane that is free`);
  const { turn, since } = must(parkedIn(lane, record.turn), `${record.turn} is parked`);
  const running = { ...turn, endsBy: turn.endsBy + record.at - since };
  return { ...lane, kind: 'running', parked: withoutParked(lane, record.turn), running };
}

export function stopping(state: LaneState, record: RecordOf<'turn.stopping'>): LaneState {
  const { turn, outcome, reason, by } = record;
  const stop = { outcome, reason, by };
  const parkedTurn = parkedIn(state, turn);
  if (parkedTurn !== null) {
    return { ...state, parked: state.parked.map((other) => (other === parkedTurn ? { ...other, stop } : other)) };
  }
  const lane = must(state.kind === 'running' ? state : null, `${turn} runs and may be stopped`);
  return { ...lane, kind: 'stopping', running: runningIn(lane, turn), stop };
}

export function ended(state: LaneState, record: RecordOf<'turn.ended'>): LaneState {
  const place = record.answer === undefined ? {} : placed(state, record.answer);
  if (parkedIn(state, record.turn) !== null) {
    return { ...state, ...place, parked: withoutParked(state, record.turn) };
  }
  const lane = must(state.kind === 'idle' ? null : state, `${record.turn} runs and may end`);
  runningIn(lane, record.turn);
  return { ...free(lane), ...place };
}

export function runningIn(lane: RunningLane | StoppingLane, turn: TurnId): RunningTurn {
  return must(lane.running.turn === turn ? lane.running : null, `${turn} is the turn that runs`);
}

export function parkedIn({ parked: turns }: LaneState, turn: TurnId): ParkedTurn | null {
  return turns.find((other) => other.turn.turn === turn) ?? null;
}

function withoutParked(state: LaneState, turn: TurnId): readonly ParkedTurn[] {
  return state.parked.filter((other) => other.turn.turn !== turn);
}

/** The lane without the turn that ran. */
function free(lane: RunningLane | StoppingLane): IdleLane {
  const { lane: key, tickets, lastTicketSeq, lastEntrySeq, shelves, parked: turns, turnsStarted, lastTurnOf } = lane;
  return {
    kind: 'idle',
    lane: key,
    tickets,
    lastTicketSeq,
    lastEntrySeq,
    shelves,
    parked: turns,
    turnsStarted,
    lastTurnOf,
  };
}
