import type { Entry } from '@parley/shared/entry';
import { lastPlace, placeOf } from '../entry-order.ts';
import type { LaneView, RoomViewModel } from '../view.ts';
import { brief } from './format.ts';
import type { Names } from './names.ts';
import { plainText } from './plain-text.ts';
import { faultWords, strings } from './strings.ts';

type KnowsNames = Pick<Names, 'name'>;
const SPOKEN = 400;

/**
 * What a screen reader should hear after a change: each finished answer once, what others write, the
 * connection lost and found, my refusals. Never the words of a stream, never what was there before.
 */
export function announcements(before: RoomViewModel, after: RoomViewModel, names: KnowsNames): readonly string[] {
  return [
    ...connectionWords(before, after),
    ...refusals(before, after),
    ...approvals(before, after),
    ...newest(before.room, after.room).flatMap((entry) => entryWords(entry, after, names)),
    ...newest(before.me, after.me).flatMap((entry) => entryWords(entry, after, names)),
  ];
}

function connectionWords(before: RoomViewModel, after: RoomViewModel): string[] {
  const [was, is] = [before.connection.kind, after.connection.kind];
  if (was === is) return [];
  if (is === 'reconnecting') return [strings.announceOffline];
  return was === 'reconnecting' && is === 'online' ? [strings.announceOnline] : [];
}

function refusals(before: RoomViewModel, after: RoomViewModel): string[] {
  if (before.outbox === after.outbox) return [];
  const known = new Set(before.outbox.filter(({ state }) => state.kind === 'refused').map(({ id }) => id));
  return after.outbox.flatMap(({ id, state }) =>
    state.kind === 'refused' && !known.has(id) ? [strings.announceRefused(faultWords(state.fault))] : [],
  );
}

function approvals(before: RoomViewModel, after: RoomViewModel): string[] {
  if (before.approvals === after.approvals) return [];
  const known = new Set(before.approvals.map(({ id }) => id));
  return after.approvals.filter(({ id }) => !known.has(id)).map(({ title }) => strings.announceApproval(title));
}

function newest(before: LaneView, after: LaneView): readonly Entry[] {
  if (!before.loaded || before.entries === after.entries) return [];
  const known = new Set(before.entries.map(({ id }) => id));
  const last = lastPlace(before.entries);
  // What became readable, or was loaded, from further up is old news.
  return after.entries.filter((entry) => placeOf(entry) >= last && !known.has(entry.id));
}

function entryWords(entry: Entry, view: RoomViewModel, names: KnowsNames): string[] {
  const text = brief(plainText(entry.text), SPOKEN);
  if (entry.kind === 'answer') return [answerWords(entry, text, view, names)];
  if (entry.author.id === view.you?.id) return [];
  if (entry.kind === 'message') return [strings.announceMessage(entry.author.name, text)];
  if (entry.kind === 'prompt') return [strings.announcePrompt(entry.author.name, text)];
  return entry.kind === 'notice' ? [text] : [];
}

function answerWords(entry: Entry, text: string, view: RoomViewModel, names: KnowsNames): string {
  const whom = entry.for === view.you?.id ? strings.you : names.name(entry.for ?? '');
  if (entry.outcome === undefined || entry.outcome === 'completed') return strings.announceAnswer(whom, text);
  return strings.announceEnded(whom, strings.outcomes[entry.outcome]);
}
