import * as fc from 'fast-check';

export const PEOPLE = ['ana', 'bob', 'cyd'] as const;
type Person = (typeof PEOPLE)[number];
/** Reads no resource but what everybody reads; everything that reaches him is looked at. */
export const OBSERVER = 'bob';

const SAID = [
  ...(['words', 'none', 'find', 'find', 'send', 'note', 'read', 'type'] as const),
  ...(['held', 'waits', 'answers', 'release'] as const),
] as const;
const SECRET: ReadonlySet<ToldStep['say']> = new Set(['held', 'waits', 'answers', 'release']);

export interface ToldStep {
  readonly who: Person;
  readonly lane: 'room' | 'me';
  /**
   * `release`: Ana puts what she alone may read of her lane onto a shelf of the room. `waits`: a private turn that is asked
   * about a call, and not answered before everything else was said. `answers`: what such turns ask is decided now. `type`:
   * somebody writes into the notes of the room, with their own hands.
   */
  readonly say: (typeof SAID)[number];
  /** Whether a call that has to be approved is. */
  readonly approves: boolean;
}

export const toldHistory: fc.Arbitrary<readonly ToldStep[]> = fc.array(
  fc.record({
    who: fc.constantFrom(...PEOPLE),
    lane: fc.constantFrom('room' as const, 'room' as const, 'me' as const),
    say: fc.constantFrom(...SAID),
    approves: fc.boolean(),
  }),
  { minLength: 3, maxLength: 10 },
);

/** What only others than the observer may read: as the history says, in other words, or never said and done at all. */
export type Secrets = 'as told' | 'other words' | 'none';

export function isSecret({ lane, who, say }: ToldStep): boolean {
  return who !== OBSERVER && say !== 'type' && (lane === 'me' || SECRET.has(say));
}

/** Of a private lane all is approved but what carries its words out of it: that is its owner's to give away. */
export function approvesOf(step: ToldStep): boolean {
  return step.approves && !(isSecret(step) && step.say === 'note');
}

/** Where it is said: only private turns of others are held, wait or are answered later, and what is released was private. */
export function laneOf(step: ToldStep): 'room' | 'me' {
  return isSecret(step) ? 'me' : step.lane;
}
