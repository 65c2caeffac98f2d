import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { EdgeMessage, OwnerMessage } from '../../../ports/bus.ts';

/** About a room: I have people of it; I have none any more; I run it; I do not. */
interface Notice {
  readonly kind: 'join' | 'leave' | 'own' | 'disown';
  readonly room: string;
}
/** Something between us was lost: nothing of what we had to do with each other holds any more. */
interface Lost {
  readonly kind: 'lost';
}

/** What a node says to another. A frame holds those that there were for it at one time, often one; none to say that it is there. */
export type Letter =
  | Notice
  | Lost
  /** A message of the bus as {@link pack} has it, to the room's owner or from it. */
  | { readonly kind: 'up' | 'down'; readonly room: string; readonly packed: Uint8Array };

/** A letter as it arrives. */
export type ReadLetter =
  | Notice
  | Lost
  | { readonly kind: 'up'; readonly room: string; readonly message: EdgeMessage }
  | { readonly kind: 'down'; readonly room: string; readonly message: OwnerMessage };

const KINDS = ['join', 'leave', 'own', 'disown', 'up', 'down', 'lost'] as const;

export function writeLetters(letters: readonly Letter[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, letters.length);
  for (const letter of letters) {
    encoding.writeVarUint(encoder, KINDS.indexOf(letter.kind));
    if (letter.kind !== 'lost') encoding.writeVarString(encoder, letter.room);
    if ('packed' in letter) encoding.writeVarUint8Array(encoder, letter.packed);
  }
  return encoding.toUint8Array(encoder);
}

/** Throws on bytes that {@link writeLetters} did not write. */
export function readLetters(bytes: Uint8Array): ReadLetter[] {
  const decoder = decoding.createDecoder(bytes);
  const letters: ReadLetter[] = [];
  for (let left = decoding.readVarUint(decoder); left > 0; left -= 1) letters.push(readLetter(decoder));
  return letters;
}

function readLetter(decoder: decoding.Decoder): ReadLetter {
  const kind = KINDS[decoding.readVarUint(decoder)];
  if (kind === undefined) throw new Error('a letter of no kind');
  if (kind === 'lost') return { kind };
  const room = decoding.readVarString(decoder);
  // A node packed it, so it is what its kind says; people's words were looked at when they came.
  if (kind === 'up') return { kind, room, message: unpack(decoder) as EdgeMessage };
  if (kind === 'down') return { kind, room, message: unpack(decoder) as OwnerMessage };
  return { kind, room };
}

/** A message is plain data with bytes in it; packed once, however many nodes it goes to. */
export function pack(message: EdgeMessage | OwnerMessage): Uint8Array {
  const encoder = encoding.createEncoder();
  // The library's type has no place for what is readonly.
  encoding.writeAny(encoder, message as unknown as encoding.AnyEncodable);
  return encoding.toUint8Array(encoder);
}

function unpack(decoder: decoding.Decoder): unknown {
  return decoding.readAny(decoding.createDecoder(decoding.readVarUint8Array(decoder)));
}
