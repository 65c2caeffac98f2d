import { addAbortSignal } from 'node:stream';
import OpenAI from 'openai';
import type { Model, ModelEnd, ModelEvent, ModelRequest, Tokenizer } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';
import { GatheredBody } from './gathered-body.ts';
import { bodyOf, httpFetch } from './http-fetch.ts';
import { failed, failureOf } from './openai-failure.ts';
import { chunkOf, OpenAiReply } from './openai-reply.ts';
import { chatRequest, type Addressee } from './openai-request.ts';
import { Patience } from './patience.ts';
import { SseReader } from './sse-reader.ts';

export interface OpenAiOptions extends Addressee {
  readonly apiKey: string;
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
/** A connection can be used again when its answer was read to the end, which is due right after the last event. */
const READ_OUT_MS = 250;
/** A little longer than a piece of an answer is shown for (G11), so that each can be shown when it is told. */
const TOLD_EVERY_MS = 34;
/** What the wire says instead of a chunk when nothing more follows. */
const DONE = '[DONE]';

/**
 * Any server that speaks the OpenAI chat wire (G1): OpenAI, Azure, vLLM, Ollama, LiteLLM … Never retries:
 * the one retry loop is not here (G2). The library makes the request; its answer is read here, since the
 * library spends more on a token than a hundred readers cost.
 */
export function openAiModel(options: OpenAiOptions): Model {
  const client = new OpenAI({
    baseURL: options.baseURL,
    apiKey: options.apiKey,
    organization: null,
    project: null,
    maxRetries: 0,
    fetch: httpFetch,
    // The library would print refusals, and they may hold people's words.
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
  const end = yield* answer(client, options, request, signal);
  yield { type: 'end', end };
}

async function* answer(
  client: OpenAI,
  options: OpenAiOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, ModelEnd, undefined> {
  const reply = new OpenAiReply(options, request);
  // Whatever ends the call, a consumer that stops reading included, the provider's request is closed with it.
  using patience = new Patience(signal, options.clock);
  patience.last(options.firstTokenMs ?? FIRST_TOKEN_MS);
  try {
    const asked = client.chat.completions.create(chatRequest(options, request), { signal: patience.signal });
    const body = addAbortSignal(patience.signal, bodyOf(await asked.asResponse()));
    yield* texts(new GatheredBody(body, options.clock), reply, patience, options.idleMs ?? IDLE_MS);
    return reply.end();
  } catch (error) {
    const { givenUp } = patience;
    return reply.endDespite(givenUp === null ? failureOf(error) : failed(givenUp, givenUp));
  }
}

/** Tells what came at the pace at which it is shown. */
async function* texts(
  body: GatheredBody,
  reply: OpenAiReply,
  patience: Patience,
  idleMs: number,
): AsyncGenerator<ModelEvent, void, undefined> {
  const events = new SseReader();
  let done = false;
  for (let rest = 0, bytes = await body.take(0); bytes !== null; bytes = await body.take(rest)) {
    // What came before an abort is not wanted after it.
    patience.signal.throwIfAborted();
    let text = '';
    try {
      for (const data of events.push(bytes)) {
        done ||= data === DONE;
        if (!done) text += reply.take(chunkOf(data));
      }
    } finally {
      // Also when something unreadable came behind it.
      if (text !== '') yield { type: 'text', text };
    }
    if (reply.text !== '') patience.last(done ? READ_OUT_MS : idleMs);
    rest = text === '' || done ? 0 : TOLD_EVERY_MS;
  }
}
