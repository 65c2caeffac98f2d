import * as z from 'zod';
import { Capability, ModelName } from './roles.ts';

/** G5: the models that a room lets answer; null: every one that the server offers. */
const Models = z.array(ModelName).min(1).max(100).nullable();

/** What a room is called that nobody gave a title. */
export const UNTITLED = 'New room';

/** Bounds on what one person, one lane and one turn may use. */
export const Limits = z.strictObject({
  promptsPerMinute: z.int().min(1).max(10_000).default(120),
  queuePerPerson: z.int().min(1).max(1_000).default(20),
  queuePerLane: z.int().min(1).max(10_000).default(200),
  turnSeconds: z.int().min(1).max(3_600).default(300),
  turnSteps: z.int().min(1).max(256).default(16),
  turnTokens: z.int().min(256).max(2_000_000).default(32_000),
  messageBytes: z.int().min(1).max(1_048_576).default(65_536),
  /** How long an approval waits for its one person before it counts as declined. */
  approvalSeconds: z.int().min(5).max(86_400).default(900),
  /** How long a turn that waits for one keeps the floor before others go on (T22). */
  floorSeconds: z.int().min(0).max(3_600).default(60),
});
export type Limits = z.infer<typeof Limits>;

/** What a room decides about itself. Every field has a default; unknown fields are refused. */
export const RoomPolicy = z.strictObject({
  join: z.enum(['invite', 'tenant']).default('invite'),
  respond: z.enum(['ask', 'all']).default('ask'),
  /** The floor modes there are: everybody may ask. */
  floor: z.literal('open').default('open'),
  /**
   * R5: what a release takes off. `strict`: the person's own lane alone, resources stay. `reader`: whoever may
   * read a resource may also lift it off what they release.
   */
  release: z.enum(['strict', 'reader']).default('strict'),
  /** G9: whether a room that nobody named gets a title from what was said in it. */
  titles: z.enum(['auto', 'off']).default('auto'),
  models: Models.default(null),
  levels: z.partialRecord(Capability, z.int().min(0).max(100)).default({}),
  limits: Limits.prefault({}),
});
export type RoomPolicy = z.infer<typeof RoomPolicy>;

/** A change to a policy: only the fields that are named change. */
export const RoomPolicyPatch = z.strictObject({
  join: z.enum(['invite', 'tenant']).optional(),
  respond: z.enum(['ask', 'all']).optional(),
  floor: z.literal('open').optional(),
  release: z.enum(['strict', 'reader']).optional(),
  titles: z.enum(['auto', 'off']).optional(),
  models: Models.optional(),
  levels: z.partialRecord(Capability, z.int().min(0).max(100)).optional(),
  limits: z
    .strictObject({
      promptsPerMinute: z.int().min(1).max(10_000),
      queuePerPerson: z.int().min(1).max(1_000),
      queuePerLane: z.int().min(1).max(10_000),
      turnSeconds: z.int().min(1).max(3_600),
      turnSteps: z.int().min(1).max(256),
      turnTokens: z.int().min(256).max(2_000_000),
      messageBytes: z.int().min(1).max(1_048_576),
      approvalSeconds: z.int().min(5).max(86_400),
      floorSeconds: z.int().min(0).max(3_600),
    })
    .partial()
    .optional(),
});
export type RoomPolicyPatch = z.infer<typeof RoomPolicyPatch>;

export const DEFAULT_POLICY: RoomPolicy = RoomPolicy.parse({});
