import type { Model, ModelEnd, ModelEvent, ModelRequest, Tokenizer } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';
import { GatheredBody } from './gathered-body.ts';
import { chatWire } from './chat-request.ts';
import { failed, failureOf } from './openai-failure.ts';
import { Patience } from './patience.ts';
import { postTo, type Account, type Post } from './provider-post.ts';
import { endOf } from './reply-end.ts';
import { responsesWire } from './responses-request.ts';
import { SseReader } from './sse-reader.ts';
import type { Addressee, Reply, Wire } from './wire.ts';

export type Api = keyof typeof WIRES;
const WIRES = { chat: chatWire, responses: responsesWire } satisfies Record<string, Wire>;

export interface OpenAiOptions extends Addressee, Account {
  /** Chat completions when absent. */
  readonly api?: Api;
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
/** How far apart the pieces of an answer are that nobody watches. */
const UNWATCHED_MS = 100;

/**
 * Any server that speaks one of OpenAI's wires (G1): OpenAI, Azure, vLLM, Ollama, LiteLLM … Never retries:
 * the one retry loop is not here (G2). What is said on the wire is the library's; who says it is not, since the library
 * spends more on a token than a hundred readers cost, and on a request more than the rest of a turn's start.
 */
export function openAiModel(options: OpenAiOptions): Model {
  const post = postTo(options);
  return {
    name: options.name ?? options.model,
    saysReady: true,
    stream: (request, signal) => streamOf(post, options, request, signal),
  };
}

async function* streamOf(
  post: Post,
  options: OpenAiOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, undefined> {
  const end = yield* answer(post, options, request, signal);
  yield { type: 'end', end };
}

async function* answer(
  post: Post,
  options: OpenAiOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, ModelEnd, undefined> {
  const wire = WIRES[options.api ?? 'chat'];
  const reply = wire.reply(options.model);
  // Whatever ends the call, a consumer that stops reading included, the provider's request is closed with it.
  using patience = new Patience(signal, options.clock);
  patience.last(options.firstTokenMs ?? FIRST_TOKEN_MS);
  let asked = false;
  try {
    const send = wire.asking(options, request, post, patience.signal);
    yield { type: 'ready' };
    patience.signal.throwIfAborted();
    asked = true;
    const body = await send();
    yield* texts(new GatheredBody(body, options.clock), reply, patience, {
      idleMs: options.idleMs ?? IDLE_MS,
      pieceMs: request.pieceMs ?? UNWATCHED_MS,
    });
    return endOf(reply.gathered, request, options.tokenizer);
  } catch (error) {
    const { givenUp } = patience;
    const failure = givenUp === null ? failureOf(error) : failed(givenUp, givenUp);
    if (!asked) return { ...failure, asked };
    // A failure after the last text costs nothing but the usage, unless somebody asked for the end.
    const over = reply.gathered.finish !== null && failure.class !== 'aborted';
    return over ? endOf(reply.gathered, request, options.tokenizer) : failure;
  }
}

/** Tells what came at the pace at which it is shown. */
async function* texts(
  body: GatheredBody,
  reply: Reply,
  patience: Patience,
  { idleMs, pieceMs }: { readonly idleMs: number; readonly pieceMs: number },
): AsyncGenerator<ModelEvent, void, undefined> {
  const events = new SseReader();
  let spoke = false;
  for (let rest = 0, bytes = await body.take(0); bytes !== null; bytes = await body.take(rest)) {
    // What came before an abort is not wanted after it.
    patience.signal.throwIfAborted();
    let text = '';
    try {
      for (const data of events.push(bytes)) text += reply.take(data);
    } finally {
      // Also when something unreadable came behind it.
      if (text !== '') yield { type: 'text', text };
    }
    spoke ||= text !== '';
    if (spoke || reply.done) patience.last(reply.done ? READ_OUT_MS : idleMs);
    // A little longer, so that each can be shown when it is told.
    rest = text === '' || reply.done ? 0 : pieceMs + 1;
  }
}
