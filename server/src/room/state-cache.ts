import { syncMessages, updateMessage } from './doc-message.ts';
import { splitUpdate } from './split-update.ts';

/** Parts of a first sync are at most this large, so that a slow line hears something in time. */
export const PART_BYTES = 256 * 1024;
/** Beyond either, the next first sync encodes the document anew. */
const TAIL_UPDATES = 64;
const TAIL_BYTES = 64 * 1024;
/** An update that changes nothing: no structs, nothing deleted. */
const NOTHING = new Uint8Array([0, 0]);

/**
 * What somebody with nothing is sent: the document encoded once, and the updates since. A hundred
 * people who join together cost one encoding and share the same bytes.
 */
export class StateCache {
  readonly #encode: () => Uint8Array;
  #base: readonly Uint8Array[] | null = null;
  #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #messages: readonly Uint8Array[] | null = null;

  constructor(encode: () => Uint8Array) {
    this.#encode = encode;
  }

  /** The document has changed by this update. */
  changed(update: Uint8Array): void {
    this.#messages = null;
    if (this.#base === null) return;
    this.#tail.push(update);
    this.#tailBytes += update.length;
    if (this.#tail.length > TAIL_UPDATES || this.#tailBytes > TAIL_BYTES) this.#base = null;
  }

  /** Sync messages for an empty state vector; the last one is a step 2. */
  messages(): readonly Uint8Array[] {
    this.#messages ??= this.#build();
    return this.#messages;
  }

  #build(): readonly Uint8Array[] {
    if (this.#base === null) {
      this.#base = splitUpdate(this.#encode(), PART_BYTES);
      this.#tail = [];
      this.#tailBytes = 0;
    }
    if (this.#tail.length === 0) return syncMessages(this.#base);
    return [...this.#base.map(updateMessage), ...syncMessages([...this.#tail, NOTHING])];
  }
}
