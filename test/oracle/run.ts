import type { LaneName, Person, Resource } from './history.ts';
import type { Approval, Effect, Item } from './rules.ts';

/** What differs between two worlds: the words behind the numbers of a history. */
export interface Secrets {
  readonly content: (resource: Resource) => string;
  readonly words: (by: Person, lane: LaneName | 'notes', words: number) => string;
  /** What the AI says that was told all this; `what`: `call` and the prompt's words where it is for a tool. */
  readonly says: (what: string, told: readonly string[]) => string;
  /** Whether a person takes answers out of their private lane; noninterference is up to what they show on purpose. */
  readonly releases: (by: Person) => boolean;
  /** Whether people approve calls that would also show something to others. */
  readonly approvesReleases: boolean;
  /** Who may read D at first. */
  readonly readersOfD: readonly Person[];
  /** Whether traces are looked for, which takes as long as all the rest. */
  readonly tracing: boolean;
}

export interface Call {
  readonly subject: Person;
  readonly speaker: Person;
  readonly effect: Effect;
  readonly body: string;
  readonly approvedBy: Person | null;
  /** Which approval, where there was one. */
  readonly approved: number | null;
  /** What spoke against it when it was made, whatever the rules say. */
  readonly against: readonly string[];
}

/** Everything that a person, a provider or a tool got to see. */
export interface Run {
  /** For each person, each view that differed from the one before. */
  readonly seen: Readonly<Record<Person, readonly string[]>>;
  /** Requests to the provider for turns whose audience a person belongs to. */
  readonly requests: Readonly<Record<Person, readonly string[]>>;
  readonly calls: readonly Call[];
  readonly items: readonly Item[];
  /** The notes, line by line. */
  readonly notes: readonly string[];
  readonly prompts: readonly string[];
  /** Views of people who were not in the room. */
  readonly afterLeaving: number;
  /** Views that told more than if the things their person may not read had never been, where they are looked for. */
  readonly traces: number;
  readonly redacted: readonly Redaction[];
  /** What waits for somebody's word at the end. */
  readonly waiting: readonly Approval[];
  /** Moments at which somebody waited behind a turn that had waited too long itself. */
  readonly stuck: number;
  readonly members: ReadonlySet<Person>;
  /** Whether the last action was carried out, and what it named. */
  readonly done: boolean;
  readonly named: readonly Item[];
  readonly pressed: Approval | null;
}

/** What was taken away, by whom, and the number of requests before that. */
export interface Redaction {
  readonly gone: Item;
  readonly by: Person;
  readonly prompts: number;
}
