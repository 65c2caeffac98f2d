import type { MemoryBus } from '../bus-memory.ts';
import type { Post } from './post.ts';
import type { Incarnation } from './redis-keys.ts';
import type { RoomDirectory } from './room-directory.ts';

/** What the rooms of one node share. */
export interface BusParts {
  /** The bus within this node. */
  readonly local: MemoryBus;
  readonly post: Post;
  readonly directory: RoomDirectory;
  /** This node, while it can be reached. */
  readonly me: () => Incarnation | null;
  /** Redis did not do what it was asked to: nothing of the connection can be counted on. */
  readonly failed: (error: unknown) => void;
}

/** What may wait until it is known who is there to hear it. */
export const MOST_HELD = 10_000;
/** For how many ticks a room's names in Redis are left alone: a third of the time for which they are kept. */
export const RENEWED_TICKS = 20;
