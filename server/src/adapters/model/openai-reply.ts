import type { Usage } from '@parley/shared/entry';
import OpenAI from 'openai';
import type { ModelCall, ModelEnd, ModelRequest, Tokenizer } from '../../ports/model.ts';
import type { Failure } from './openai-failure.ts';

/** One chunk of a streamed chat completion. Throws when it cannot be read, or when it is an error of the provider's. */
export function chunkOf(data: string): OpenAI.ChatCompletionChunk {
  // Providers say in the middle of a stream that they failed, whatever the type says.
  const chunk = JSON.parse(data) as (OpenAI.ChatCompletionChunk & { readonly error?: object }) | null;
  if (chunk === null) throw new SyntaxError('a chunk of nothing');
  if (chunk.error) throw new OpenAI.APIError(undefined, chunk.error, undefined, undefined);
  return chunk;
}

/** Arguments of one call are no longer; a longer one is cut, and then is no JSON. */
const MAX_ARGUMENT_CHARS = 65_536;

/** Gathers one streamed chat completion. */
export class OpenAiReply {
  readonly #tokenizer: Tokenizer;
  readonly #request: ModelRequest;
  #model: string;
  #text = '';
  #refused = false;
  #finish: string | null = null;
  #usage: OpenAI.CompletionUsage | null = null;
  /** By the provider's index: a call arrives in pieces. */
  readonly #calls = new Map<number, { id: string; name: string; arguments: string }>();

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
    for (const piece of choice.delta?.tool_calls ?? []) this.#takeCall(piece);
    const text = `${content ?? ''}${refusal ?? ''}`;
    this.#text += text;
    return text;
  }

  /** How it ended once the stream is over. */
  end(): ModelEnd {
    const end = this.#ended();
    if (end.reason === 'failed') return end;
    const reasoningTokens = whole(this.#usage?.completion_tokens_details?.reasoning_tokens);
    const told = reasoningTokens === undefined ? end : { ...end, reasoningTokens };
    const { prompt_tokens: input, completion_tokens: output } = this.#usage ?? {};
    const estimated = whole(input) === undefined || whole(output) === undefined;
    return estimated ? { ...told, estimated } : told;
  }

  #ended(): ModelEnd {
    switch (this.#finish) {
      case null:
        return { reason: 'failed', class: 'network', detail: 'the stream ended early' };
      case 'length':
        return { reason: 'length', usage: this.#counted() };
      case 'content_filter':
        return { reason: 'refused', usage: this.#counted() };
      case 'tool_calls':
      case 'function_call':
        return this.#endWithCalls();
      default:
        // Some servers say `stop` behind a tool call.
        if (this.#calls.size > 0) return this.#endWithCalls();
        return { reason: this.#refused ? 'refused' : 'stop', usage: this.#counted() };
    }
  }

  /** A failure after the last text costs nothing but the usage, unless somebody asked for the end. */
  endDespite(failure: Failure): ModelEnd {
    return this.#finish === null || failure.class === 'aborted' ? failure : this.end();
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

  /** Nothing that was not offered, or not written to its end, is called. */
  #endWithCalls(): ModelEnd {
    const offered = new Set(this.#request.tools.map(({ name }) => name));
    const calls: ModelCall[] = [...this.#calls].toSorted(([a], [b]) => a - b).map(([, call]) => call);
    if (calls.length === 0 || !calls.every(({ name }) => offered.has(name))) {
      return { reason: 'failed', class: 'server', detail: 'called a tool that was not offered' };
    }
    const named = calls.map((call, index) => (call.id === '' ? { ...call, id: `call-${index + 1}` } : call));
    return { reason: 'tool', calls: named, usage: this.#counted() };
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
