import type OpenAI from 'openai';
import type { ModelRequest } from '../../ports/model.ts';
import { inputItems, responsesTools } from './responses-input.ts';
import { ResponsesReply } from './responses-reply.ts';
import type { Addressee, Wire } from './wire.ts';

/** The Responses API: the whole conversation is sent each time, and the provider is told to keep none of it (R10). */
export const responsesWire: Wire = {
  ask: (client, to, request, signal) => client.responses.create(responsesRequest(to, request), { signal }).asResponse(),
  reply: (model) => new ResponsesReply(model),
};

export function responsesRequest(
  { model }: Addressee,
  request: ModelRequest,
): OpenAI.Responses.ResponseCreateParamsStreaming {
  return {
    model,
    input: inputItems(request.messages),
    ...responsesTools(request),
    stream: true,
    store: false,
    prompt_cache_key: request.cacheKey,
    max_output_tokens: request.maxOutputTokens,
  };
}
