import type { Decision, EventOf, LaneEvent } from '@parley/server/core/lane';
import { unreachable } from '@parley/shared/assert';
import type { TurnId } from '@parley/shared/ids';
import type { LaneAccount } from './lane-account.ts';

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
    case 'stop':
      if (running?.turn !== event.turn || !(event.by === running.author || event.mayStopAny)) return 'refuse';
      return running.stop === null ? 'change' : 'nothing';
    case 'begin':
      return account.next(now) === event.turn ? 'change' : 'refuse';
    case 'finished':
      return running?.turn === event.turn && running.attempt === event.attempt ? 'change' : 'nothing';
    case 'revoke':
      return account.ticketsOf(event.user).length > 0 || (running?.author === event.user && running.stop === null)
        ? 'change'
        : 'nothing';
    case 'tick':
      return account.overdue(now) ? 'change' : 'nothing';
    case 'recover':
      return running === null ? 'nothing' : 'change';
    default:
      return unreachable(event);
  }
}

function mayEnter(account: LaneAccount, event: EventOf<'submit'>, now: number): boolean {
  const idle = account.running === null && account.ready(now).length === 0;
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
    finished: 'T30',
    revoke: 'T36',
    tick: 'T23',
    recover: 'T44',
  } as const satisfies Record<LaneEvent['type'], string>;
  return rules[event.type];
}
