import OpenAI from 'openai';
import type { ModelCall } from '../../ports/model.ts';
import { MAX_ARGUMENT_CHARS, type Counts, type Gathered } from './reply-end.ts';
import type { Reply } from './wire.ts';

/** What the wire says instead of a chunk when nothing more follows. */
const DONE = '[DONE]';

type Chunk = OpenAI.ChatCompletionChunk;

/** Gathers one streamed chat completion. */
export class ChatReply implements Reply {
  #model: string;
  #text = '';
  #refused = false;
  #finish: string | null = null;
  #counts: Counts = {};
  #done = false;
  /** By the provider's index: a call arrives in pieces. */
  readonly #calls = new Map<number, ModelCall>();

  constructor(model: string) {
    this.#model = model;
  }

  get done(): boolean {
    return this.#done;
  }

  get gathered(): Gathered {
    const calls = [...this.#calls].toSorted(([a], [b]) => a - b).map(([, call]) => call);
    return { model: this.#model, text: this.#text, finish: this.#finished(), calls, counts: this.#counts };
  }

  take(data: string): string {
    if (data === DONE) this.#done = true;
    return this.#done ? '' : this.#take(chunkOf(data));
  }

  #take(chunk: Chunk): string {
    if (chunk.model) this.#model = chunk.model;
    if (chunk.usage) this.#counts = countsOf(chunk.usage);
    // Some servers leave the list out of their usage chunk, whatever the type says.
    const choice = chunk.choices?.[0];
    if (!choice) return '';
    if (choice.finish_reason) this.#finish = choice.finish_reason;
    const { content, refusal } = choice.delta ?? {};
    if (refusal) this.#refused = true;
    for (const piece of choice.delta?.tool_calls ?? []) this.#takeCall(piece);
    const text = `${content ?? ''}${refusal ?? ''}`;
    this.#text += text;
    return text;
  }

  #takeCall(piece: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall): void {
    const known = this.#calls.get(piece.index) ?? { id: '', name: '', arguments: '' };
    const { name = '', arguments: more = '' } = piece.function ?? {};
    this.#calls.set(piece.index, {
      id: known.id === '' ? (piece.id ?? '') : known.id,
      name: known.name + name,
      arguments: (known.arguments + more).slice(0, MAX_ARGUMENT_CHARS),
    });
  }

  #finished(): Gathered['finish'] {
    switch (this.#finish) {
      case null:
      case 'length':
        return this.#finish;
      case 'content_filter':
        return 'refused';
      case 'tool_calls':
      case 'function_call':
        return 'tool';
      default:
        return this.#refused ? 'refused' : 'stop';
    }
  }
}

/** Throws when it cannot be read, or when it is an error of the provider's. */
function chunkOf(data: string): Chunk {
  // Providers say in the middle of a stream that they failed, whatever the type says.
  const chunk = JSON.parse(data) as (Chunk & { readonly error?: object }) | null;
  if (chunk === null) throw new SyntaxError('a chunk of nothing');
  if (chunk.error) throw new OpenAI.APIError(undefined, chunk.error, undefined, undefined);
  return chunk;
}

/** Where a gateway stands before a provider with another wire, it says what was written to the cache in a way of its own. */
interface GatewayUsage {
  readonly cache_creation_input_tokens?: unknown;
}

function countsOf(usage: OpenAI.CompletionUsage & GatewayUsage): Counts {
  return {
    input: usage.prompt_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens,
    cacheWrite: usage.prompt_tokens_details?.cache_write_tokens ?? usage.cache_creation_input_tokens,
    output: usage.completion_tokens,
    reasoning: usage.completion_tokens_details?.reasoning_tokens,
  };
}
