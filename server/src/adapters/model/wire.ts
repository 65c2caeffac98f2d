import type OpenAI from 'openai';
import type { ModelRequest } from '../../ports/model.ts';
import type { Gathered } from './reply-end.ts';

export interface Addressee {
  /** Including `/v1`. */
  readonly baseURL: string;
  /** The provider's name of the model. */
  readonly model: string;
}

/** One of the ways to ask an OpenAI-compatible server. How long, how often and at which pace is the same for all. */
export interface Wire {
  /** Resolves with the head of the answer; rejects with what the library makes of a refusal. */
  ask(client: OpenAI, to: Addressee, request: ModelRequest, signal: AbortSignal): Promise<Response>;
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
