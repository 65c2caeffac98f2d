import { fault, type Fault } from '@parley/shared/fault';
import type { ApprovalId } from '@parley/shared/tools';
import { startedTurns, type EventOf, type LaneState, type RunningLane, type RunningTurn } from './lane.ts';
import { nextResume } from './queue.ts';
import type { JournalRecord } from '../records.ts';
import { decided } from './turn-ending.ts';
import {
  approvalIdOf,
  askedCall,
  callsOf,
  openCall,
  type AskedCall,
  type CallState,
  type Consent,
} from './turn-work.ts';
import { changed, refused, UNCHANGED, type Verdict } from './verdict.ts';

/** T38: the call waits for one person's word; the turn keeps the floor for a while (T22). */
export function ask(state: RunningLane, event: EventOf<'ask'>, now: number): Verdict {
  const { running } = state;
  const open = openCall(running);
  if (running.turn !== event.turn || open?.state !== 'proposed' || open.proposed.id !== event.call) return UNCHANGED;
  const { id, digest, recipients, influencedBy, builtOn, expiresAt, parksAt } = event.approval;
  return changed([
    {
      type: 'call.asked',
      lane: state.lane,
      turn: event.turn,
      call: event.call,
      approval: id,
      digest,
      user: running.author.id,
      recipients: [...recipients],
      influencedBy: [...influencedBy],
      builtOn: [...builtOn],
      expiresAt,
      parksAt,
      at: now,
    },
  ]);
}

/**
 * T38, T39: the one person who was asked decides once, about exactly what they saw. The same word again is
 * harmless, another one comes too late, and anybody else is told that there is nothing for them.
 */
export function decideApproval(state: LaneState, event: EventOf<'decide'>, now: number): Verdict {
  const found = findApproval(state, event.approval);
  const obstacle = decisionFault(found, event, now);
  if (obstacle !== null) return refused(obstacle);
  if (found?.call.state !== 'asked') return UNCHANGED;
  const { turn, call, runs } = found;
  const subject = { lane: state.lane, turn, call: call.proposed.id, approval: event.approval };
  const decision = event.decision === 'approve' ? 'approved' : 'declined';
  // A parked turn goes on when the floor is free.
  return changed([decided(subject, decision, event.by, now)], runs ? [{ type: 'act', turn: turn.turn }] : []);
}

function decisionFault(found: Found | null, event: EventOf<'decide'>, now: number): Fault | null {
  const asked = found === null ? null : approvalOf(found.call);
  if (found === null || asked?.user !== event.by) return fault('not_found');
  if (asked.digest !== event.digest) return fault('condition_failed', 'That is not what you were shown.');
  const { call } = found;
  if (call.state === 'asked')
    return now < asked.expiresAt ? null : fault('already_ended', 'The time to decide is over.');
  const repeated = consentOf(call)?.decision === (event.decision === 'approve' ? 'approved' : 'declined');
  return repeated ? null : fault('already_ended', 'It was decided already.');
}

/** T39: whoever does not answer in time has not approved. */
export function expireRunning(state: RunningLane, asked: AskedCall, now: number): JournalRecord | null {
  if (now < asked.approval.expiresAt) return null;
  return expired(state, state.running, asked, now);
}

export function expireParked(state: LaneState, now: number): readonly JournalRecord[] {
  return state.parked.flatMap(({ turn }) => {
    const asked = askedCall(turn);
    return asked === null || now < asked.approval.expiresAt ? [] : [expired(state, turn, asked, now)];
  });
}

function expired(
  { lane }: LaneState,
  turn: RunningTurn,
  { proposed, approval }: AskedCall,
  now: number,
): JournalRecord {
  return decided({ lane, turn, call: proposed.id, approval: approval.id }, 'expired', 'system', now);
}

export function resume(state: LaneState, event: EventOf<'resume'>, now: number): Verdict {
  const next = nextResume(state)?.turn.turn;
  if (next !== event.turn) {
    return refused(fault('condition_failed', 'It cannot go on now.', { current: { next: next ?? null } }));
  }
  const { lane } = state;
  return changed([{ type: 'turn.resumed', lane, turn: event.turn, at: now }], [{ type: 'act', turn: event.turn }]);
}

interface Found {
  readonly turn: RunningTurn;
  readonly call: CallState;
  readonly runs: boolean;
}

/** The call that an approval is about, in a turn that is not over. */
function findApproval(state: LaneState, id: ApprovalId): Found | null {
  for (const turn of startedTurns(state)) {
    const call = callsOf(turn).find((each) => approvalIdOf(each) === id);
    if (call !== undefined) return { turn, call, runs: state.kind !== 'idle' && state.running === turn };
  }
  return null;
}

function approvalOf(call: CallState) {
  return call.state === 'asked' ? call.approval : (consentOf(call)?.approval ?? null);
}

function consentOf(call: CallState): Consent | null {
  return call.state === 'proposed' || call.state === 'asked' ? null : call.consent;
}
