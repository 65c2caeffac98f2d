import type { Caller, ModelRequest } from '../../ports/model.ts';
import type { Pseudonym } from '../../ports/vault.ts';
import type { Breakpoints } from './breakpoints.ts';
import type { Post, Send } from './provider-post.ts';
import type { Gathered } from './reply-end.ts';
import type { UnknownFields } from './unknown-fields.ts';

export interface Addressee {
  /** Including `/v1`. */
  readonly baseURL: string;
  /** The provider's name of the model. */
  readonly model: string;
  /** It keeps what it caches apart by a salt (vLLM). */
  readonly cacheSalt?: boolean;
  readonly breakpoints?: Breakpoints | undefined;
  /** By what it tells people apart without knowing them; it is not told anything when absent. */
  readonly pseudonym?: Pseudonym;
  readonly unknown: UnknownFields;
}

/** One of the ways to ask an OpenAI-compatible server. How long, how often and at which pace is the same for all. */
export interface Wire {
  /** Makes a request ready, as {@link Post} does. */
  asking(to: Addressee, request: ModelRequest, post: Post, signal: AbortSignal): Send;
  reply(model: string): Reply;
}

/** Gathers one streamed answer. */
export interface Reply {
  /** All that came so far. */
  readonly gathered: Gathered;
  /** The provider said that nothing more follows. */
  readonly done: boolean;
  /** Takes in the data of an event and returns the text it adds. Throws when it is unreadable or an error of the provider's. */
  take(data: string): string;
}

/** What both wires say beside the conversation: the provider keeps nothing, and no field names anybody (R10). */
export function discreetly(
  { cacheSalt = false, pseudonym }: Omit<Addressee, 'unknown'>,
  { cacheKey, caller }: ModelRequest,
): Discreet {
  const person = pseudonymOf(caller, pseudonym);
  return {
    store: false,
    prompt_cache_key: cacheKey,
    ...(person === null ? {} : { safety_identifier: person }),
    ...(cacheSalt && { cache_salt: cacheKey }),
  };
}

interface Discreet {
  store: false;
  prompt_cache_key: string;
  safety_identifier?: string;
  /** As good as the key: nobody can guess either. */
  cache_salt?: string;
}

function pseudonymOf(caller: Caller | null, pseudonym: Pseudonym | undefined): string | null {
  return caller?.user === undefined || pseudonym === undefined ? null : pseudonym(caller.tenant, caller.user);
}
