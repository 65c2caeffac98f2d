import type { LaneKey, TurnId, UserId } from '@parley/shared/ids';
import type { LaneState } from '../../core/arbiter/lane.ts';
import type { EventCursor, TurnEvent, TurnNews } from '../../ports/bus.ts';
import type { TicketFacts } from '../ticket-facts.ts';
import { delta, pastNews, startOf, withoutWords } from './turn-events.ts';
import { follows, moveCursor, seesLane, type MayReadAnswer } from './watchers.ts';

/** What a backlog is made from. */
export interface EventSource {
  readonly tickets: Iterable<TicketFacts>;
  readonly laneState: (lane: LaneKey) => LaneState;
  /** The answer of a running turn as far as it is shown. */
  readonly shownText: (facts: TicketFacts) => string;
  readonly mayReadAnswer: MayReadAnswer;
}

export interface Backlog {
  readonly events: readonly TurnEvent[];
  /** The reader's place when they have read it. */
  readonly cursor: EventCursor;
}

const START: EventCursor = { seq: 0, room: 0, me: 0 };
/** Behind everything: a reader there has nothing to catch up on. */
const NOWHERE: EventCursor = { seq: Number.POSITIVE_INFINITY, room: 0, me: 0 };

/**
 * What a reader missed (T43): all that happened in the lanes they may see, told again in its order, from
 * behind the place they name. A cut anywhere, then this, gives what an uninterrupted stream gives: the
 * pieces of an answer come as one, from the character after the last one read. `after` null: nothing is
 * told, and the cursor is where the story stands.
 */
export function backlog(
  source: EventSource,
  reader: { user: UserId; turn: TurnId | null },
  after: EventCursor | null,
): Backlog {
  const place = after ?? NOWHERE;
  const events: TurnEvent[] = [];
  let cursor = place.seq === START.seq ? place : START;
  for (const { news, shown } of story(source, reader.user)) {
    const unread = cursor.seq < place.seq ? null : unreadOf(news, cursor);
    cursor = moveCursor(cursor, news, shown);
    // Where the reader stopped, what they had read of each answer counts: of two that run, one may be ahead.
    if (news.name !== 'delta' && cursor.seq === place.seq) cursor = place;
    if (unread !== null && follows(reader, news)) events.push({ ...unread, cursor });
  }
  return { events, cursor };
}

/** Everything in lanes that a person may see, in order; each answer as one piece before its end. */
function story(source: EventSource, user: UserId): { news: TurnNews; shown: number }[] {
  const lines: { at: number; news: TurnNews; shown: number }[] = [];
  for (const facts of source.tickets) {
    if (!seesLane(user, facts.lane)) continue;
    const readable = source.mayReadAnswer(user, facts.turn);
    for (const { at, news } of pastNews(facts, source.laneState(facts.lane))) {
      const told = readable ? news : withoutWords(news);
      if (told !== null) lines.push({ at, news: told, shown: 0 });
    }
    if (!readable) continue;
    const text = facts.fate.kind === 'ended' ? (facts.fate.answer?.text ?? '') : source.shownText(facts);
    const at = textUntil(facts);
    if (startOf(facts) && text !== '') lines.push({ at, news: delta(facts, text), shown: text.length });
  }
  return lines.toSorted((a, b) => a.at - b.at);
}

/**
 * Where the text of a turn stands in the story: half a step before its end, so that it stands between the last
 * attempt and the end; of one that gave the floor back, before it did, since from then on another one is shown.
 */
function textUntil(facts: TicketFacts): number {
  const parkedSeq = startOf(facts)?.parkedSeq ?? null;
  if (parkedSeq !== null) return parkedSeq - 0.5;
  return facts.fate.kind === 'ended' ? facts.fate.endedSeq - 0.5 : Number.POSITIVE_INFINITY;
}

/** What of a line a reader at this place has not read; null when they have read it all. */
function unreadOf(news: TurnNews, { room, me }: EventCursor): TurnNews | null {
  if (news.name !== 'delta') return news;
  const text = news.data.text.slice(news.lane === 'room' ? room : me);
  return text === '' ? null : { ...news, data: { ...news.data, text } };
}
