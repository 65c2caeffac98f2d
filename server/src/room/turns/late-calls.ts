import type { LaneKey } from '@parley/shared/ids';
import type { RunningTurn } from '../../core/arbiter/lane.ts';
import type { RecordOf } from '../../core/records.ts';
import type { StartedCall } from '../../core/arbiter/turn-work.ts';
import type { Clock } from '../../ports/system.ts';
import type { Chronicle } from '../chronicle.ts';
import type { Mailbox } from '../mailbox.ts';

export interface LateCallsDeps {
  readonly chronicle: Chronicle;
  readonly mailbox: Mailbox;
  readonly clock: Clock;
}

/** A call that nobody waits for any more. */
export interface LeftCall {
  readonly lane: LaneKey;
  readonly turn: RunningTurn;
  readonly call: StartedCall;
}

export type LateOutcome = RecordOf<'call.late'>['outcome'];

/**
 * T33: a call that went on when its turn was stopped. Its turn ended without it and names it as unknown; what it came
 * to is put on record when it is known, and shown to nobody.
 */
export class LateCalls {
  readonly #deps: LateCallsDeps;

  constructor(deps: LateCallsDeps) {
    this.#deps = deps;
  }

  /** Null: nobody knows even then. `outcome` does not reject; one that does is a bug of ours, and stops the room as such. */
  watch(left: LeftCall, outcome: Promise<LateOutcome | null>): void {
    const { mailbox } = this.#deps;
    outcome.then(
      (late) => (late === null ? undefined : mailbox.post(() => this.#record(left, late))),
      (error: unknown) => mailbox.post(() => Promise.reject(error)),
    );
  }

  #record({ lane, turn: { turn }, call }: LeftCall, outcome: LateOutcome): void {
    const { chronicle, clock } = this.#deps;
    if (chronicle.state.kind !== 'present') return;
    chronicle.write([{ type: 'call.late', lane, turn, call: call.proposed.call, outcome, at: clock.now() }]);
  }
}
