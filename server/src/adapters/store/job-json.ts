import { EntryId } from '@parley/shared/ids';
import { z } from 'zod';
import type { Job, JobState } from '../../core/background/job.ts';
import type { WantedJob } from '../../ports/jobs.ts';

const count = z.int().min(0);
const State = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('waiting'), attempts: count, notBefore: z.number() }),
  z.strictObject({
    kind: z.literal('asked'),
    attempts: count,
    operation: z.string(),
    sources: z.array(EntryId).readonly(),
    basis: z.string().optional(),
    batch: z
      .strictObject({
        label: z.string(),
        at: z.number(),
        id: z.string().nullable(),
        keyOf: z.literal('tenant').optional(),
      })
      .nullable(),
    reserved: count,
  }),
  z.strictObject({ kind: z.literal('writing'), attempts: count, parts: count, cursor: count }),
  z.strictObject({ kind: z.literal('ready'), parts: count, until: z.number() }),
  z.strictObject({ kind: z.literal('dead'), attempts: count, reason: z.string(), at: z.number() }),
]);

/** As it is stored and compared: the schema gives its fields one order. */
export function encodeState(state: JobState): string {
  return JSON.stringify(State.parse(state));
}

export function decodeState(json: string): JobState {
  return State.parse(JSON.parse(json));
}

/** What is to be written from its beginning. */
export const ANEW: JobState = { kind: 'waiting', attempts: 0, notBefore: 0 };

export function sameState(a: JobState, b: JobState): boolean {
  return encodeState(a) === encodeState(b);
}

export function newJob({ id, ref, kind, by, at, notBefore }: WantedJob): Job {
  return { id, ref, kind, by, createdAt: at, state: { kind: 'waiting', attempts: 0, notBefore } };
}
