import type { Provider } from '../../ports/model.ts';
import type { Log } from '../../ports/system.ts';
import { refusalOf } from './openai-failure.ts';
import { refusedFields } from './refused-fields.ts';

/**
 * Fields that a target said it does not know. They are not sent to it again as long as this process lives; a request
 * that was refused for them is made anew without, since it cost nothing.
 */
export class UnknownFields {
  readonly #provider: Provider;
  readonly #log: Log;
  readonly #unknown = new Set<string>();

  constructor(provider: Provider, log: Log) {
    this.#provider = provider;
    this.#log = log;
  }

  /**
   * Makes a body ready, without what is unknown; what it returns sends it. `dispensable`: fields that a request may do
   * without.
   */
  sending<T extends object, A>(
    body: T,
    dispensable: readonly (keyof T & string)[],
    ready: (body: T) => () => Promise<A>,
  ): () => Promise<A> {
    const known = { ...body };
    for (const field of dispensable) if (this.#unknown.has(field)) delete known[field];
    const send = ready(known);
    return async () => {
      try {
        return await send();
      } catch (error) {
        const sent = dispensable.filter((field) => field in known);
        const refused = refusedFields(refusalOf(error), sent);
        if (refused.length === 0) throw error;
        for (const field of refused) this.#learn(field);
      }
      // Each round does without one more of them.
      return this.sending(body, dispensable, ready)();
    };
  }

  #learn(field: string): void {
    if (this.#unknown.has(field)) return;
    this.#unknown.add(field);
    const { provider, model } = this.#provider;
    // A provider that cannot be told to keep nothing: whether it keeps something is for a person to find out (R10).
    if (field === 'store') this.#log.error('model.store-unsaid', { provider, model });
    else this.#log.info('model.field-unknown', { provider, model, field });
  }
}
