import type { DigestPlan } from '../../core/compaction/digest-plan.ts';
import type { Influence } from '../../core/labels/influence.ts';
import type { ModelRequest } from '../../ports/model.ts';

/** A digest as its model is asked for it, with what stands behind it. */
export interface AskedDigest {
  readonly plan: DigestPlan;
  readonly messages: ModelRequest['messages'];
  readonly cacheKey: string;
  /** Of the messages. */
  readonly tokens: number;
  readonly sources: string;
  readonly influence: Influence;
  readonly seenTo: number;
  readonly roomSeenTo: number;
  /** How often words had been taken away by then. */
  readonly redactions: number;
  readonly plain: (text: string) => string;
}
