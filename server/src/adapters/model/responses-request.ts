import type OpenAI from 'openai';
import type { ModelRequest } from '../../ports/model.ts';
import { inputItems, responsesTools } from './responses-input.ts';
import { ResponsesReply } from './responses-reply.ts';
import { discreetly, type Addressee, type Wire } from './wire.ts';

/** Fewer are refused. */
const LEAST_OUTPUT_TOKENS = 16;
/** Not `store`: here a server keeps what it is not told to forget. */
const DISPENSABLE = ['prompt_cache_key', 'safety_identifier'] as const;

/** The Responses API: the whole conversation is sent each time, and the provider is told to keep none of it (R10). */
export const responsesWire: Wire = {
  asking: (to, request, post, signal) =>
    to.unknown.sending(responsesRequest(to, request), DISPENSABLE, (body) => post('/responses', body, signal)),
  reply: (model) => new ResponsesReply(model),
};

export function responsesRequest(
  to: Omit<Addressee, 'unknown'>,
  request: ModelRequest,
): OpenAI.Responses.ResponseCreateParamsStreaming {
  return {
    model: to.model,
    input: inputItems(request.messages, to.breakpoints),
    ...responsesTools(request),
    stream: true,
    ...discreetly(to, request),
    max_output_tokens: Math.max(request.maxOutputTokens, LEAST_OUTPUT_TOKENS),
  };
}
