import { isLong } from '../../core/compaction/long-lane.ts';
import { inForce, restsUntil, waiting } from '../../core/compaction/lane-digests.ts';
import { conversationBudget } from '../../core/context/context-layout.ts';
import type { Desk } from '../desk.ts';
import type { AskingKind, NotYet } from './job-kinds.ts';

/** A room in which nothing was said for so long is idle, and no provider has its prefix any more. */
const IDLE_MS = 600_000;
/** Where somebody is being answered, it is looked at again so much later. */
const AT_WORK_MS = 60_000;

/**
 * A digest for a room that has become long and is idle (C13, G9), so that nobody waits for it when they come back. What
 * is asked, how it is judged and how it gets into its place are as in a room that is in use; an answer counts only while the same
 * question would be asked again, to the byte.
 */
export const digestJob: AskingKind = {
  ask: async (desk) => {
    const notYet = untilIdle(desk);
    if (notYet !== null) return notYet;
    const { compactor } = await desk.lane('room');
    const asked = compactor.wanted();
    const newest = desk.chronicle.ledger.entries('room').at(-1);
    if (asked === null || newest === undefined) return null;
    const { messages, cacheKey, plan, sources: basis } = asked;
    const request = { messages, cacheKey, maxOutputTokens: plan.mostTokens };
    return { kind: 'question', request, sources: [newest.entry.id], basis };
  },
  take: async (desk, { text, reason, sources, basis }, settled) => {
    const { chronicle } = desk;
    const { compactor } = await desk.lane('room');
    const [newest] = sources.map((id) => chronicle.ledger.entry(id)?.item.entry.seq);
    const asked = newest === undefined ? null : compactor.askedAt(newest);
    if (asked === null || asked.sources !== basis) {
      chronicle.write([settled]);
      return 'stale';
    }
    const judged = compactor.judged(asked, { text, end: reason === 'stop' ? 'stop' : 'other' });
    chronicle.write([settled, judged]);
    return judged.type === 'digest.failed' ? 'unusable' : 'taken';
  },
};

/** When a room that may be long is to be looked at; null: not at all. Nothing private and nothing on a shelf has a say (R9). */
export function wantsDigestAt({ chronicle, clock }: Desk): number | null {
  const { room, digests, ledger } = chronicle;
  const own = digests.of('room');
  const budget = conversationBudget(room.policy.limits.turnTokens, false);
  const current = inForce(own, Number.POSITIVE_INFINITY);
  const isWanted = waiting(own) === null && isLong(ledger.entries('room'), current, budget);
  return isWanted ? clock.now() + IDLE_MS : null;
}

/** Null: the room is idle, and a model may be asked. */
function untilIdle({ chronicle, clock }: Desk): NotYet | null {
  const now = clock.now();
  const said = chronicle.ledger.entries('room').at(-1)?.entry.at ?? 0;
  const rests = restsUntil(chronicle.digests.of('room'));
  if (chronicle.laneState('room').kind !== 'idle') return { kind: 'not-yet', ms: AT_WORK_MS };
  const ms = Math.max(said + IDLE_MS, rests) - now;
  return ms > 0 ? { kind: 'not-yet', ms } : null;
}
