import * as fc from 'fast-check';

/** The people, things and words of the model: few, so that random histories meet. */
export const PEOPLE = ['ana', 'bob', 'cyn'] as const;
export type Person = (typeof PEOPLE)[number];
export const RESOURCES = ['D', 'E'] as const;
export type Resource = (typeof RESOURCES)[number];
export type LaneName = 'room' | 'me';

/** What happens in a room, as far as who may know what is concerned. Numbers choose among what is there. */
export type Action =
  | { readonly type: 'say'; readonly by: Person; readonly lane: LaneName; readonly words: number }
  | {
      readonly type: 'ask';
      readonly by: Person;
      readonly lane: LaneName;
      readonly words: number;
      /** Null: the whole conversation; else a clean turn with these items. */
      readonly quotes: readonly number[] | null;
      readonly reads: readonly Resource[];
      /** The model, told nothing but lies, always wants to act on everything it read. */
      readonly act: 'none' | 'send' | 'write-room';
    }
  | {
      readonly type: 'decide';
      readonly by: Person;
      /** Counts among those asked in turns of this lane: of the person, or of the others when `foreign`. */
      readonly lane: LaneName;
      readonly approval: number;
      readonly foreign: boolean;
      readonly approve: boolean;
      /** The call that was shown is not the one that waits. */
      readonly stale: boolean;
    }
  | { readonly type: 'trust'; readonly by: Person; readonly people: readonly Person[] }
  | { readonly type: 'join'; readonly who: Person }
  | { readonly type: 'leave'; readonly who: Person }
  | { readonly type: 'share'; readonly resource: Resource; readonly who: Person }
  | { readonly type: 'unshare'; readonly resource: Resource; readonly who: Person }
  | { readonly type: 'release'; readonly by: Person; readonly item: number; readonly foreign: boolean }
  | {
      readonly type: 'redact';
      readonly by: Person;
      readonly lane: LaneName;
      /** Counts among what the person said or asked for there, or among the rest when `foreign`. */
      readonly item: number;
      readonly foreign: boolean;
    };

export type History = readonly Action[];

const person = fc.constantFrom(...PEOPLE);
const resource = fc.constantFrom(...RESOURCES);
const lane = fc.constantFrom<LaneName>('room', 'room', 'me');
const words = fc.nat({ max: 5 });
const pick = fc.nat({ max: 9 });

/** True about so often; shrinks to false. */
function chance(of: number): fc.Arbitrary<boolean> {
  return fc.nat({ max: 99 }).map((number) => number >= 100 - of * 100);
}

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('say' as const), by: person, lane, words }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('ask' as const),
      by: person,
      lane: fc.constantFrom<LaneName>('room', 'me'),
      words,
      quotes: fc.option(fc.array(pick, { maxLength: 2 }), { freq: 2 }),
      reads: fc.uniqueArray(resource, { maxLength: 2 }),
      act: fc.constantFrom('none' as const, 'send' as const, 'write-room' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('decide' as const),
      by: person,
      lane,
      approval: fc.nat({ max: 1 }),
      foreign: chance(0.2),
      approve: chance(0.8),
      stale: chance(0.2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('trust' as const),
      by: person,
      people: fc.uniqueArray(person, { maxLength: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('join' as const), who: person }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('leave' as const), who: person }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('share' as const), resource, who: person }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('unshare' as const), resource, who: person }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('release' as const),
      by: person,
      item: fc.nat({ max: 1 }),
      foreign: chance(0.2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('redact' as const),
      by: person,
      lane: fc.constantFrom('room' as const, 'me' as const),
      item: fc.nat({ max: 3 }),
      foreign: chance(0.2),
    }),
  },
);

/** Ana and Bob are in the room at first; Ana can read everything and Cyn one thing. */
export const histories: fc.Arbitrary<History> = fc.array(action, { minLength: 4, maxLength: 24, size: 'max' });
