import * as fc from 'fast-check';

/** The people, things and words of the model: few, so that random histories meet. */
export const PEOPLE = ['ana', 'bob', 'cyn'] as const;
export type Person = (typeof PEOPLE)[number];
export const RESOURCES = ['D', 'E'] as const;
export type Resource = (typeof RESOURCES)[number];
export type LaneName = 'room' | 'me';

/** What a model wants to do: nothing, send a mail, or write into the notes of the room. */
export type Act = 'none' | 'send' | 'write-notes';

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
      readonly readsNotes: boolean;
      /** The model, told nothing but lies, always wants to act on everything it read. */
      readonly act: Act;
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
    }
  | {
      readonly type: 'stop';
      readonly by: Person;
      /** The first turn that waits for a word there: of the person, or of others when `foreign`. */
      readonly lane: LaneName;
      readonly foreign: boolean;
    }
  /** So long that whoever waits gives the floor back, or that nobody may answer any more. */
  | { readonly type: 'wait'; readonly until: 'floor' | 'expiry' }
  /** Who is in the room and may not ask only reads. */
  | { readonly type: 'right'; readonly who: Person; readonly asks: boolean }
  /** The tool that sends mail is in the room, or is not. */
  | { readonly type: 'mail'; readonly there: boolean }
  /** Whether the notes may be edited by people who only speak. */
  | { readonly type: 'notes'; readonly open: boolean }
  | { readonly type: 'write'; readonly by: Person; readonly words: number };

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

const asking = fc.record({
  type: fc.constant('ask' as const),
  by: person,
  lane: fc.constantFrom<LaneName>('room', 'me'),
  words,
  quotes: fc.option(fc.array(pick, { maxLength: 2 }), { freq: 2 }),
  reads: fc.uniqueArray(resource, { maxLength: 2 }),
  readsNotes: chance(0.3),
  act: fc.constantFrom<Act>('none', 'send', 'write-notes'),
});

const deciding = fc.record({
  type: fc.constant('decide' as const),
  by: person,
  lane,
  approval: fc.nat({ max: 1 }),
  foreign: chance(0.2),
  approve: chance(0.8),
  stale: chance(0.2),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('say' as const), by: person, lane, words }) },
  { weight: 8, arbitrary: asking },
  { weight: 3, arbitrary: deciding },
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
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('stop' as const), by: person, lane, foreign: chance(0.2) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('wait' as const),
      until: fc.constantFrom('floor' as const, 'floor' as const, 'expiry' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('right' as const), who: person, asks: chance(0.6) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('mail' as const), there: chance(0.6) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('notes' as const), open: chance(0.6) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('write' as const), by: person, words }) },
);

type Ask = Extract<Action, { type: 'ask' }>;

/** What comes between the question and the word of the person who is asked: for and against them, or past them. */
function meanwhile({ by, lane, words }: Ask): fc.Arbitrary<readonly Action[]> {
  const other = PEOPLE.find((one) => one !== by) ?? by;
  const ask = { type: 'ask', lane, words, quotes: null, reads: [], readsNotes: false } as const;
  const own = { type: 'redact', by, lane, item: 0, foreign: false } as const;
  return fc.constantFrom<readonly Action[]>(
    [{ type: 'leave', who: by }],
    [
      { type: 'leave', who: by },
      { type: 'join', who: by },
    ],
    [
      { type: 'right', who: by, asks: false },
      { type: 'right', who: by, asks: true },
    ],
    [{ type: 'mail', there: false }],
    [{ type: 'notes', open: false }],
    [{ type: 'unshare', resource: 'D', who: by }],
    [
      { type: 'unshare', resource: 'E', who: by },
      { type: 'share', resource: 'E', who: by },
    ],
    [{ type: 'wait', until: 'floor' }],
    [{ type: 'wait', until: 'expiry' }],
    [
      { ...ask, by: other, act: 'none' },
      { type: 'wait', until: 'floor' },
    ],
    [
      { ...ask, by: other, act: 'send' },
      { type: 'wait', until: 'floor' },
    ],
    [own],
    [
      { ...own, by: other },
      { type: 'say', by: other, lane, words },
    ],
  );
}

/** Somebody asks the AI to act, things happen, and they, or somebody else, say yes or no. */
const scene: fc.Arbitrary<readonly Action[]> = asking
  .map((ask): Ask => ({ ...ask, act: ask.act === 'none' ? 'send' : ask.act }))
  .chain((ask) =>
    fc
      .tuple(fc.array(meanwhile(ask), { maxLength: 2 }), fc.array(deciding, { minLength: 1, maxLength: 2 }))
      .map(([between, words]) => [
        ask,
        ...between.flat(),
        ...words.map((one) => ({ ...one, by: one.foreign ? one.by : ask.by, lane: ask.lane })),
      ]),
  );

/** While somebody is away the others read and talk of what that person may not read; then they are back. */
const away: fc.Arbitrary<readonly Action[]> = fc
  .tuple(person, resource, fc.array(asking, { minLength: 1, maxLength: 3 }))
  .map(([who, shared, asks]): readonly Action[] => {
    const others = PEOPLE.filter((one) => one !== who);
    const here = others.flatMap((one): Action[] => [{ type: 'share', resource: shared, who: one }]);
    const [first, ...rest] = asks.map((ask, index): Ask => ({ ...ask, by: others[index % 2] ?? who, lane: 'room' }));
    const reads = first === undefined ? [] : [{ ...first, reads: [shared] }, ...rest];
    return [{ type: 'leave', who }, ...here, ...reads, { type: 'join', who }];
  });

/** Somebody has words of another written down, and then acts on nothing but the notes. */
const detour: fc.Arbitrary<readonly Action[]> = fc
  .tuple(person, person, fc.constantFrom<Act>('send', 'write-notes'))
  .map(([teller, by, act]): readonly Action[] => {
    const ask = { type: 'ask', by, words: 1, reads: [] } as const;
    return [
      { type: 'say', by: teller, lane: 'room', words: 2 },
      { ...ask, lane: 'room', quotes: null, readsNotes: false, act: 'write-notes' },
      { type: 'decide', by, lane: 'room', approval: 0, foreign: false, approve: true, stale: false },
      { ...ask, lane: 'me', quotes: [], readsNotes: true, act },
    ];
  });

/** Ana and Bob are in the room at first; Ana can read everything and Cyn one thing. */
export const histories: fc.Arbitrary<History> = fc
  .array(
    fc.oneof(
      { weight: 10, arbitrary: action.map((one) => [one]) },
      { weight: 2, arbitrary: scene },
      { weight: 1, arbitrary: away },
      { weight: 1, arbitrary: detour },
    ),
    {
      minLength: 4,
      maxLength: 24,
      size: 'max',
    },
  )
  .map((parts) => parts.flat());
