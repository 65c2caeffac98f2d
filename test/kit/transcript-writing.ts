import type { TranscriptWriter } from '@parley/server/room/documents/transcript-doc';
import type { DocName } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import { EntryId } from '@parley/shared/ids';
import { docPeer, type DocWorld } from './doc-world.ts';
import { StockPeer } from './stock-peer.ts';

export const ANA = { id: 'ana', name: 'Ana', kind: 'user' } as const;

export function entry(seq: number, text = `entry ${seq}`): Entry {
  return { id: EntryId.parse(`e_${seq}`), seq, kind: 'message', author: ANA, text, at: seq };
}

/** Writes to the room's transcript as the room does: show, store, tell. */
export async function write(world: DocWorld, change: (writer: TranscriptWriter) => void): Promise<void> {
  const transcript = await world.documents.transcript('transcript');
  const update = transcript.change(change);
  if (update === null) return;
  world.pipeline.commit(
    { updates: [{ doc: 'transcript', update }] },
    ...world.documents.announce('transcript', update),
  );
}

/** Stock peers of transcripts, and an end to all of them. */
export class Readers {
  readonly #made: StockPeer[] = [];

  async stock(world: DocWorld, user: string, doc: DocName = 'transcript'): Promise<StockPeer> {
    const peer = new StockPeer(world, docPeer(user), doc);
    this.#made.push(peer);
    await peer.connect();
    return peer;
  }

  leave(): void {
    for (const peer of this.#made.splice(0)) peer.destroy();
  }
}
