/** A prompt that the server said it has. */
export interface PromptAck {
  readonly author: string;
  /** The client's id. */
  readonly key: string;
  readonly lane: string;
  /** As the answer said; null where a client only showed that it was accepted. */
  readonly ticket: { readonly turn: string; readonly seq: number } | null;
  /** How many acknowledgements were on record when it was first sent: whatever they say came before it. */
  readonly sentAfter: number;
}

/** What was promised, kept by the process that nobody kills: written before anything else is done with an answer. */
export class PromiseRecord {
  readonly prompts: PromptAck[] = [];
  /** Words that the shared notes were said to hold on disk. */
  readonly edits: string[] = [];
  readonly #listeners = new Set<() => void>();

  prompt(ack: PromptAck): void {
    this.prompts.push(ack);
    this.#tell();
  }

  edit(word: string): void {
    this.edits.push(word);
    this.#tell();
  }

  /** Calls the listener at each promise; the result unsubscribes. */
  onPromise(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
