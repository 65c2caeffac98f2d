import { setTimeout as after } from 'node:timers/promises';
import * as Y from 'yjs';
import { Peer, type Address } from './peer.ts';

/** Whose frames are kept, to be looked at afterwards. */
export type Keep = 'all' | 'first' | 'none';

export interface Joining {
  readonly addresses: readonly Address[];
  readonly keep: Keep;
  /** How many connect at the same time. */
  readonly atOnce: number;
}

export interface Writing {
  /** What one update adds. */
  readonly text: string;
  readonly updates: number;
  readonly everyMs: number;
}

/** Some readers of one document, and whoever writes to it. */
export class Group {
  readonly #peers: Peer[] = [];

  /** Connects readers; resolves when all are in sync, with the milliseconds that it took and the bytes of one. */
  async join({ addresses, keep, atOnce }: Joining): Promise<{ readonly ms: number; readonly bytes: number }> {
    const startedAt = performance.now();
    for (let from = 0; from < addresses.length; from += atOnce) {
      const joining = addresses
        .slice(from, from + atOnce)
        .map((address, index) => new Peer(address, keep === 'all' || (keep === 'first' && from + index === 0)));
      this.#peers.push(...joining);
      await Promise.all(joining.map((peer) => peer.synced));
    }
    return { ms: performance.now() - startedAt, bytes: this.first.bytes };
  }

  /** Resolves, with the time, when the last reader was sent these words. */
  async until(words: string): Promise<number> {
    const mark = Buffer.from(words);
    await Promise.all(this.#peers.map((peer) => new Promise<void>((resolve) => peer.watch(mark, resolve))));
    return performance.now();
  }

  /**
   * One writer adds text at a fixed pace that does not wait for anybody; resolves when the last reader has
   * the last update, with the number of frames that one reader was sent.
   */
  async write(address: Address, writing: Writing, mark: string): Promise<{ readonly frames: number }> {
    const writer = new Peer(address, false);
    await writer.synced;
    const { doc, updates } = compose(writing, mark);
    const before = this.first.frames;
    const arrived = this.until(mark);
    const startedAt = performance.now();
    for (const [index, update] of updates.entries()) {
      const wait = startedAt + index * writing.everyMs - performance.now();
      if (wait > 0) await after(wait);
      writer.sendUpdate(update);
    }
    await arrived;
    const frames = this.first.frames - before;
    this.#mustHave(doc);
    await writer.close();
    return { frames };
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.close()));
  }

  /** The reader that stands for the others. */
  get first(): Peer {
    const [first] = this.#peers;
    if (first === undefined) throw new Error('a group has readers');
    return first;
  }

  /** A figure of a server that lost something says nothing. */
  #mustHave(written: Y.Doc): void {
    const clock = clockOf(written, written.clientID);
    for (const peer of this.#peers) {
      if (clockOf(peer.document(), written.clientID) !== clock)
        throw new Error('a reader lacks part of what was written');
    }
  }
}

/** The updates of one writer, made beforehand; the last one holds the mark. */
function compose({ text, updates: count }: Writing, mark: string): { doc: Y.Doc; updates: Uint8Array[] } {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const notes = doc.getText('notes');
  for (let index = 1; index < count; index++) notes.insert(notes.length, text);
  notes.insert(notes.length, mark);
  return { doc, updates };
}

function clockOf(doc: Y.Doc, client: number): number {
  return Y.decodeStateVector(Y.encodeStateVector(doc)).get(client) ?? 0;
}
