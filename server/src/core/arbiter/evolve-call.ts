import { must } from '@parley/shared/assert';
import type { TurnId } from '@parley/shared/ids';
import { parkedIn, runningIn } from './evolve-turn.ts';
import { joinInfluence } from '../labels/influence.ts';
import { joinResources } from '../labels/label.ts';
import type { LaneState, RunningTurn } from './lane.ts';
import type { RecordOf } from '../records.ts';
import { addUsage, openCall, type Approval, type CallState, type Consent, type OpenCall } from './turn-work.ts';

/** The model asked for tools: they wait to be judged, in its order. */
export function stepped(state: LaneState, record: RecordOf<'turn.stepped'>): LaneState {
  return withTurn(state, record.turn, (turn) => ({
    ...turn,
    usage: addUsage(turn.usage, record.usage),
    work: {
      kind: 'acting',
      text: record.text,
      calls: record.calls.map((proposed) => ({ state: 'proposed', proposed })),
    },
  }));
}

export function askedCallOf(state: LaneState, record: RecordOf<'call.asked'>): LaneState {
  return withCall(state, record, ({ proposed }) => ({ state: 'asked', proposed, approval: approvalOf(record) }));
}

function approvalOf(record: RecordOf<'call.asked'>): Approval {
  const { approval: id, digest, user, recipients, influencedBy, builtOn, expiresAt, parksAt, at } = record;
  return { id, digest, user, recipients, influencedBy, builtOn, askedAt: at, expiresAt, parksAt };
}

/** While its speaker was asked, a turn's time stood; that of a parked one stands until it is resumed (T22). */
export function callDecided(state: LaneState, record: RecordOf<'call.decided'>): LaneState {
  const decided = withCall(state, record, (call) => {
    const { proposed, approval } = must(call.state === 'asked' ? call : null, `${record.call} was asked for`);
    return { state: 'decided', proposed, consent: { approval, decision: record.decision } };
  });
  if (decided.kind !== 'running' || decided.running.turn !== record.turn) return decided;
  const { approval } = must(consentOf(decided.running), `${record.call} was decided`);
  return { ...decided, running: { ...decided.running, endsBy: decided.running.endsBy + record.at - approval.askedAt } };
}

function consentOf(turn: RunningTurn): Consent | null {
  const open = openCall(turn);
  return open?.state === 'decided' ? open.consent : null;
}

/** Again after a crash, under the same operation id and by the same consent. */
export function callStarted(state: LaneState, record: RecordOf<'call.started'>): LaneState {
  const { operation } = record;
  return withCall(state, record, (call) => {
    const consent = call.state === 'decided' || call.state === 'started' ? call.consent : null;
    return { state: 'started', proposed: call.proposed, consent, operation };
  });
}

/** R4, R6: whatever came back is behind all that follows. */
export function callEnded(state: LaneState, record: RecordOf<'call.ended'>): LaneState {
  const { outcome, content, tokens } = record;
  const done = withCall(state, record, (call) => {
    const consent = call.state === 'decided' || call.state === 'started' ? call.consent : null;
    return { state: 'done', proposed: call.proposed, consent, outcome, content, tokens };
  });
  return withTurn(done, record.turn, (turn) => ({
    ...turn,
    resources: joinResources(turn.resources, record.resources),
    influence: joinInfluence(turn.influence, record.influence ?? []),
  }));
}

/** Changes the call whose turn it is; no other one can have a record. */
function withCall(
  state: LaneState,
  { turn, call }: { readonly turn: TurnId; readonly call: string },
  change: (call: OpenCall) => CallState,
): LaneState {
  return withTurn(state, turn, (running) => {
    const { work } = running;
    const open = openCall(running);
    if (work.kind === 'calling' || open?.proposed.id !== call)
      throw new Error(`must: ${call} is the call that is next`);
    const calls = work.calls.map((other) => (other === open ? change(open) : other));
    return { ...running, work: { ...work, calls } };
  });
}

/** Changes the turn that runs, or one that is parked. */
function withTurn(state: LaneState, turn: TurnId, change: (turn: RunningTurn) => RunningTurn): LaneState {
  const waiting = parkedIn(state, turn);
  if (waiting !== null) {
    const changed = { ...waiting, turn: change(waiting.turn) };
    return { ...state, parked: state.parked.map((other) => (other === waiting ? changed : other)) };
  }
  const lane = must(state.kind === 'idle' ? null : state, `${turn} runs`);
  return { ...lane, running: change(runningIn(lane, turn)) };
}
