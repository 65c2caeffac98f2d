import type { HeldTicket, QueuedTicket, Ticket } from './lane.ts';

/** Whether a ticket may start now: it is not held, or its hold has run out (T26). */
export function isReady(ticket: Ticket, now: number): boolean {
  return ticket.state === 'queued' || (isHoldOver(ticket, now) && !awaitsAuthor(ticket));
}

/** T44: held by the server until its author says that it is still wanted; time alone does not start it. */
export function awaitsAuthor(ticket: HeldTicket): boolean {
  return ticket.heldBy === 'system';
}

export function isHoldOver(ticket: HeldTicket, now: number): boolean {
  return ticket.until <= now;
}

/** The same ticket in the same place, free to start. */
export function released(ticket: Ticket): QueuedTicket {
  const { turn, key, author, ticketSeq, text, tokens, revision, acceptedAt } = ticket;
  return { state: 'queued', turn, key, author, ticketSeq, text, tokens, revision, acceptedAt };
}
