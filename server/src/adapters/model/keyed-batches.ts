import type { RoomRef } from '../../core/tenant.ts';
import type { BatchAccounts, Batches } from '../../ports/batches.ts';
import type { CallKeys } from '../../ports/provider-keys.ts';
import { OpenAiBatches, type OpenAiBatchOptions } from './openai-batches.ts';

/** The batches of one provider, with the key of whoever pays: what nobody asked for is on no person's (G5). */
export class KeyedBatches implements BatchAccounts {
  readonly #server: Omit<OpenAiBatchOptions, 'keyOf'>;
  readonly #keys: CallKeys;

  constructor(server: Omit<OpenAiBatchOptions, 'keyOf'>, keys: CallKeys) {
    this.#server = server;
    this.#keys = keys;
  }

  /** With the best key alone: what it does not get answered is asked again one by one, where the next key may be tried. */
  async for({ tenant, room }: RoomRef): Promise<Batches> {
    const [key] = await this.#keys.forCall({ tenant, room }, new URL(this.#server.baseURL).host);
    if (key === undefined || key.of === 'server') return new OpenAiBatches(this.#server);
    return new OpenAiBatches({ ...this.#server, apiKey: key.secret, keyOf: key.of });
  }
}
