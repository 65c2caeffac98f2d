import type { LaneKey, UserId } from '@parley/shared/ids';
import type { RoomRef } from '../core/tenant.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { Model, Tokenizer } from '../ports/model.ts';
import type { Registry } from '../ports/registry.ts';
import type { Clock, Digest, Ids, Log, Metrics } from '../ports/system.ts';
import type { Chronicle } from './chronicle.ts';
import type { Eraser } from './eraser.ts';
import type { LaneRunner } from './turns/lane-runner.ts';
import type { RateWindow } from './rate-window.ts';
import type { ShelfAccess } from './shelf-access.ts';

/** What a command handler works with: one room, seen from the inside of its mailbox. */
export interface Desk {
  readonly ref: RoomRef;
  readonly chronicle: Chronicle;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly tokenizer: Tokenizer;
  readonly model: Model;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly registry: Registry;
  readonly jobs: Jobs;
  readonly rates: RateWindow;
  readonly shelves: ShelfAccess;
  readonly eraser: Eraser;
  /** The runner of a lane, opened and loaded when it is new. */
  lane(lane: LaneKey): Promise<LaneRunner>;
  /** Makes changed rights of these people take effect: sockets, documents, tickets, running turns. */
  rightsChanged(users: Iterable<UserId>, by: string): Promise<void>;
  /** Ends the room for everybody and for good. */
  dissolve(by: string): Promise<void>;
}
