import type { Fault } from '@parley/shared/fault';
import type { ClientKey, TurnId } from '@parley/shared/ids';
import { lastPlace } from './entry-order.ts';
import type { LaneView, OutboxItem } from './view.ts';

/** An item as it is kept: what the view shows, and where the room will show it. */
export interface Kept extends OutboxItem {
  readonly state:
    | Exclude<OutboxItem['state'], { kind: 'accepted' }>
    | { readonly kind: 'accepted'; readonly turn: TurnId; readonly position: number }
    | { readonly kind: 'accepted'; readonly entrySeq: number };
}
export type Acceptance = Extract<Kept['state'], { kind: 'accepted' }>;

export type OutboxEvent =
  | { readonly type: 'added'; readonly item: Omit<Kept, 'state'> }
  | { readonly type: 'sent'; readonly id: ClientKey }
  | { readonly type: 'accepted'; readonly id: ClientKey; readonly acceptance: Acceptance }
  | { readonly type: 'refused'; readonly id: ClientKey; readonly fault: Fault }
  /** Nobody knows whether it arrived: it will be sent again under the same id (T1, T2). */
  | { readonly type: 'unanswered'; readonly id: ClientKey }
  | { readonly type: 'retried'; readonly id: ClientKey; readonly newId: ClientKey }
  /** Given up by its author, or shown by the room: nothing is left to do for it here. */
  | { readonly type: 'gone'; readonly id: ClientKey };

/** The outbox after an event; the same array when the event changes nothing. Order is the order of writing. */
export function reduceOutbox(items: readonly Kept[], event: OutboxEvent): readonly Kept[] {
  switch (event.type) {
    case 'added':
      return [...items, { ...event.item, state: { kind: 'unsent' } }];
    case 'sent':
      return replace(items, event.id, 'unsent', { kind: 'sent' });
    case 'accepted':
      return replace(items, event.id, 'sent', event.acceptance);
    case 'refused':
      return replace(items, event.id, null, { kind: 'refused', fault: event.fault });
    case 'unanswered':
      return replace(items, event.id, 'sent', { kind: 'unsent' });
    case 'retried':
      return retried(items, event);
    case 'gone':
      return items.some((item) => item.id === event.id) ? items.filter((item) => item.id !== event.id) : items;
  }
}

/** null for `from`: whatever its state. */
function replace(
  items: readonly Kept[],
  id: ClientKey,
  from: Kept['state']['kind'] | null,
  state: Kept['state'],
): readonly Kept[] {
  const index = items.findIndex((item) => item.id === id && (from === null || item.state.kind === from));
  const item = items[index];
  return item ? items.with(index, { ...item, state }) : items;
}

function retried(items: readonly Kept[], { id, newId }: Extract<OutboxEvent, { type: 'retried' }>): readonly Kept[] {
  const item = items.find((one) => one.id === id && one.state.kind === 'refused');
  if (!item) return items;
  return [...items.filter((one) => one !== item), { ...item, id: newId, state: { kind: 'unsent' } }];
}

/** Whether the room's own documents show it by now. `you`: ids of others are other ids (T2). */
export function isShown(item: Kept, lane: LaneView, you: string): boolean {
  if (!lane.loaded) return false;
  if (item.state.kind === 'refused') return false;
  if (lane.tickets.some(({ id, author }) => id === item.id && author.id === you)) return true;
  if (item.state.kind !== 'accepted') return false;
  if ('entrySeq' in item.state) return lastPlace(lane.entries) >= item.state.entrySeq;
  const { turn } = item.state;
  return lane.entries.findLast((entry) => entry.turn === turn) !== undefined;
}
