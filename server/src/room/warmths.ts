import type { LaneKey, TurnId } from '@parley/shared/ids';
import type { JournalRecord } from '../core/records.ts';
import { NEVER_WARM, whenAttempted, whenSettled, whenWarmed, type Warmth } from '../core/warming/warmth.ts';
import type { Ledger } from './ledger.ts';

/**
 * What is known of providers' caches, of each lane alone (R9); rebuilt from the journal. A clean turn is sent nothing of
 * the conversation, and tells nothing of its cache.
 */
export class Warmths {
  readonly #lanes = new Map<LaneKey, Warmth>();

  /** Takes in one record, which `ledger` has taken in before. */
  apply(record: JournalRecord, ledger: Ledger): void {
    switch (record.type) {
      case 'turn.attempted':
        if (isConversation(record.turn, ledger))
          this.#lanes.set(record.lane, whenAttempted(this.of(record.lane), record));
        return;
      case 'attempt.settled':
        if (isConversation(record.turn, ledger))
          this.#lanes.set(record.lane, whenSettled(this.of(record.lane), record));
        return;
      case 'warmup.settled':
        this.#lanes.set(record.lane, whenWarmed(this.of(record.lane), record));
        return;
      default:
    }
  }

  of(lane: LaneKey): Warmth {
    return this.#lanes.get(lane) ?? NEVER_WARM;
  }

  /** Whether a model was seen to cache: in the lane, or, for a private one, in the room. */
  caches(lane: LaneKey, model: string): boolean {
    return [lane, 'room' as const].some((each) => this.of(each).models.get(model)?.caches === true);
  }
}

function isConversation(turn: TurnId, ledger: Ledger): boolean {
  return ledger.ticket(turn)?.quotes === null;
}
