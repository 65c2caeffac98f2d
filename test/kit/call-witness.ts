import type { LaneEvent } from '@parley/server/core/arbiter/lane';
import type { RecordOf } from '@parley/server/core/records';
import { claim, openCallOf, type Call, type LaneAccount, type Running } from './lane-account.ts';

type CallRecord = RecordOf<'turn.stepped' | 'call.asked' | 'call.decided' | 'call.started' | 'call.ended'>;

/** Holds every step of every call against T33, T34, T38, T39, P3 and P10. */
export class CallWitness {
  readonly #account: LaneAccount;
  /** P10: which one operation an approval let happen. */
  readonly #used = new Map<string, string>();

  constructor(account: LaneAccount) {
    this.#account = account;
  }

  saw(record: CallRecord, event: LaneEvent | null, now: number): void {
    switch (record.type) {
      case 'turn.stepped':
        return this.#sawStep(record, event);
      case 'call.asked':
        return this.#sawAsked(record, event, now);
      case 'call.decided':
        return this.#sawDecided(record, event, now);
      case 'call.started':
        return this.#sawStarted(record, event);
      case 'call.ended':
        return this.#sawEnded(record, event);
    }
  }

  #sawStep(record: RecordOf<'turn.stepped'>, event: LaneEvent | null): void {
    const running = this.#account.runningTurn(record.turn);
    claim(event?.type === 'stepped' && event.turn === record.turn, 'T13', `${event?.type} made a step`);
    claim(running.stop === null && openCallOf(running) === undefined, 'T30', 'a late step counted');
    claim(record.step === running.step && event.attempt === running.attempt, 'T30', 'a step of an older attempt');
    claim(record.step < event.maxSteps, 'T23', `${record.turn} takes more steps than it may`);
    const { step } = record;
    const fresh = { step, state: 'proposed', asked: null, decision: null, operation: null } as const;
    const calls = [...running.calls, ...record.calls.map(({ id }) => ({ id, ...fresh }))];
    this.#account.running = { ...running, calls };
  }

  #sawAsked(record: RecordOf<'call.asked'>, event: LaneEvent | null, now: number): void {
    const { turn, call } = this.#open(record);
    claim(
      event?.type === 'ask' && call.state === 'proposed' && turn.stop === null,
      'T38',
      `${call.id} is not to ask for`,
    );
    claim(record.user === turn.author, 'T38', `${record.user} is asked for a call of ${turn.author}`);
    const { approval: id, parksAt, expiresAt } = record;
    this.#change(turn, { ...call, state: 'asked', asked: { id, at: now, parksAt, expiresAt } });
  }

  #sawDecided(record: RecordOf<'call.decided'>, event: LaneEvent | null, now: number): void {
    const { turn, call } = this.#open(record);
    claim(call.state === 'asked' && call.asked?.id === record.approval, 'P10', `${call.id} was not asked for`);
    claim(decides(event, turn, call, now) === record.decision, 'T38', `${event?.type} decided ${record.decision}`);
    this.#change(turn, { ...call, state: 'decided', decision: record.decision });
    // A parked turn's time stands until it goes on.
    if (this.#account.running?.turn !== turn.turn) return;
    this.#account.changeTurn(turn.turn, { endsBy: turn.endsBy + now - call.asked.at });
  }

  #sawStarted(record: RecordOf<'call.started'>, event: LaneEvent | null): void {
    const { turn, call } = this.#open(record);
    claim(event?.type === 'start-call' && turn === this.#account.running, 'P3', `${event?.type} started ${call.id}`);
    claim(turn.stop === null, 'P3', `${call.id} starts and its turn is ending`);
    claim(
      call.state !== 'asked' && (call.state !== 'decided' || call.decision === 'approved'),
      'P10',
      `${call.id} has no yes`,
    );
    claim(
      call.operation === null || call.operation === record.operation,
      'P10',
      `${call.id} starts as another operation`,
    );
    if (call.asked !== null) {
      const used = this.#used.get(call.asked.id) ?? record.operation;
      claim(used === record.operation, 'P10', `${call.asked.id} is used twice`);
      this.#used.set(call.asked.id, used);
    }
    this.#change(turn, { ...call, state: 'started', operation: record.operation });
  }

  #sawEnded(record: RecordOf<'call.ended'>, event: LaneEvent | null): void {
    const { turn, call } = this.#open(record);
    claim(call.state !== 'asked', 'T38', `${call.id} ends and still asks`);
    if (event?.type !== 'call-ended') {
      const sent = call.state === 'started';
      claim(
        sent ? record.outcome === 'unknown' : record.outcome === 'refused',
        'T34',
        `${call.id} is ${record.outcome}`,
      );
    }
    this.#change(turn, { ...call, state: 'done' });
  }

  /** The call that a record names has to be the one that its turn is at. */
  #open(record: Exclude<CallRecord, { type: 'turn.stepped' }>): { turn: Running; call: Call } {
    const turn = this.#account.startedTurn(record.turn);
    const call = turn === undefined ? undefined : openCallOf(turn);
    claim(turn !== undefined && call?.id === record.call, 'P3', `${record.type} of ${record.call}, which is not next`);
    return { turn, call };
  }

  #change(turn: Running, call: Call): void {
    const calls = turn.calls.map((other) => (other.id === call.id ? call : other));
    this.#account.changeTurn(turn.turn, { calls });
  }
}

/** What an event may decide of a call. */
function decides(event: LaneEvent | null, turn: Running, call: Call, now: number): string {
  switch (event?.type) {
    case 'decide':
      if (event.by !== turn.author || event.digest !== `digest of ${call.id}`) return 'nothing';
      return event.decision === 'approve' ? 'approved' : 'declined';
    case 'tick':
    case 'recover':
      return (call.asked?.expiresAt ?? Infinity) <= now ? 'expired' : 'nothing';
    case 'stop':
    case 'lapse':
    case 'revoke':
      return 'revoked';
    default:
      return 'nothing';
  }
}
