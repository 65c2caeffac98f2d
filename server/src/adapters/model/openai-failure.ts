import OpenAI from 'openai';
import type { ModelEnd, ModelFailure } from '../../ports/model.ts';
import { OversizedEvent } from './sse-reader.ts';

export type Failure = Extract<ModelEnd, { reason: 'failed' }>;

/** What a call that threw ended as. `detail` is a status and a code: a provider's message may repeat keys or people's words (G5). */
export function failureOf(error: unknown): Failure {
  if (error instanceof OpenAI.APIConnectionTimeoutError) return failed('stall', 'timeout');
  if (error instanceof OpenAI.APIConnectionError) return failed('network', codeOf(error.cause) ?? 'connection');
  if (error instanceof OpenAI.APIError && error.status !== undefined) {
    const end = failed(classOf(error.status), `${error.status} ${error.code ?? error.type ?? ''}`.trim());
    const retryAfterMs = retryAfterOf(error.headers);
    return retryAfterMs === null ? end : { ...end, retryAfterMs };
  }
  if (error instanceof OpenAI.APIError)
    return failed(classOfCode(error.code), String(error.code ?? error.type ?? 'error in the stream'));
  if (error instanceof SyntaxError || error instanceof OversizedEvent) return failed('server', 'unreadable chunk');
  // A connection that broke inside the body.
  const code = codeOf(error);
  if (code !== undefined) return failed('network', code);
  return failed('server', error instanceof Error ? error.name : 'unknown');
}

/** What a server said that did not take a request as it was; null for any other error. */
export function refusalOf(error: unknown): unknown {
  return error instanceof OpenAI.APIError && (error.status === 400 || error.status === 422) ? error.error : null;
}

export function failed(failure: ModelFailure, detail: string): Failure {
  return { reason: 'failed', class: failure, detail };
}

/** Seconds; the other way to write it, as a date, would have to trust two clocks. */
function retryAfterOf(headers: Headers | undefined): number | null {
  const seconds = headers?.get('retry-after') ?? '';
  return /^\d{1,6}(\.\d+)?$/.test(seconds) ? Number(seconds) * 1000 : null;
}

function classOf(status: number): ModelFailure {
  if (status === 401 || status === 403) return 'auth';
  if (status === 429) return 'rate';
  if (status === 408 || status >= 500) return 'server';
  return 'request';
}

/** An error inside a stream has no status; gateways put it where the code is. */
function classOfCode(code: unknown): ModelFailure {
  if (typeof code === 'number') return classOf(code);
  if (code === 'rate_limit_exceeded') return 'rate';
  return code === 'invalid_prompt' || code === 'context_length_exceeded' ? 'request' : 'server';
}

function codeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return codeOf(cause.cause);
}
