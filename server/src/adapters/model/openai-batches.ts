import OpenAI from 'openai';
import type { Batches, BatchFailed, BatchQuestion } from '../../ports/batches.ts';
import type { Price } from '../../core/budget/price.ts';
import type { KeyOf } from '../../ports/provider-keys.ts';
import { batchResults } from './batch-lines.ts';
import { batchRequest, type BatchAddressee } from './chat-request.ts';
import { failureOf } from './openai-failure.ts';

export interface OpenAiBatchOptions extends BatchAddressee {
  readonly apiKey: string;
  /** Whose key it is; the server's when absent. */
  readonly keyOf?: KeyOf;
  /** What a batch takes; absent: nobody said. */
  readonly price?: Price;
}

type Batch = OpenAI.Batch;

const ENDPOINT = '/v1/chat/completions';
/** Where a batch says which of ours it is. */
const LABEL = 'parley';
/** Whatever happens to us, the provider keeps nothing of ours for longer. */
const KEPT_SECONDS = 172_800;
/** A submission of which nobody knows is among the newest, or not there. */
const MOST_LISTED = 500;
const REQUEST_MS = 60_000;
const STILL_RUNNING: ReadonlySet<Batch['status']> = new Set(['validating', 'in_progress', 'finalizing', 'cancelling']);

/** The files and batches of the OpenAI wire (G9). Never retries: the background lane does. */
export class OpenAiBatches implements Batches {
  readonly provider: Batches['provider'];
  readonly #client: OpenAI;
  readonly #to: BatchAddressee;

  constructor({ baseURL, model, apiKey, keyOf, price }: OpenAiBatchOptions) {
    this.#to = { baseURL, model };
    this.provider = { provider: new URL(baseURL).host, model, ...(keyOf && { keyOf }), ...(price && { price }) };
    const keyed = { baseURL, apiKey, organization: null, project: null };
    // A key is for the address that it was given for, and the library would print refusals.
    const careful = {
      maxRetries: 0,
      timeout: REQUEST_MS,
      fetchOptions: { redirect: 'error' },
      logLevel: 'off',
    } as const;
    this.#client = new OpenAI({ ...keyed, ...careful });
  }

  submit: Batches['submit'] = (label, questions, signal) =>
    this.#asked(async () => {
      const file = new File([this.#lines(questions)], `${label}.jsonl`, { type: 'application/jsonl' });
      const expires = { anchor: 'created_at', seconds: KEPT_SECONDS } as const;
      const { id } = await this.#client.files.create({ file, purpose: 'batch', expires_after: expires }, { signal });
      const batch = await this.#client.batches.create(
        { input_file_id: id, endpoint: ENDPOINT, completion_window: '24h', metadata: { [LABEL]: label } },
        { signal },
      );
      return { kind: 'submitted', batch: batch.id } as const;
    });

  find: Batches['find'] = (label, signal) =>
    this.#asked(async () => {
      let seen = 0;
      for await (const { id, metadata } of this.#client.batches.list({ limit: 100 }, { signal })) {
        if (metadata?.[LABEL] === label) return { kind: 'found', batch: id } as const;
        if ((seen += 1) >= MOST_LISTED) break;
      }
      return { kind: 'found', batch: null } as const;
    });

  collect: Batches['collect'] = (id, signal) =>
    this.#asked(async () => {
      const batch = await this.#client.batches.retrieve(id, { signal });
      if (STILL_RUNNING.has(batch.status)) return { kind: 'running' } as const;
      const texts: string[] = [];
      for (const file of [batch.output_file_id, batch.error_file_id])
        if (file) texts.push(await (await this.#client.files.content(file, { signal })).text());
      return { kind: 'ended', results: batchResults(texts.join('\n')) } as const;
    });

  async forget(id: string, signal: AbortSignal): Promise<boolean> {
    const forgotten = await this.#asked(async () => {
      const batch = await this.#client.batches.retrieve(id, { signal });
      for (const file of [batch.input_file_id, batch.output_file_id, batch.error_file_id])
        if (file) await this.#client.files.delete(file, { signal });
      return { kind: 'forgotten' } as const;
    });
    return forgotten.kind === 'forgotten';
  }

  #lines(questions: readonly BatchQuestion[]): string {
    const lines = questions.map(({ operation, request }) =>
      JSON.stringify({ custom_id: operation, method: 'POST', url: ENDPOINT, body: batchRequest(this.#to, request) }),
    );
    return `${lines.join('\n')}\n`;
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T | BatchFailed> {
    try {
      return await ask();
    } catch (error) {
      return { kind: 'failed', class: failureOf(error).class };
    }
  }
}
