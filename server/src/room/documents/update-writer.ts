import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Struct } from './decoded-update.ts';

export type Deletes = ReadonlyMap<number, readonly { readonly clock: number; readonly len: number }[]>;

interface Section {
  readonly clock: number;
  readonly encoder: Y.UpdateEncoderV1;
  structs: number;
}

/**
 * Writes one V1 update struct by struct. A struct's bytes in V1 do not depend on those before it, which
 * is what makes it possible to write an update in pieces.
 */
export class UpdateWriter {
  readonly #sections = new Map<number, Section>();

  /** Bytes of structs so far. */
  get bytes(): number {
    let bytes = 0;
    for (const { encoder } of this.#sections.values()) bytes += encoding.length(encoder.restEncoder);
    return bytes;
  }

  /** Structs of one client come in the order of their clocks and without a hole. */
  add(struct: Struct): void {
    const section = this.#section(struct.id);
    struct.write(section.encoder, 0);
    section.structs += 1;
  }

  finish(deletes: Deletes = new Map()): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, this.#sections.size);
    // Yjs integrates higher client ids first and writes them first.
    for (const [client, section] of [...this.#sections].sort(([a], [b]) => b - a))
      writeSection(encoder, client, section);
    writeDeletes(encoder, deletes);
    return encoding.toUint8Array(encoder);
  }

  #section({ client, clock }: Y.ID): Section {
    const known = this.#sections.get(client);
    if (known) return known;
    const section: Section = { clock, encoder: new Y.UpdateEncoderV1(), structs: 0 };
    this.#sections.set(client, section);
    return section;
  }
}

function writeSection(encoder: encoding.Encoder, client: number, section: Section): void {
  encoding.writeVarUint(encoder, section.structs);
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, section.clock);
  encoding.writeBinaryEncoder(encoder, section.encoder.restEncoder);
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
