import type OpenAI from 'openai';
import type { BatchQuestion } from '../../ports/batches.ts';
import type { ModelRequest } from '../../ports/model.ts';
import { wireMessages, wireTools } from './chat-messages.ts';
import { ChatReply } from './chat-reply.ts';
import { discreetly, type Addressee, type Wire } from './wire.ts';

/** A server that does not know these has not been asked to do anything else. */
const DISPENSABLE = ['store', 'prompt_cache_key', 'safety_identifier', 'stream_options'] as const;

/** Chat completions: what every compatible server speaks. */
export const chatWire: Wire = {
  asking: (to, request, post, signal) =>
    to.unknown.sending(chatRequest(to, request), DISPENSABLE, (body) => post('/chat/completions', body, signal)),
  reply: (model) => new ChatReply(model),
};

export function chatRequest(
  to: Omit<Addressee, 'unknown'>,
  request: ModelRequest,
): OpenAI.ChatCompletionCreateParamsStreaming {
  const { baseURL, model, breakpoints } = to;
  return {
    model,
    messages: wireMessages(request.messages, breakpoints),
    ...wireTools(request),
    stream: true,
    stream_options: { include_usage: true },
    ...discreetly(to, request),
    ...outputLimit(baseURL, request.maxOutputTokens),
  };
}

export type BatchAddressee = Pick<Addressee, 'baseURL' | 'model'>;

/** The same as one of many that nobody waits for. */
export function batchRequest(
  { baseURL, model }: BatchAddressee,
  { messages, maxOutputTokens, cacheKey }: BatchQuestion['request'],
): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const kept = { store: false, prompt_cache_key: cacheKey };
  return { model, messages: wireMessages(messages), ...kept, ...outputLimit(baseURL, maxOutputTokens) };
}

/** OpenAI's own addresses. */
const MODERN = /^https?:\/\/(?:api\.openai\.com|[^/:]+\.openai\.azure\.com)(?:[:/]|$)/iu;

/** OpenAI's newer models refuse `max_tokens`; most other servers know nothing else. */
function outputLimit(baseURL: string, tokens: number): { max_completion_tokens: number } | { max_tokens: number } {
  return MODERN.test(baseURL) ? { max_completion_tokens: tokens } : { max_tokens: tokens };
}
