import { fault, FaultError } from '@parley/shared/fault';
import type { EventCursor } from '../ports/bus.ts';

/** More characters than an answer may have. */
const OFFSETS = 1_000_000n;

/** The start of everything: what a reader without a `Last-Event-ID` of a turn has seen. */
export const BEGINNING: EventCursor = { seq: 0, room: 0, me: 0 };

/** A reader's place as the `id` of a server-sent event: a decimal number that grows. */
export function idOf({ seq, room, me }: EventCursor): string {
  return String((BigInt(seq) * OFFSETS + BigInt(room)) * OFFSETS + BigInt(me));
}

/** Reads a `Last-Event-ID`; null without one. Throws `bad_request` for anything that we never sent. */
export function cursorOf(header: string | undefined): EventCursor | null {
  if (header === undefined) return null;
  if (!/^\d{1,27}$/.test(header)) throw new FaultError(fault('bad_request', 'Last-Event-ID: not an id of ours'));
  const id = BigInt(header);
  return { seq: Number(id / OFFSETS / OFFSETS), room: Number((id / OFFSETS) % OFFSETS), me: Number(id % OFFSETS) };
}
