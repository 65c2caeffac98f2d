import type { HeldTicket, QueuedTicket, Ticket } from './lane.ts';

/** Whether a ticket may start now: it is not held, or its hold has run out (T26). */
export function isReady(ticket: Ticket, now: number): boolean {
  return ticket.state === 'queued' || isHoldOver(ticket, now);
}

export function isHoldOver(ticket: HeldTicket, now: number): boolean {
  return ticket.until <= now;
}

/** The same ticket in the same place, free to start. */
export function released(ticket: Ticket): QueuedTicket {
  const { turn, key, author, ticketSeq, text, tokens, revision, acceptedAt } = ticket;
  return { state: 'queued', turn, key, author, ticketSeq, text, tokens, revision, acceptedAt };
}
