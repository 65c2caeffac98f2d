import type { Fault } from '@parley/shared/fault';
import type { LaneEffect } from './lane.ts';
import type { JournalRecord } from '../records.ts';

/** What one cell of the arbiter's table answers: a refusal, or the facts that follow and what they call for. */
export type Verdict =
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'changed'; readonly records: readonly JournalRecord[]; readonly effects: readonly LaneEffect[] };

/** Nothing to do and nothing to say: the event came late, came again, or found nothing. */
export const UNCHANGED: Verdict = { kind: 'changed', records: [], effects: [] };

export function changed(records: readonly JournalRecord[], effects: readonly LaneEffect[] = []): Verdict {
  return { kind: 'changed', records, effects };
}

export function refused(fault: Fault): Verdict {
  return { kind: 'refused', fault };
}
