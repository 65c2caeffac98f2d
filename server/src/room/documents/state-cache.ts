import { step2Message, updateMessage } from './doc-message.ts';

/** Parts of a first sync are at most this large, so that a slow line hears something in time. */
export const PART_BYTES = 256 * 1024;
/** Beyond either, the next first sync encodes the document anew. */
const TAIL_UPDATES = 64;
const TAIL_BYTES = 64 * 1024;
/** The step 2 with nothing in it that ends a sync in several messages. */
const DONE = step2Message(new Uint8Array([0, 0]));

/**
 * What somebody with nothing is sent: the document encoded once, and the updates since. A hundred
 * people who join together cost one encoding and share the same bytes.
 */
export class StateCache {
  readonly #encode: () => readonly Uint8Array[];
  #base: readonly Uint8Array[] | null = null;
  /** The base as update messages: the same bytes for everybody. */
  #baseMessages: readonly Uint8Array[] = [];
  #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #messages: readonly Uint8Array[] | null = null;

  /** `encode` gives the document in parts of about `PART_BYTES`. */
  constructor(encode: () => readonly Uint8Array[]) {
    this.#encode = encode;
  }

  /** The document has changed by this update. */
  changed(update: Uint8Array): void {
    this.#messages = null;
    if (this.#base === null) return;
    this.#tail.push(updateMessage(update));
    this.#tailBytes += update.length;
    if (this.#tail.length > TAIL_UPDATES || this.#tailBytes > TAIL_BYTES) this.forget();
  }

  /** Sync messages for an empty state vector; the last one is a step 2. */
  messages(): readonly Uint8Array[] {
    this.#messages ??= this.#build();
    return this.#messages;
  }

  /** The next first sync encodes the document anew; nothing older is sent any more. */
  forget(): void {
    this.#messages = null;
    this.#base = null;
    this.#baseMessages = [];
    this.#tail = [];
    this.#tailBytes = 0;
  }

  #build(): readonly Uint8Array[] {
    this.#base ??= this.#encode();
    const [only, ...more] = this.#base;
    if (only !== undefined && more.length === 0 && this.#tail.length === 0) return [step2Message(only)];
    if (this.#baseMessages.length === 0) this.#baseMessages = this.#base.map(updateMessage);
    return [...this.#baseMessages, ...this.#tail, DONE];
  }
}
