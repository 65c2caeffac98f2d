import { ClientKey } from '@parley/shared/ids';
import { setTimeout as after } from 'node:timers/promises';
import * as Y from 'yjs';
import { Peer, type Address } from './peer.ts';
import { RoomPerson } from './room-person.ts';

/** A hundred words' worth of a conversation: about the length of a short answer. */
const WORDS = 'We said we would ship it on Friday, and then somebody asked who tells the customer about it. '.repeat(3);
/** Entries in one update; 256 KiB is the most that one may have. */
const ENTRIES_A_PART = 400;
/** Messages that one person has under way. */
const UNDER_WAY = 20;

/** Writes a document of so many entries, shaped like a transcript, and stays until the server has it. */
export async function writeEntries(address: Address, count: number): Promise<void> {
  const writer = new Peer(address, false);
  await writer.synced;
  const doc = new Y.Doc();
  doc.on('update', (update: Uint8Array) => writer.sendUpdate(update));
  const entries = doc.getArray('entries');
  for (let from = 0; from < count; from += ENTRIES_A_PART) {
    const part = Array.from({ length: Math.min(ENTRIES_A_PART, count - from) }, (_, index) => entry(from + index));
    entries.push(part);
    // A stream of large updates without a breath would be closed for its rate.
    await after(20);
  }
  const reader = await readerOf(address, count);
  await reader.close();
  await writer.close();
}

/** A new reader's copy, once the server has everything. */
async function readerOf(address: Address, count: number): Promise<Peer> {
  for (;;) {
    const reader = new Peer(address, true);
    await reader.synced;
    if (reader.document().getArray('entries').length === count) return reader;
    await reader.close();
  }
}

function entry(index: number) {
  const author = { id: `person-${index % 100}`, name: `Person ${index % 100}`, kind: 'user' };
  return {
    id: `e_${index}`,
    seq: index + 1,
    kind: 'message',
    author,
    text: `${index} ${WORDS}`,
    at: 1_700_000_000_000 + index,
  };
}

/** Posts so many messages to a room as several people at once. */
export async function postMessages(room: string, tokens: readonly string[], count: number): Promise<void> {
  const share = Math.ceil(count / tokens.length);
  await Promise.all(tokens.map((token, index) => postShare(new RoomPerson(room, token), `p${index}`, share)));
}

async function postShare(person: RoomPerson, name: string, count: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const id = ClientKey.parse(`${name}-${next++}`);
      await person.command({ type: 'message.post', id, text: `${id} ${WORDS}`, audience: 'room', offRecord: false });
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, lane));
  person.close();
}
