import type { Decision, EventOf, LaneEvent } from '@parley/server/core/arbiter/lane';
import { unreachable } from '@parley/shared/assert';
import type { TurnId } from '@parley/shared/ids';
import { openCallOf, type Call, type LaneAccount, type Running } from './lane-account.ts';

/** Whether an event has to be refused, to change nothing, or to change something. */
export type Verdict = 'refuse' | 'nothing' | 'change';

/** What the rules say of an event, given who waits and runs. */
export function expected(account: LaneAccount, event: LaneEvent, now: number): Verdict {
  const running = account.running;
  switch (event.type) {
    case 'submit':
      return mayEnter(account, event, now) ? 'change' : 'refuse';
    case 'hold':
    case 'withdraw':
      return isOwnTicket(account, event) ? 'change' : 'refuse';
    case 'unhold':
      if (!isOwnTicket(account, event)) return 'refuse';
      return account.ticket(event.turn).until === null ? 'nothing' : 'change';
    case 'edit':
      return isOwnTicket(account, event) && account.ticket(event.turn).revision === event.revision
        ? 'change'
        : 'refuse';
    case 'stop': {
      const turn = account.startedTurn(event.turn);
      if (turn === undefined || !(event.by === turn.author || event.mayStopAny)) return 'refuse';
      return turn.stop === null ? 'change' : 'nothing';
    }
    case 'lapse':
      return account.startedTurn(event.turn)?.stop === null ? 'change' : 'nothing';
    case 'begin':
      return account.next(now) === event.turn ? 'change' : 'refuse';
    case 'resume':
      return account.resumable() === event.turn ? 'change' : 'refuse';
    case 'finished':
      if (account.parked.get(event.turn)?.stop) return 'change';
      return isCurrent(running, event) && (running.stop !== null || isWriting(running)) ? 'change' : 'nothing';
    case 'retried':
      return isCurrent(running, event) && running.stop === null && isWriting(running) ? 'change' : 'nothing';
    case 'stepped':
      return isCurrent(running, event) && isWriting(running) ? 'change' : 'nothing';
    case 'ask':
      return openFor(running, event)?.state === 'proposed' && running?.stop === null ? 'change' : 'nothing';
    case 'start-call':
      return running?.stop === null && mayStart(openFor(running, event)) ? 'change' : 'nothing';
    case 'call-ended': {
      const open = openFor(running, event);
      return open !== undefined && open.state !== 'asked' ? 'change' : 'nothing';
    }
    case 'decide':
      return decision(account, event, now);
    case 'revoke':
      return account.ticketsOf(event.user).length > 0 ||
        account.started().some(({ author, stop }) => author === event.user && stop === null)
        ? 'change'
        : 'nothing';
    case 'tick':
      return account.overdue(now) ? 'change' : 'nothing';
    case 'recover':
      return recovers(account, now) ? 'change' : 'nothing';
    default:
      return unreachable(event);
  }
}

function isCurrent(
  running: Running | null,
  event: { readonly turn: TurnId; readonly step: number; readonly attempt: number },
): running is Running {
  return running?.turn === event.turn && running.step === event.step && running.attempt === event.attempt;
}

function isWriting(running: Running): boolean {
  return running.calls.every(({ step }) => step < running.step);
}

function openFor(running: Running | null, event: { readonly turn: TurnId; readonly call: string }): Call | undefined {
  const open = running?.turn === event.turn ? openCallOf(running) : undefined;
  return open?.id === event.call ? open : undefined;
}

function mayStart(call: Call | undefined): boolean {
  if (call === undefined || call.state === 'asked') return false;
  return call.state !== 'decided' || call.decision === 'approved';
}

/** T38, T39: theirs, of what they saw, in time, and once. */
function decision(account: LaneAccount, event: EventOf<'decide'>, now: number): Verdict {
  const turn = account.started().find(({ calls }) => calls.some(({ asked }) => asked?.id === event.approval));
  const call = turn?.calls.find(({ asked }) => asked?.id === event.approval);
  if (turn?.author !== event.by || event.digest !== `digest of ${call?.id}`) return 'refuse';
  if (call?.state === 'asked') return now < (call.asked?.expiresAt ?? 0) ? 'change' : 'refuse';
  return call?.decision === `${event.decision}d` ? 'nothing' : 'refuse';
}

function recovers(account: LaneAccount, now: number): boolean {
  const expired = account
    .started()
    .some((turn) => (openCallOf(turn)?.asked?.expiresAt ?? Infinity) <= now && openCallOf(turn)?.state === 'asked');
  const { running } = account;
  return expired || (running !== null && openCallOf(running)?.state !== 'asked');
}

function mayEnter(account: LaneAccount, event: EventOf<'submit'>, now: number): boolean {
  const idle = account.running === null && account.ready(now).length === 0 && account.resumable() === null;
  const { onlyIf, limits, author } = event;
  if (onlyIf === 'idle' && !idle) return false;
  if (typeof onlyIf === 'object' && onlyIf.seq !== account.accepted.length) return false;
  return account.ticketsOf(author.id).length < limits.queuePerPerson && account.waiting.size < limits.queuePerLane;
}

function isOwnTicket(account: LaneAccount, event: { readonly turn: TurnId; readonly by: string }): boolean {
  return account.waiting.get(event.turn)?.author === event.by;
}

export function verdictOf(decision: Decision): Verdict {
  if (decision.kind === 'refused') return 'refuse';
  return decision.records.length === 0 ? 'nothing' : 'change';
}

/** The rule that says whether an event may be refused. */
export function ruleOf(event: LaneEvent): string {
  const rules = {
    submit: 'T7',
    hold: 'T26',
    unhold: 'T26',
    edit: 'T26',
    withdraw: 'T27',
    stop: 'T32',
    begin: 'T19',
    retried: 'G2',
    finished: 'T30',
    stepped: 'T30',
    ask: 'T38',
    decide: 'T38',
    'start-call': 'P10',
    'call-ended': 'T30',
    lapse: 'T36',
    resume: 'T22',
    revoke: 'T36',
    tick: 'T23',
    recover: 'T44',
  } as const satisfies Record<LaneEvent['type'], string>;
  return rules[event.type];
}
