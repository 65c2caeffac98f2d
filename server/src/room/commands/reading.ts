import type { Replies } from '@parley/shared/answers';
import type { TranscriptRead } from '@parley/shared/commands';
import type { Entry } from '@parley/shared/entry';
import { ok, type Result } from '@parley/shared/fault';
import { privateLane } from '@parley/shared/ids';
import type { z } from 'zod';
import type { Principal } from '../../core/people/principal.ts';
import type { Desk } from '../desk.ts';
import { passage, readableEntries } from '../reading.ts';
import { listMembers } from './members.ts';
import { describe } from './rooms.ts';

/**
 * A page of a lane's own document, and what stands behind its entries on shelves that the asker may read now.
 * Going forward it begins with what stands behind `after` itself, since that may have come since it was read.
 */
export async function readTranscript(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof TranscriptRead>,
): Promise<Result<Replies['transcript.read']>> {
  await desk.shelves.freshen();
  const lane = command.lane === 'room' ? 'room' : privateLane(by.user);
  const { length } = desk.chronicle.ledger.entries(lane);
  const { after = 0, before, limit } = command;
  const reader = { lane, user: by.user } as const;
  if (before !== undefined) {
    const to = Math.min(length, before - 1);
    const from = Math.max(after, to - limit);
    const page = passage(desk, reader, { from: from === 0 ? 0 : from + 1, to });
    return ok({ items: fitting(page.toReversed(), 1).toReversed().flat(), next: null });
  }
  const [behindAfter = [], ...page] = passage(desk, reader, { from: after, to: Math.min(length, after + limit) });
  const groups = fitting([after === 0 ? behindAfter : behindAfter.slice(1), ...page], 2);
  const last = after + groups.length - 1;
  return ok({ items: groups.flat(), next: last < length ? String(last) : null });
}

/** Characters of one page: with every one of them escaped it is still less than may wait for a reader. */
const PAGE_CHARS = 1_000_000;

/** As many groups, from the first, as one page holds, and `least` of them in any case, so that pages lead on. */
export function fitting(groups: readonly (readonly Entry[])[], least: number): (readonly Entry[])[] {
  let chars = 0;
  const tooMany = groups.findIndex((group, index) => {
    for (const { text } of group) chars += text.length;
    return chars > PAGE_CHARS && index >= least;
  });
  return groups.slice(0, tooMany === -1 ? groups.length : tooMany);
}

/** Exactly what the asker may read now: the room's lane and their own. */
export async function exportRoom(desk: Desk, by: Principal): Promise<Result<Replies['room.export']>> {
  await desk.shelves.freshen();
  return ok({
    version: 1,
    room: describe(desk, by),
    members: listMembers(desk).items,
    entries: [...readableEntries(desk, 'room', by.user)],
    private: [...readableEntries(desk, privateLane(by.user), by.user)],
    exportedAt: desk.clock.now(),
  });
}

/** The transcripts that the asker may open now. */
export async function listDocuments(desk: Desk, by: Principal): Promise<Result<Replies['document.list']>> {
  await desk.shelves.freshen();
  return ok({ items: ['transcript', 'transcript.me', ...desk.shelves.listed(by.user).map(({ doc }) => doc)] });
}
