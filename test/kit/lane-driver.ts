import { decide } from '@parley/server/core/arbiter/arbiter';
import { evolve } from '@parley/server/core/arbiter/evolve';
import {
  openLane,
  type Decision,
  type EventOf,
  type LaneEvent,
  type LaneState,
} from '@parley/server/core/arbiter/lane';
import { nextResume, nextTicket } from '@parley/server/core/arbiter/queue';
import type { JournalRecord, ProposedCall, RecordOf } from '@parley/server/core/records';
import type { Author } from '@parley/shared/entry';
import type { Fault } from '@parley/shared/fault';
import type { ClientKey, EntryId, LaneKey, TurnId, UserId } from '@parley/shared/ids';
import { DEFAULT_POLICY, type Limits } from '@parley/shared/policy';
import type { ApprovalId } from '@parley/shared/tools';

export const LIMITS: Limits = DEFAULT_POLICY.limits;
export const START = 1_700_000_000_000;

export function person(id: string): Author {
  return { id, name: id.toUpperCase(), kind: 'user' };
}
export function user(id: string): UserId {
  return id as UserId;
}
export function turnId(n: number): TurnId {
  return `t_${n}` as TurnId;
}
function entryId(name: string): EntryId {
  return `e_${name}` as EntryId;
}

export function submitEvent(
  turn: TurnId,
  by: string,
  more: Partial<Omit<EventOf<'submit'>, 'type' | 'turn'>> = {},
): EventOf<'submit'> {
  const key = `key-${turn}` as ClientKey;
  return { type: 'submit', turn, key, author: person(by), text: `ask ${turn}`, tokens: 3, limits: LIMITS, ...more };
}

export function beginEvent(turn: TurnId, limits: Limits = LIMITS): EventOf<'begin'> {
  const context = { from: 1, to: 1, roomTo: 0, hash: 'h', tokens: 3 };
  const sources = { resources: [], influence: ['ann'] };
  return { type: 'begin', turn, promptEntry: entryId(`p_${turn}`), context, ...sources, model: 'scripted', limits };
}

export function finishEvent(
  turn: TurnId,
  more: Partial<Omit<EventOf<'finished'>, 'type' | 'turn'>> = {},
): EventOf<'finished'> {
  const answerEntry = entryId(`a_${turn}`);
  const base = {
    step: 1,
    attempt: 1,
    answerEntry,
    text: `answer to ${turn}`,
    tokens: 4,
    end: { kind: 'complete' },
  } as const;
  return { type: 'finished', turn, ...base, ...more };
}

export function retriedEvent(
  turn: TurnId,
  more: Partial<Pick<EventOf<'retried'>, 'step' | 'attempt'>> = {},
): EventOf<'retried'> {
  return { type: 'retried', turn, step: 1, attempt: 1, model: 'fallback', failed: 'server', ...more };
}

/** A call of `mail.send`; `effect` says what a crash in the middle of it means. */
export function proposedCall(id: string, more: Partial<ProposedCall> = {}): ProposedCall {
  const base = {
    call: 'mail.send',
    title: 'Mail · send',
    as: 'speaker',
    class: 'act',
    effect: 'irreversible',
  } as const;
  return { id, ...base, arguments: '{"to":"bob"}', ...more };
}

export function stepEvent(
  turn: TurnId,
  more: Partial<Omit<EventOf<'stepped'>, 'type' | 'turn'>> = {},
): EventOf<'stepped'> {
  const usage = { model: 'scripted', inputTokens: 10, cachedTokens: 4, outputTokens: 2 };
  const said = { said: `step of ${turn}`, text: `step of ${turn}`, tokens: 3, answerEntry: entryId(`a_${turn}`) };
  const calls = [proposedCall(`c_${turn}`)];
  return { type: 'stepped', turn, step: 1, attempt: 1, ...said, calls, usage, maxSteps: LIMITS.turnSteps, ...more };
}

/** The turn keeps the floor for one minute after `now`, and the approval lives for fifteen. */
export function askEvent(turn: TurnId, now = START, call = `c_${turn}`): EventOf<'ask'> {
  const facts = { digest: `digest of ${call}`, recipients: ['bob'], influencedBy: ['zoe'], builtOn: [] };
  const times = { parksAt: now + 60_000, expiresAt: now + 900_000 };
  return { type: 'ask', turn, call, approval: { id: `a_${call}` as ApprovalId, ...facts, ...times } };
}

export function decideEvent(
  call: string,
  by: string,
  decision: 'approve' | 'decline' = 'approve',
  digest = `digest of ${call}`,
): EventOf<'decide'> {
  return { type: 'decide', approval: `a_${call}` as ApprovalId, by: user(by), decision, digest };
}

