import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { DocChannels } from './doc-channels.ts';
import { joinWords, lostWords, wordsOf } from './lost-words.ts';
import { SyncedDoc } from './synced-doc.ts';

export interface WorkspaceOptions {
  readonly channels: DocChannels;
  readonly online: () => boolean;
  /** A document synced on this connection. */
  readonly settled: () => void;
  /** `doc`, `saved` or `lostWords` has another value. */
  readonly changed: () => void;
}

/**
 * The shared workspace and whether the server has it all on disk. Yjs cannot un-apply a change that the
 * server refused, so then the server's copy is loaded into a fresh document, and what only the old one
 * had is offered back as words.
 */
export class Workspace {
  readonly #options: WorkspaceOptions;
  readonly #synced: SyncedDoc;
  #watched: Y.Doc;
  /** A local change is not known to be on disk. */
  #unsaved = false;
  /** What the server said when it opened the document last. */
  #writable = true;
  /** Texts of a refused copy, until the server's copy is there to be compared with. */
  #refused: readonly string[] | null = null;
  #lostWords: string | null = null;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.#synced = new SyncedDoc(
      { name: 'workspace', channels: options.channels, presence: true, online: options.online },
      {
        synced: () => this.#onSynced(),
        renewing: (old) => (this.#refused = wordsOf(old)),
        renewed: () => this.#onRenewed(),
      },
    );
    this.#watched = this.#watch();
  }

  get synced(): SyncedDoc {
    return this.#synced;
  }

  get doc(): Y.Doc {
    return this.#synced.doc;
  }

  get awareness(): Awareness {
    return this.#synced.awareness;
  }

  get saved(): boolean {
    return !this.#unsaved;
  }

  get lostWords(): string | null {
    return this.#lostWords;
  }

  forgetLostWords(): void {
    this.#lostWords = null;
    this.#options.changed();
  }

  opened(writable: boolean): void {
    this.#writable = writable;
  }

  /** The server counted more of our frames as saved. */
  savedMore(): void {
    if (!this.#unsaved || !this.#synced.channel?.saved) return;
    this.#unsaved = false;
    this.#options.changed();
  }

  destroy(): void {
    this.#synced.destroy();
  }

  #watch(): Y.Doc {
    const { doc } = this.#synced;
    doc.on('update', (_update, origin) => {
      if (origin === this.#synced.remoteOrigin || this.#unsaved) return;
      this.#unsaved = true;
      this.#options.changed();
    });
    return doc;
  }

  #onSynced(): void {
    this.#options.settled();
    // Without the right to write the server never asks for what was typed while away.
    if (!this.#writable && this.#unsaved) return this.#synced.refuse();
    if (this.#refused) this.#offerBack(this.#refused);
  }

  #offerBack(refused: readonly string[]): void {
    this.#lostWords = joinWords([this.#lostWords, lostWords(refused, wordsOf(this.doc))]);
    this.#refused = null;
    this.#options.changed();
  }

  #onRenewed(): void {
    this.#unsaved = false;
    if (this.#watched !== this.doc) this.#watched = this.#watch();
    this.#options.changed();
  }
}
