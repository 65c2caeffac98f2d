import type { Fault } from '@parley/shared/fault';
import type { Levels, Standing } from '@parley/shared/roles';
import type { Principal } from '../core/people/principal.ts';
import type { PeerId } from '../ports/bus.ts';
import type { Outlet } from './backpressure.ts';
import type { PeerMessage, RoomLink } from './room-link.ts';
import type { Credential } from './tickets.ts';

/** What a dialect may do with the socket that speaks it. */
export interface Line {
  readonly id: PeerId;
  readonly principal: Principal;
  readonly link: RoomLink;
  readonly outlet: Outlet;
  /** Milliseconds since the epoch at which the token ends. */
  readonly expiresAt: number;
  /** Pays for what costs more than a frame; false when the socket is closed because it cannot. */
  spend(frames: number): boolean;
  /** Frames of the other side are read from now on. */
  listen(): void;
  /** A fresh token of the same person; false when it is somebody else's, and the socket is being closed. */
  renew(credential: Credential): boolean;
  close(fault: Fault, why?: Farewell): void;
}

/** Who ended it, and when (milliseconds since the epoch). */
export interface Farewell {
  readonly by?: string | undefined;
  readonly at?: number | undefined;
}

export interface Rights {
  readonly standing: Standing;
  readonly levels: Levels;
}

/** Messages of the owner that a dialect deals with; the socket deals with the others. */
export type DialectMessage = Extract<
  PeerMessage,
  { readonly type: 'opened' | 'refused' | 'sync' | 'saved' | 'reply' | 'documents' }
>;

/** One way to speak with a peer: a stock provider with one document, or the Parley client with all of them. */
export interface Dialect {
  /** The room lets the peer in. */
  attached(rights: Rights): void;
  /** Rights changed; the peer may still read. */
  rights(rights: Rights): void;
  /** One binary frame of the other side. */
  frame(bytes: Uint8Array): void;
  receive(message: DialectMessage): void;
  /** Makes up for what was dropped while the peer was slow. */
  caughtUp(): void;
  /** Shows signs of life on every open document. */
  keepAlive(): void;
  /** Nothing of the room may be delivered any more. */
  bar(): void;
  /** Says why, where the dialect has words for it, before the socket closes. */
  goodbye(fault: Fault, why: Farewell): void;
  /** The socket is gone: no document is read any more. */
  leave(): void;
}
