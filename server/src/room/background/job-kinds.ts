import type { JobKind } from '@parley/shared/background';
import type { EntryId } from '@parley/shared/ids';
import type { BackgroundSettled } from '../../core/budget/attempt-settled.ts';
import type { ModelRequest } from '../../ports/model.ts';
import type { Desk } from '../desk.ts';

/** What a model is to be asked, and of which entries it tells. */
export interface Question {
  readonly kind: 'question';
  readonly request: Pick<ModelRequest, 'messages' | 'maxOutputTokens' | 'cacheKey'>;
  readonly sources: readonly EntryId[];
  /** See {@link Answer.basis}. */
  readonly basis?: string;
}

/** It is not the moment: in so many milliseconds it may be. */
export interface NotYet {
  readonly kind: 'not-yet';
  readonly ms: number;
}

/** What it said, in its own words: whoever takes it in makes it harmless (R13). */
export interface Answer {
  readonly text: string;
  /** `stop` where it came to its end. */
  readonly reason: string;
  readonly sources: readonly EntryId[];
  /** A keyed hash of the question, where its kind gave one; a question that hashes to another is another one. */
  readonly basis: string | undefined;
  readonly operation: string;
}

type Asks = Question | NotYet | null;

/** `stale`: something that the question told of is not there any more, and it has to be asked anew. */
export type Taken = 'taken' | 'stale' | 'unusable';

/**
 * One kind of background work that asks a model. The lane does the rest: when, the intent before the call, the
 * budget, attempts and dead letters. Both functions run inside the room's mailbox, and may use only what everybody in
 * the room may read: the room lane's own entries, none from a shelf or a private lane, none off the record.
 */
export interface AskingKind {
  /** Null: it is not wanted any more. */
  readonly ask: (desk: Desk) => Asks | Promise<Asks>;
  /** Writes what comes of it together with `settled`, which says what it cost; whatever comes of it, that is written. */
  readonly take: (desk: Desk, answer: Answer, settled: BackgroundSettled) => Taken | Promise<Taken>;
}

/** The kinds that there are; one that is missing here waits for a program that knows it. */
export type AskingKinds = Readonly<Partial<Record<JobKind, AskingKind>>>;
