import type { EventOf } from '@parley/server/core/arbiter/lane';
import * as fc from 'fast-check';

const PEOPLE = ['ann', 'bob', 'cyd', 'dan'] as const;

/** Somebody: the author of the ticket that is meant, or anybody. */
export type Somebody = 'author' | (typeof PEOPLE)[number];
/** A ticket: the running one, or the n-th of all that were ever accepted, counted backwards. */
export type Pick = 'running' | number;

/** A history, in steps that mean something whatever happened before, so that it can be shrunk. */
export type Step =
  | {
      readonly step: 'submit';
      readonly by: (typeof PEOPLE)[number];
      readonly onlyIf: 'idle' | 'seq' | 'old-seq' | null;
    }
  | { readonly step: 'hold' | 'unhold' | 'withdraw'; readonly pick: Pick; readonly by: Somebody }
  | { readonly step: 'edit'; readonly pick: Pick; readonly by: Somebody; readonly stale: boolean }
  | { readonly step: 'stop'; readonly pick: Pick; readonly by: Somebody; readonly any: boolean }
  | { readonly step: 'begin'; readonly pick: Pick | 'next' }
  | { readonly step: 'finish'; readonly pick: Pick; readonly earlier: number; readonly end: EventOf<'finished'>['end'] }
  | { readonly step: 'retry'; readonly pick: Pick; readonly earlier: number }
  | {
      readonly step: 'ask-tools';
      readonly pick: Pick;
      readonly earlier: number;
      readonly calls: number;
      readonly last: boolean;
    }
  | { readonly step: 'ask-person' | 'start-call' | 'end-call' | 'lapse'; readonly pick: Pick }
  | {
      readonly step: 'decide';
      readonly pick: Pick;
      readonly by: Somebody;
      readonly decision: 'approve' | 'decline';
      readonly seen: boolean;
    }
  | { readonly step: 'resume'; readonly pick: Pick | 'next' }
  | { readonly step: 'revoke'; readonly user: (typeof PEOPLE)[number] }
  | { readonly step: 'wait'; readonly seconds: number }
  | { readonly step: 'tick' | 'recover' | 'message' | 'wait-for-person' };

const anybody = fc.constantFrom(...PEOPLE);
const somebody: fc.Arbitrary<Somebody> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('author' as const) },
  { weight: 1, arbitrary: anybody },
);
const pick: fc.Arbitrary<Pick> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('running' as const) },
  { weight: 3, arbitrary: fc.nat(5) },
);
const end: fc.Arbitrary<EventOf<'finished'>['end']> = fc.constantFrom(
  { kind: 'complete' },
  { kind: 'cut', reason: 'the answer reached its length' },
  { kind: 'failed', reason: 'the provider refused' },
);
const mostly = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      step: fc.constant('submit' as const),
      by: anybody,
      onlyIf: mostly<'idle' | 'seq' | 'old-seq' | null>(null, fc.constantFrom('idle', 'seq', 'old-seq')),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constantFrom('hold' as const, 'unhold' as const, 'withdraw' as const),
      pick,
      by: somebody,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant('edit' as const),
      pick,
      by: somebody,
      stale: mostly(false, fc.constant(true)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant('stop' as const),
      pick: mostly<Pick>('running', pick),
      by: somebody,
      any: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ step: fc.constant('begin' as const), pick: mostly<Pick | 'next'>('next', pick) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('finish' as const),
      pick: mostly<Pick>('running', pick),
      earlier: mostly(0, fc.constant(1)),
      end,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('retry' as const),
      pick: mostly<Pick>('running', pick),
      earlier: mostly(0, fc.constant(1)),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      step: fc.constant('ask-tools' as const),
      pick: mostly<Pick>('running', pick),
      earlier: mostly(0, fc.constant(1)),
      calls: fc.integer({ min: 1, max: 2 }),
      last: mostly(false, fc.constant(true)),
    }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      step: fc.constantFrom('ask-person' as const, 'ask-person' as const, 'start-call' as const, 'end-call' as const),
      pick: mostly<Pick>('running', pick),
    }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('lapse' as const), pick }) },
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('decide' as const),
      pick,
      by: somebody,
      decision: fc.constantFrom('approve' as const, 'decline' as const),
      seen: mostly(true, fc.constant(false)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ step: fc.constant('resume' as const), pick: mostly<Pick | 'next'>('next', pick) }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('revoke' as const), user: anybody }) },
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constant('wait' as const), seconds: fc.constantFrom(1, 30, 61, 121, 901) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constantFrom('tick' as const, 'recover' as const, 'recover' as const, 'message' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ step: fc.constant('wait-for-person' as const) }),
  },
);
export const histories: fc.Arbitrary<readonly Step[]> = fc.array(step, { maxLength: 90, size: 'max' });
