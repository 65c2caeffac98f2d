import type { DocKey } from '@parley/shared/documents';
import type { RoomId } from '@parley/shared/ids';
import type { RoomRef } from '../../core/tenant.ts';
import type { Sealer } from '../../ports/vault.ts';
import { openText, sealText } from './sealed-text.ts';

/**
 * What was said in a room as it lies on the disk: sealed with the key of its tenant, each record for its place in
 * its room and each part for its document, so that rows which are moved open to nothing (A88).
 */
export class SealedRows {
  readonly #sealer: Sealer;

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  record({ tenant, room }: RoomRef, seq: number, json: string): Uint8Array {
    return sealText(this.#sealer, tenant, json, recordPlace(room, seq));
  }

  part({ tenant, room }: RoomRef, doc: DocKey, bytes: Uint8Array): Uint8Array {
    return this.#sealer.seal(tenant, bytes, partPlace(room, doc));
  }

  title({ tenant, room }: RoomRef, title: string): Uint8Array {
    return sealText(this.#sealer, tenant, title, titlePlace(room));
  }

  /** Throws like {@link openRecord}. */
  openTitle({ tenant, room }: RoomRef, sealed: Uint8Array): string {
    return opened(openText(this.#sealer, tenant, sealed, titlePlace(room)));
  }

  /** Throws when the row was sealed for another place, or its tenant's key was destroyed. */
  openRecord({ tenant, room }: RoomRef, seq: number, sealed: Uint8Array): string {
    return opened(openText(this.#sealer, tenant, sealed, recordPlace(room, seq)));
  }

  /** Throws like {@link openRecord}. */
  openPart({ tenant, room }: RoomRef, doc: DocKey, sealed: Uint8Array): Uint8Array {
    return opened(this.#sealer.open(tenant, sealed, partPlace(room, doc)));
  }
}

/** A row that cannot be opened must stop its room: going on without it would be another history. */
function opened<T>(plain: T | null): T {
  if (plain === null) throw new Error("a row cannot be opened with its tenant's key");
  return plain;
}

function recordPlace(room: RoomId, seq: number): string {
  return `record/${room}/${seq}`;
}

function titlePlace(room: RoomId): string {
  return `title/${room}`;
}

function partPlace(room: RoomId, doc: DocKey): string {
  return `part/${room}/${doc}`;
}
