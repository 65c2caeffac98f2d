import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Struct } from './decoded-update.ts';

type Deletes = ReadonlyMap<number, readonly { readonly clock: number; readonly len: number }[]>;

interface Section {
  readonly client: number;
  readonly clock: number;
  readonly structs: Uint8Array[];
}

/**
 * Writes one V1 update struct by struct. A struct's bytes in V1 do not depend on those before it, which
 * is what makes it possible to write an update in pieces.
 */
export class UpdateWriter {
  readonly #sections = new Map<number, Section>();
  #bytes = 0;

  /** Bytes of structs so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Structs of one client come in the order of their clocks and without a hole. */
  add(id: Y.ID, struct: Uint8Array): void {
    const section = this.#sections.get(id.client) ?? { client: id.client, clock: id.clock, structs: [] };
    section.structs.push(struct);
    this.#sections.set(id.client, section);
    this.#bytes += struct.length;
  }

  finish(deletes: Deletes = new Map()): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, this.#sections.size);
    // Yjs integrates higher client ids first and writes them first.
    for (const section of [...this.#sections.values()].sort((a, b) => b.client - a.client))
      writeSection(encoder, section);
    writeDeletes(encoder, deletes);
    return encoding.toUint8Array(encoder);
  }
}

/** The V1 bytes of one struct. */
export function structBytes(struct: Struct): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  struct.write(encoder, 0);
  return encoding.toUint8Array(encoder.restEncoder);
}

function writeSection(encoder: encoding.Encoder, { client, clock, structs }: Section): void {
  encoding.writeVarUint(encoder, structs.length);
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
  for (const struct of structs) encoding.writeUint8Array(encoder, struct);
}

function writeDeletes(encoder: encoding.Encoder, deletes: Deletes): void {
  encoding.writeVarUint(encoder, deletes.size);
  for (const [client, ranges] of deletes) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, ranges.length);
    for (const { clock, len } of ranges) {
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarUint(encoder, len);
    }
  }
}
