import { boundaryOf, envelopes, type Envelopes } from './envelope.ts';

/** How a room's entries are written. */
export interface Hand {
  readonly boundary: string;
  readonly wrap: Envelopes;
  /** Keyed by the room: what a reference says of the words behind it says nothing elsewhere (R8). */
  readonly hash: (text: string) => string;
}

/** That of the room with this salt; `hash` is cryptographic. */
export function handOf(roomSalt: string, hash: (text: string) => string): Hand {
  const boundary = boundaryOf(roomSalt, hash);
  return { boundary, wrap: envelopes(boundary), hash: (text) => hash(`${boundary}\n${text}`) };
}
