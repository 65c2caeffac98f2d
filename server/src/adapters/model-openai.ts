import OpenAI from 'openai';
import type { Model, ModelEnd, ModelEvent, ModelFailure, ModelRequest, Tokenizer } from '../ports/model.ts';
import type { Clock } from '../ports/system.ts';
import { OpenAiReply } from './openai-reply.ts';
import { wireMessages, wireTools } from './openai-wire.ts';
import { Interrupted, within } from './within.ts';

export interface OpenAiOptions {
  /** Including `/v1`. */
  readonly baseURL: string;
  readonly apiKey: string;
  /** The provider's name of the model. */
  readonly model: string;
  /** What people are told answers them; the model's own name when absent. */
  readonly name?: string;
  readonly tokenizer: Tokenizer;
  readonly clock: Clock;
  /** Longest wait for the first text, in milliseconds. */
  readonly firstTokenMs?: number;
  /** Longest silence after it, in milliseconds. */
  readonly idleMs?: number;
}

const FIRST_TOKEN_MS = 60_000;
const IDLE_MS = 30_000;

/**
 * Any server that speaks the OpenAI chat wire (G1): OpenAI, Azure, vLLM, Ollama, LiteLLM … Never retries:
 * the one retry loop is not here (G2). The provider keeps nothing (R10).
 */
export function openAiModel(options: OpenAiOptions): Model {
  const client = new OpenAI({
    baseURL: options.baseURL,
    apiKey: options.apiKey,
    organization: null,
    project: null,
    maxRetries: 0,
    // The library would print chunks it cannot read, and they hold people's words.
    logLevel: 'off',
  });
  return {
    name: options.name ?? options.model,
    stream: (request, signal) => streamOf(client, options, request, signal),
  };
}

async function* streamOf(
  client: OpenAI,
  options: OpenAiOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, undefined> {
  const closing = new AbortController();
  const reply = new OpenAiReply(options, request);
  let end: ModelEnd;
  try {
    yield* texts(() => open(client, options, request, closing.signal), reply, options, signal);
    end = reply.end();
  } catch (error) {
    end = reply.endDespite(failureOf(error));
  } finally {
    // Whatever ended the call, a consumer that stopped reading included, the provider's request is closed.
    closing.abort();
  }
  yield { type: 'end', end };
}

type Chunks = AsyncIterable<OpenAI.ChatCompletionChunk>;

async function* texts(
  connect: () => Promise<Chunks>,
  reply: OpenAiReply,
  options: OpenAiOptions,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, undefined> {
  if (signal.aborted) throw new Interrupted('aborted');
  const { clock, firstTokenMs = FIRST_TOKEN_MS, idleMs = IDLE_MS } = options;
  const firstBy = clock.now() + firstTokenMs;
  const patience = () => (reply.text === '' ? Math.max(0, firstBy - clock.now()) : idleMs);
  const chunks = (await within(connect(), patience(), signal, clock))[Symbol.asyncIterator]();
  for (;;) {
    const next = await within(chunks.next(), patience(), signal, clock);
    if (next.done === true) return;
    const text = reply.take(next.value);
    if (text !== '') yield { type: 'text', text };
  }
}

function open(client: OpenAI, options: OpenAiOptions, request: ModelRequest, signal: AbortSignal): Promise<Chunks> {
  return client.chat.completions.create(
    {
      model: options.model,
      messages: wireMessages(request.messages),
      ...wireTools(request),
      stream: true,
      stream_options: { include_usage: true },
      store: false,
      prompt_cache_key: request.cacheKey,
      ...outputLimit(options.baseURL, request.maxOutputTokens),
    },
    { signal },
  );
}

/** OpenAI's newer models refuse `max_tokens`; most other servers know nothing else. */
function outputLimit(baseURL: string, tokens: number): { max_completion_tokens: number } | { max_tokens: number } {
  const host = new URL(baseURL).hostname;
  const modern = host === 'api.openai.com' || host.endsWith('.openai.azure.com');
  return modern ? { max_completion_tokens: tokens } : { max_tokens: tokens };
}

type Failure = Extract<ModelEnd, { reason: 'failed' }>;

/** `detail` is a status and a code: a provider's message may repeat keys or people's words (G5). */
function failureOf(error: unknown): Failure {
  if (error instanceof Interrupted) return failed(error.why, error.why);
  if (error instanceof OpenAI.APIConnectionTimeoutError) return failed('stall', 'timeout');
  if (error instanceof OpenAI.APIConnectionError) return failed('network', codeOf(error.cause) ?? 'connection');
  if (error instanceof OpenAI.APIError && error.status !== undefined) {
    return failed(classOf(error.status), `${error.status} ${error.code ?? error.type ?? ''}`.trim());
  }
  if (error instanceof OpenAI.APIError) return failed('server', error.code ?? error.type ?? 'error in the stream');
  if (error instanceof Error && error.name === 'AbortError') return failed('aborted', 'aborted');
  if (error instanceof SyntaxError) return failed('server', 'unreadable chunk');
  // undici reports a connection that broke inside the body as a TypeError with a cause.
  if (error instanceof TypeError && error.cause !== undefined)
    return failed('network', codeOf(error.cause) ?? error.message);
  return failed('server', error instanceof Error ? error.name : 'unknown');
}

function failed(failure: ModelFailure, detail: string): Failure {
  return { reason: 'failed', class: failure, detail };
}

function classOf(status: number): ModelFailure {
  if (status === 401 || status === 403) return 'auth';
  if (status === 429) return 'rate';
  if (status === 408 || status >= 500) return 'server';
  return 'request';
}

function codeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return codeOf(cause.cause);
}
