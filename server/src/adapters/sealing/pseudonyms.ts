import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { UserId } from '@parley/shared/ids';

const KEY_BYTES = 32;
/** Of so many people; whoever was not asked about for longest is forgotten first. */
const MOST = 1_000;

/** How the people of one tenant are called before those who must not know them: the same for as long as its key is held. */
export class Pseudonyms {
  /** A key of its own: nothing that is shown to others is made with one that seals. */
  readonly #key: KeyObject;
  /** One goes out with every call of a model, and to make it takes longer than all else that is written into it. */
  readonly #made = new Map<UserId, string>();

  constructor(tenantKey: KeyObject) {
    this.#key = createSecretKey(Buffer.from(hkdfSync('sha256', tenantKey, '', 'pseudonyms', KEY_BYTES)));
  }

  of(user: UserId): string {
    const pseudonym = this.#made.get(user) ?? createHmac('sha256', this.#key).update(user).digest('base64url');
    this.#made.delete(user);
    this.#made.set(user, pseudonym);
    const [oldest] = this.#made.keys();
    if (this.#made.size > MOST && oldest !== undefined) this.#made.delete(oldest);
    return pseudonym;
  }
}
