import type { DocKey } from '@parley/shared/documents';
import type { UserId } from '@parley/shared/ids';

/** Ids that were only seen in presence are remembered up to this many a document, the newest. */
const MOST_SEEN = 1_000;

interface Owners {
  /** Wrote content: for good, and in the journal (`workspace.client`). */
  readonly claimed: Map<number, UserId>;
  /** Seen in presence: so that nobody can write under an id before its owner does. */
  readonly seen: Map<number, UserId>;
}

/**
 * Whose a Yjs client id is. Yjs knows writers by a random number only, and whoever writes under
 * another's number locks that person out; so in each document a number belongs to the first person who
 * used it.
 */
export class ClientOwners {
  readonly #docs = new Map<DocKey, Owners>();

  /** Null while nobody used it. */
  ownerOf(doc: DocKey, client: number): UserId | null {
    const owners = this.#docs.get(doc);
    return owners?.claimed.get(client) ?? owners?.seen.get(client) ?? null;
  }

  /** Whether it was written down whose it is. */
  isClaimed(doc: DocKey, client: number): boolean {
    return this.#docs.get(doc)?.claimed.has(client) ?? false;
  }

  claim(doc: DocKey, client: number, user: UserId): void {
    this.#in(doc).claimed.set(client, user);
  }

  see(doc: DocKey, client: number, user: UserId): void {
    const { seen } = this.#in(doc);
    seen.delete(client);
    seen.set(client, user);
    if (seen.size > MOST_SEEN) for (const oldest of seen.keys()) return void seen.delete(oldest);
  }

  #in(doc: DocKey): Owners {
    const known = this.#docs.get(doc);
    if (known) return known;
    const owners: Owners = { claimed: new Map(), seen: new Map() };
    this.#docs.set(doc, owners);
    return owners;
  }
}
