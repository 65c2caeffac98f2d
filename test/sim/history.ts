import type { RoomRole } from '@parley/shared/roles';
import * as fc from 'fast-check';

export const PEOPLE = { ana: 2, bob: 1, cyd: 1 } as const;
export type Name = keyof typeof PEOPLE;

/** One thing that happens. It means something whatever happened before, so that a history can be shrunk. */
export type Step =
  | { readonly do: 'ask' | 'say'; readonly device: number; readonly audience: 'room' | 'me' }
  | { readonly do: 'note'; readonly device: number }
  /** `pick`: the n-th of all tickets, counted from the newest; on a device of its author, or on the named one. */
  | {
      readonly do: 'hold' | 'unhold' | 'edit' | 'withdraw' | 'stop';
      readonly by: 'author' | 'anybody';
      readonly device: number;
      readonly pick: number;
    }
  /** `pick`: the n-th of all approvals that wait, counted from the newest. */
  | {
      readonly do: 'decide';
      readonly by: 'author' | 'anybody';
      readonly device: number;
      readonly pick: number;
      readonly decision: 'approve' | 'decline';
    }
  | { readonly do: 'remove'; readonly who: Name }
  | { readonly do: 'set'; readonly who: Name; readonly role: RoomRole }
  | { readonly do: 'drop' | 'offline' | 'online' | 'slow' | 'reload'; readonly device: number }
  | { readonly do: 'deliver'; readonly device: number; readonly up: number; readonly down: number }
  | { readonly do: 'cut' | 'resume'; readonly who: Name }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'crash' | 'takeover' }
  /** The power goes right after a tool was called, if one is soon. */
  | { readonly do: 'crash in a call' };

const DEVICES = Object.values(PEOPLE).reduce((sum, count) => sum + count, 0);
const device = fc.nat(DEVICES - 1);
const anybody = fc.constantFrom<Name>('ana', 'bob', 'cyd');
/** The owner stays, so that somebody can let the others in again. */
const other = fc.constantFrom<Name>('bob', 'cyd');

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 18,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      device,
      audience: fc.constantFrom<'room' | 'me'>('room', 'room', 'room', 'me'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      device,
      audience: fc.constantFrom<'room' | 'me'>('room', 'me'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('note' as const), device }) },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constantFrom<'hold' | 'unhold' | 'edit' | 'withdraw' | 'stop'>(
        'hold',
        'unhold',
        'edit',
        'withdraw',
        'stop',
        'stop',
      ),
      by: fc.constantFrom('author' as const, 'author' as const, 'author' as const, 'anybody' as const),
      device,
      pick: fc.nat(4),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      by: fc.constantFrom('author' as const, 'author' as const, 'author' as const, 'anybody' as const),
      device,
      pick: fc.nat(2),
      decision: fc.constantFrom('approve' as const, 'approve' as const, 'decline' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), who: other }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      who: other,
      role: fc.constantFrom<RoomRole>('speaker', 'moderator', 'reader', 'speaker'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom<'drop' | 'offline' | 'online' | 'slow' | 'reload'>(
        'drop',
        'offline',
        'online',
        'slow',
        'reload',
      ),
      device,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver' as const), device, up: fc.nat(4), down: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom<'cut' | 'resume'>('cut', 'resume'), who: anybody }) },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 2, 3, 5, 20, 60, 150) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(700, 3_000, 25_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom<'crash' | 'takeover'>('crash', 'crash', 'takeover') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash in a call' as const) }) },
);

/** A seed for everything that is drawn on the way, and what happens. */
export interface History {
  readonly seed: number;
  readonly steps: readonly Step[];
}

export function histories(most: number): fc.Arbitrary<History> {
  return fc.record({ seed: fc.nat(1_000_000), steps: fc.array(step, { minLength: 10, maxLength: most, size: 'max' }) });
}
