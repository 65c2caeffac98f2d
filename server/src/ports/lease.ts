import type { RoomRef } from '../core/tenant.ts';

/**
 * A hint of which node runs a room. It saves wasted work; what protects the room is the epoch in the
 * journal, so a wrong hint costs a refused append and nothing else.
 */
export interface Lease {
  /** Asks for a room on behalf of this node. Never throws. */
  acquire(ref: RoomRef): Promise<LeaseAnswer>;
}
export type LeaseAnswer =
  | { readonly kind: 'held'; readonly lease: HeldLease }
  | { readonly kind: 'elsewhere'; readonly node: string }
  | { readonly kind: 'unavailable' };

export interface HeldLease {
  /** Aborts when the lease is lost; never after `release`. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}
