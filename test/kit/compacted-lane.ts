import { digestInstruction } from '@parley/server/core/compaction/digest-instruction';
import { digestPlan, PREPARE_SHARE, SWAP_SHARE } from '@parley/server/core/compaction/digest-plan';
import type { Generation } from '@parley/server/core/compaction/generation';
import type { Compacted } from '@parley/server/core/compaction/head';
import type { PinnedRow } from '@parley/server/core/compaction/pinned-row';
import { buildContext, type Context, type ContextInput, type ContextItem } from '@parley/server/core/context/context';
import { conversationBudget } from '@parley/server/core/context/context-layout';
import { boundaryOf, envelopes } from '@parley/server/core/context/envelope';

/** What a summary says, given the entries that it has to name. */
type Writes = (cite: readonly string[], mostTokens: number) => string;

export interface LaneOptions extends Pick<ContextInput, 'salts' | 'hash' | 'budget'> {
  readonly pasts?: ContextInput['pasts'];
  readonly words?: ContextInput['words'];
  /** Empty: nothing is recalled. */
  readonly recalled?: ContextInput['recalled'];
  readonly rows: readonly PinnedRow[];
  readonly writes: Writes;
  readonly count: (text: string) => number;
}

/** The room's lane as its runner keeps it short, without a room: turn after turn, a digest prepared and swapped when it is time. */
export class CompactedLane {
  /** How many digests took their place. */
  swaps = 0;
  /** Each request for a digest, with what the turn before it was sent. */
  readonly asked: { readonly request: Context; readonly parent: Context }[] = [];
  readonly #options: LaneOptions;
  #current: Generation | null = null;
  #prepared: Generation | null = null;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** What stands for the older part. */
  get compacted(): Compacted {
    return this.#with(this.#current);
  }

  /** What a turn would be sent now. */
  ask(room: readonly ContextItem[], prompt: ContextInput['prompt']): Context {
    return this.#build(room, prompt);
  }

  /** A turn: these entries, then its prompt. */
  turn(room: readonly ContextItem[], prompt: ContextInput['prompt']): Context {
    const context = this.#build(room, prompt);
    if (context.load < SWAP_SHARE || this.#prepared === null) return context;
    this.#current = this.#prepared;
    this.#prepared = null;
    this.swaps += 1;
    return this.#build(room, prompt);
  }

  /** What the next turn would be sent, and nothing changes. */
  foresee(room: readonly ContextItem[], prompt: ContextInput['prompt']): Context {
    const context = this.#build(room, prompt);
    if (context.load < SWAP_SHARE || this.#prepared === null) return context;
    return this.#build(room, prompt, { compacted: this.#with(this.#prepared) });
  }

  /** The turn was answered; these are all entries with its answer, `parent` is what it was sent. */
  answered(items: readonly ContextItem[], parent: Context): void {
    if (parent.load < PREPARE_SHARE || this.#prepared !== null) return;
    const { budget, salts, hash, writes, count } = this.#options;
    const share = { isPrivate: false, budget: conversationBudget(budget, false) };
    const plan = digestPlan({ items, current: this.#current, lastNumber: this.swaps, ...share });
    if (plan === null) return;
    const instruction = digestInstruction(plan, false, envelopes(boundaryOf(salts.room, hash)));
    const nobody = { seq: items.length + 1, author: AI, text: '', tokens: 0 };
    this.asked.push({ request: this.#build(items, nobody, { instruction }), parent });
    const text = writes(plan.cite, plan.mostTokens);
    const { generation: number, from, to, kept } = plan;
    const made = { number, from, to, kept, text, tokens: count(text), at: 0, since: number };
    this.#prepared = { ...made, shelvesFrom: this.#current?.to ?? 0, influence: ['zoe'] };
  }

  #with(generation: Generation | null): Compacted {
    const { rows } = this.#options;
    const [head, since] = generation === null ? [[], rows] : [rows, []];
    return { generation, pins: { head, since, gone: [] } };
  }

  #build(
    room: readonly ContextItem[],
    prompt: ContextInput['prompt'],
    {
      instruction,
      compacted = this.compacted,
    }: { instruction?: ContextInput['instruction']; compacted?: Compacted } = {},
  ): Context {
    const { budget, salts, hash, pasts, words, recalled } = this.#options;
    return buildContext({
      ...{ salts, hash, budget, room, prompt, own: null, quotes: null },
      compacted: { room: compacted, own: compacted },
      ...(pasts === undefined ? {} : { pasts }),
      ...(words === undefined ? {} : { words }),
      ...(recalled === undefined ? {} : { recalled }),
      ...(instruction === undefined ? {} : { instruction }),
    });
  }
}

const AI = { id: 'ai', name: 'AI', kind: 'ai' } as const;
