import type OpenAI from 'openai';
import type { ModelRequest } from '../../ports/model.ts';
import { wireMessages, wireTools } from './chat-messages.ts';
import { ChatReply } from './chat-reply.ts';
import type { Addressee, Wire } from './wire.ts';

/** Chat completions: what every compatible server speaks. */
export const chatWire: Wire = {
  ask: (client, to, request, signal) =>
    client.chat.completions.create(chatRequest(to, request), { signal }).asResponse(),
  reply: (model) => new ChatReply(model),
};

/** What a provider is sent. It keeps nothing, and no field names anybody (R10). */
export function chatRequest(
  { baseURL, model }: Addressee,
  request: ModelRequest,
): OpenAI.ChatCompletionCreateParamsStreaming {
  return {
    model,
    messages: wireMessages(request.messages),
    ...wireTools(request),
    stream: true,
    stream_options: { include_usage: true },
    store: false,
    prompt_cache_key: request.cacheKey,
    ...outputLimit(baseURL, request.maxOutputTokens),
  };
}

/** OpenAI's newer models refuse `max_tokens`; most other servers know nothing else. */
function outputLimit(baseURL: string, tokens: number): { max_completion_tokens: number } | { max_tokens: number } {
  const host = new URL(baseURL).hostname;
  const modern = host === 'api.openai.com' || host.endsWith('.openai.azure.com');
  return modern ? { max_completion_tokens: tokens } : { max_tokens: tokens };
}
