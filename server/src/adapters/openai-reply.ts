import type { Usage } from '@parley/shared/entry';
import OpenAI from 'openai';
import type { ModelEnd, ModelRequest, Tokenizer } from '../ports/model.ts';
import type { Failure } from './openai-failure.ts';

/** One chunk of a streamed chat completion. Throws when it cannot be read, or when it is an error of the provider's. */
export function chunkOf(data: string): OpenAI.ChatCompletionChunk {
  // Providers say in the middle of a stream that they failed, whatever the type says.
  const chunk = JSON.parse(data) as (OpenAI.ChatCompletionChunk & { readonly error?: object }) | null;
  if (chunk === null) throw new SyntaxError('a chunk of nothing');
  if (chunk.error) throw new OpenAI.APIError(undefined, chunk.error, undefined, undefined);
  return chunk;
}

/** Gathers one streamed chat completion. */
export class OpenAiReply {
  readonly #tokenizer: Tokenizer;
  readonly #request: ModelRequest;
  #model: string;
  #text = '';
  #refused = false;
  #finish: string | null = null;
  #usage: OpenAI.CompletionUsage | null = null;

  constructor({ model, tokenizer }: { readonly model: string; readonly tokenizer: Tokenizer }, request: ModelRequest) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#request = request;
  }

  /** All text so far. */
  get text(): string {
    return this.#text;
  }

  /** Takes in a chunk and returns the text it adds. */
  take(chunk: OpenAI.ChatCompletionChunk): string {
    if (chunk.model) this.#model = chunk.model;
    if (chunk.usage) this.#usage = chunk.usage;
    // Some servers leave the list out of their usage chunk, whatever the type says.
    const choice = chunk.choices?.[0];
    if (!choice) return '';
    if (choice.finish_reason) this.#finish = choice.finish_reason;
    const { content, refusal } = choice.delta ?? {};
    if (refusal) this.#refused = true;
    const text = `${content ?? ''}${refusal ?? ''}`;
    this.#text += text;
    return text;
  }

  /** How it ended once the stream is over. */
  end(): ModelEnd {
    switch (this.#finish) {
      case null:
        return { reason: 'failed', class: 'network', detail: 'the stream ended early' };
      case 'length':
        return { reason: 'length', usage: this.#counted() };
      case 'content_filter':
        return { reason: 'refused', usage: this.#counted() };
      case 'tool_calls':
      case 'function_call':
        return { reason: 'failed', class: 'server', detail: 'called a tool that was not offered' };
      default:
        return { reason: this.#refused ? 'refused' : 'stop', usage: this.#counted() };
    }
  }

  /** A failure after the last text costs nothing but the usage, unless somebody asked for the end. */
  endDespite(failure: Failure): ModelEnd {
    return this.#finish === null || failure.class === 'aborted' ? failure : this.end();
  }

  #counted(): Usage {
    const usage = this.#usage;
    return {
      model: this.#model,
      inputTokens: whole(usage?.prompt_tokens) ?? this.#estimateInput(),
      cachedTokens: whole(usage?.prompt_tokens_details?.cached_tokens) ?? 0,
      outputTokens: whole(usage?.completion_tokens) ?? this.#tokenizer.count(this.#text),
    };
  }

  #estimateInput(): number {
    return this.#request.messages.reduce((sum, { content }) => sum + this.#tokenizer.count(content), 0);
  }
}

function whole(count: number | undefined | null): number | undefined {
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? Math.round(count) : undefined;
}