export function startCallEvent(turn: TurnId, call = `c_${turn}`): EventOf<'start-call'> {
  return { type: 'start-call', turn, call, operation: `operation of ${call}` };
}

export function callEndedEvent(
  turn: TurnId,
  more: Partial<Omit<EventOf<'call-ended'>, 'type' | 'turn'>> = {},
): EventOf<'call-ended'> {
  const result = { outcome: 'done', content: 'sent', tokens: 1, withheld: 0, resources: [], influence: [] } as const;
  return { type: 'call-ended', turn, call: `c_${turn}`, ...result, model: 'scripted', ...more };
}

/** `text` is what was shown of the answer before the crash. */
export function recoverEvent(text = ''): EventOf<'recover'> {
  return { type: 'recover', model: 'scripted', answerEntry: entryId('a_recovered'), text, tokens: text.length };
}

/** Somebody spoke to the room without asking: a fact that no decision of the arbiter made. */
export function messageRecord(seq: number): RecordOf<'entry.added'> {
  const author = person('zoe');
  const entry = { id: entryId(`m_${seq}`), seq, kind: 'message', author, text: 'by the way', at: START } as const;
  return { type: 'entry.added', lane: 'room', entry, tokens: 3, at: START };
}

/** One lane that lives through the events a test sends it, with its journal and a clock set by hand. */
export class LaneDriver {
  state: LaneState;
  now = START;
  readonly journal: JournalRecord[] = [];
  #turns = 0;

  constructor(lane: LaneKey = 'room') {
    this.state = openLane(lane);
  }

  /** Sends an event and takes its outcome over. */
  send(event: LaneEvent): Decision {
    const decision = decide(this.state, event, this.now);
    if (decision.kind === 'done') {
      this.state = decision.state;
      this.journal.push(...decision.records);
    }
    return decision;
  }

  /** Sends an event that has to succeed. */
  done(event: LaneEvent): Extract<Decision, { kind: 'done' }> {
    const decision = this.send(event);
    if (decision.kind === 'refused') throw new Error(`${event.type} was refused: ${JSON.stringify(decision.fault)}`);
    return decision;
  }

  /** Sends an event that has to be refused, and checks that nothing changed. */
  refused(event: LaneEvent): Fault {
    const decision = this.send(event);
    if (decision.kind === 'done') throw new Error(`${event.type} was not refused`);
    return decision.fault;
  }

  /** A fact from outside the arbiter. */
  record(record: JournalRecord): void {
    this.state = evolve(this.state, record);
    this.journal.push(record);
  }

  submit(by: string, more: Partial<Omit<EventOf<'submit'>, 'type' | 'turn'>> = {}): TurnId {
    this.#turns += 1;
    const turn = turnId(this.#turns);
    this.done(submitEvent(turn, by, more));
    return turn;
  }

  /** Begins whatever is next and says which that was; null when nothing may start. */
  begin(limits: Limits = LIMITS): TurnId | null {
    const next = nextTicket(this.state, this.now);
    if (next !== null) this.done(beginEvent(next.turn, limits));
    return next?.turn ?? null;
  }

  /** Lets the parked turn that may go on do so; null when none may. */
  resume(): TurnId | null {
    const next = nextResume(this.state)?.turn.turn ?? null;
    if (next !== null) this.done({ type: 'resume', turn: next });
    return next;
  }

  /** Begins and finishes one turn after another until nothing may start: the order that people were served in. */
  drain(): TurnId[] {
    const order: TurnId[] = [];
    for (let turn = this.begin(); turn !== null; turn = this.begin()) {
      order.push(turn);
      this.done(finishEvent(turn));
    }
    return order;
  }

  ended(turn: TurnId): RecordOf<'turn.ended'>[] {
    return this.journal.filter((record) => record.type === 'turn.ended').filter((record) => record.turn === turn);
  }
}

export const stopEvent = (turn: string, by: string, mayStopAny = false) =>
  ({ type: 'stop', turn: turn as TurnId, by: user(by), mayStopAny }) as const;

export const revokeEvent = (who: string) =>
  ({ type: 'revoke', user: user(who), by: 'olga', reason: 'removed from the room' }) as const;

/** A lane in which ann's turn runs and one prompt of each of ann and bob waits. */
export function busyLane() {
  const lane = new LaneDriver();
  const running = lane.submit('ann');
  lane.begin();
  return { lane, running, ann: lane.submit('ann'), bob: lane.submit('bob') };
}
