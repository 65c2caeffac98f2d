import { must } from '@parley/shared/assert';
import type { EntryId } from '@parley/shared/ids';
import { titleFrom } from '../../core/background/title.ts';
import { titleRequest, type TitleRequest } from '../../core/background/title-request.ts';
import { boundaryOf, neutral } from '../../core/context/envelope.ts';
import { isNamed } from '../../core/room-state.ts';
import type { Desk } from '../desk.ts';
import type { AskingKind } from './job-kinds.ts';

/** Models that think first need room for it. */
const MOST_TITLE_TOKENS = 512;

/** A title for a room that nobody named, from what was said in its own lane (G9). */
export const titleJob: AskingKind = {
  ask: (desk) => {
    const question = wantsTitle(desk) ? questionOf(desk) : null;
    if (question === null) return null;
    const { messages, sources } = question;
    const cacheKey = desk.digest(`title\n${laneSalt(desk)}`);
    return { kind: 'question', request: { messages, maxOutputTokens: MOST_TITLE_TOKENS, cacheKey }, sources };
  },
  take: (desk, { text, sources, operation }, settled) => {
    const { room } = desk.chronicle;
    const isFresh = sources.every((id) => isThere(desk, id));
    const title = titleFrom(text, neutral(boundaryOf(room.salt, desk.digest)));
    if (!isFresh || title === null || !mayTitle(desk)) {
      desk.chronicle.write([settled]);
      return isFresh && title === null ? 'unusable' : isFresh ? 'taken' : 'stale';
    }
    const titled = { type: 'room.titled', lane: 'room', title, sources, operation } as const;
    desk.chronicle.write([settled, { ...titled, by: 'system', at: desk.clock.now() }]);
    return 'taken';
  },
};

/** Whether a room gets a title by itself, and has something to be called after. */
export function wantsTitle(desk: Desk): boolean {
  return mayTitle(desk) && desk.chronicle.room.proposed === null && questionOf(desk) !== null;
}

/** Titles that people gave are theirs. */
function mayTitle({ chronicle: { room } }: Desk): boolean {
  return room.policy.titles === 'auto' && !isNamed(room);
}

function questionOf({ chronicle, digest }: Desk): TitleRequest | null {
  const salts = { room: chronicle.room.salt, lane: laneSalt({ chronicle }) };
  return titleRequest(chronicle.ledger.entries('room'), salts, digest);
}

function laneSalt({ chronicle }: Pick<Desk, 'chronicle'>): string {
  return must(chronicle.room.lanes.get('room'), "a room's own lane is open").salt;
}

function isThere({ chronicle: { ledger } }: Desk, id: EntryId): boolean {
  const found = ledger.entry(id);
  return found?.lane === 'room' && found.item.entry.redactedBy === undefined;
}
