import type { Replies } from '@parley/shared/answers';
import type { TranscriptSearch } from '@parley/shared/commands';
import type { Entry } from '@parley/shared/entry';
import { ok, type Result } from '@parley/shared/fault';
import type { z } from 'zod';
import type { Principal } from '../../core/people/principal.ts';
import { search } from '../../core/search.ts';
import type { Desk } from '../desk.ts';
import { entriesFor } from '../readable.ts';
import { fitting } from './reading.ts';

/** Exactly what the asker may read now, and nothing of what they may not: that takes no place either (R3). */
export async function searchTranscript(
  desk: Desk,
  by: Principal,
  { q, limit }: z.infer<typeof TranscriptSearch>,
): Promise<Result<Replies['transcript.search']>> {
  const found = search(await entriesFor(desk, by), q, limit);
  const { ledger } = desk.chronicle;
  const laneOf = ({ id }: Entry) => (ledger.entry(id)?.lane === 'room' ? ('room' as const) : ('me' as const));
  const shown = fitting(
    found.map((entry) => [entry]),
    1,
  ).flat();
  return ok({ items: shown.map((entry) => ({ ...entry, lane: laneOf(entry) })) });
}
