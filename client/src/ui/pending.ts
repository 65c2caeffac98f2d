import type { Fault } from '@parley/shared/fault';
import type { TicketView } from '@parley/shared/entry';
import type { ClientKey, TurnId } from '@parley/shared/ids';
import type { OutboxItem, RoomViewModel } from '../view.ts';
import { ordinal } from './format.ts';
import { strings } from './strings.ts';

/** Words of mine that the transcript does not show yet. */
export interface Pending {
  readonly id: ClientKey;
  readonly kind: 'prompt' | 'message';
  readonly text: string;
  readonly status: string;
  readonly refused: Fault | null;
  /** The turn that starts only when I say that it is still wanted; null for all others. */
  readonly unconfirmed: TurnId | null;
}

/** What I sent to a lane and still wait for: on its way, refused, or in the queue. */
export function pendingOf(view: RoomViewModel, audience: 'room' | 'me'): readonly Pending[] {
  const tickets = view[audience].tickets.filter((ticket) => ticket.author.id === view.you?.id);
  const sent = view.outbox.filter((item) => item.audience === audience && !tickets.some(({ id }) => id === item.id));
  const waiting = tickets.filter(({ state }) => state === 'held' || state === 'queued');
  return [...waiting.map(ofTicket), ...sent.map(ofItem)];
}

function ofTicket(ticket: TicketView): Pending {
  const { id, text, turn } = ticket;
  const unconfirmed = awaitsAuthor(ticket) ? turn : null;
  return { id, kind: 'prompt', text, status: ticketStatus(ticket), refused: null, unconfirmed };
}

function ticketStatus(ticket: TicketView): string {
  if (ticket.state !== 'held') return placeWords(ticket.position);
  return awaitsAuthor(ticket) ? strings.pending.stillWanted : strings.pending.held;
}

/** T44: it waited over a restart, and does not start before its author says that it is still wanted. */
export function awaitsAuthor({ state, heldBy }: TicketView): boolean {
  return state === 'held' && heldBy === 'system';
}

function ofItem({ id, kind, text, state }: OutboxItem): Pending {
  const refused = state.kind === 'refused' ? state.fault : null;
  return { id, kind, text, status: statusOf(state), refused, unconfirmed: null };
}

function statusOf(state: OutboxItem['state']): string {
  if (state.kind !== 'accepted') return strings.pending[state.kind];
  return state.position === undefined || state.position === 0 ? strings.pending.accepted : placeWords(state.position);
}

export function placeWords(position: number): string {
  return position <= 1 ? strings.pending.waitingNext : strings.pending.waiting(ordinal(position));
}
