import type { Usage } from '@parley/shared/entry';
import type { ModelCall, ModelMessage } from '../core/context.ts';

export type { ModelCall, ModelMessage };

export interface ModelRequest {
  readonly messages: readonly ModelMessage[];
  /** C1: sorted and constant for a room; empty when it has none. */
  readonly tools: readonly ModelTool[];
  /** Names of those this speaker may call now; the rest are declared so that the prefix stays the same. */
  readonly allowedTools: readonly string[];
  /** Most tokens of output. */
  readonly maxOutputTokens: number;
  /** A keyed hash of the room's lane: routes to the provider's cache without naming anybody (R10). */
  readonly cacheKey: string;
}

/** A function as it is declared to the model. */
export interface ModelTool {
  /** `tool__function`: letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What a model call yields: any number of `text`, then exactly one `end`, then nothing. */
export type ModelEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'end'; readonly end: ModelEnd };

export type ModelEnd =
  | { readonly reason: 'stop' | 'length' | 'refused'; readonly usage: Usage }
  /** It asks for these before it goes on; there is at least one. A reply cut by length never runs any. */
  | { readonly reason: 'tool'; readonly calls: readonly ModelCall[]; readonly usage: Usage }
  | { readonly reason: 'failed'; readonly class: ModelFailure; readonly detail: string };

/** `aborted`: the signal fired. `request`: a mistake of ours, never retried. `runaway`: it would not stop. */
export type ModelFailure = 'aborted' | 'auth' | 'rate' | 'request' | 'server' | 'network' | 'stall' | 'runaway';

/**
 * G1: never throws and never rejects; the last event says how the call ended. Aborting the signal ends
 * the provider's request and yields `failed: aborted` at once.
 */
export interface Model {
  /** What people are told answers them. */
  readonly name: string;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

/** Counts tokens of a text; bounded time on any input (C16). */
export interface Tokenizer {
  count(text: string): number;
}
