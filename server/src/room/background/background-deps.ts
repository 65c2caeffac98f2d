import type { BatchingModel } from '../../ports/batches.ts';
import type { Jobs } from '../../ports/jobs.ts';
import type { Tokenizer } from '../../ports/model.ts';
import type { Clock, Digest, Ids, Log, Metrics } from '../../ports/system.ts';
import type { Budgets } from '../budgets.ts';
import type { Rooms } from '../rooms.ts';
import type { AskingKinds } from './job-kinds.ts';

/** What the background of a server works with. */
export interface BackgroundDeps {
  readonly jobs: Jobs;
  readonly rooms: Pick<Rooms, 'within'>;
  readonly kinds: AskingKinds;
  readonly model: BatchingModel;
  readonly budgets: Budgets;
  readonly tokenizer: Tokenizer;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Whether the server has enough to do with what people wait for. */
  readonly pressed: () => boolean;
}
