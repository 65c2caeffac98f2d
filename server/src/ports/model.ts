import type { Usage } from '@parley/shared/entry';
import type { JobKind } from '@parley/shared/background';
import type { UserId } from '@parley/shared/ids';
import type { Price } from '../core/budget/price.ts';
import type { KeyOf } from '../core/calling/key-choice.ts';
import type { ModelFailure } from '../core/calling/model-failure.ts';
import type { ModelCall, ModelMessage } from '../core/context/context.ts';
import type { RoomRef } from '../core/tenant.ts';
import type { Caching } from '../core/warming/worth-warming.ts';

export type { ModelCall, ModelFailure, ModelMessage };

export interface ModelRequest {
  readonly messages: readonly ModelMessage[];
  /** C1: sorted and constant for a room; empty when it has none. */
  readonly tools: readonly ModelTool[];
  /** Names of those this speaker may call now; the rest are declared so that the prefix stays the same. */
  readonly allowedTools: readonly string[];
  /** What it takes, by the counts that are stored with what was said (C16): it stands where a provider does not say. */
  readonly inputTokens: number;
  /** Most tokens of output. */
  readonly maxOutputTokens: number;
  /** A keyed hash of the room's lane: routes to the provider's cache without naming anybody (R10). */
  readonly cacheKey: string;
  /** Calls are shared out by it (G2, G8) and made with its keys (G5). No provider is told. Null: the server itself. */
  readonly caller: Caller | null;
  /**
   * What it is for, where nobody waits for it: it gives way to every call that somebody waits for (G9), and ends
   * `aborted` when it had to. A `warmup` is for the cache of whoever is asked first, and nobody else is asked then (C17).
   */
  readonly background?: JobKind | 'warmup';
  /** One of the model's `choices`; its first when absent. */
  readonly model?: string;
  /** How far apart pieces of text behind the first are wanted, in milliseconds (G11); absent: nobody watches. */
  readonly pieceMs?: number;
}

/** Whom a call is made for. */
export interface Caller extends RoomRef {
  /** Whose turn it is; absent for what a room does by itself. */
  readonly user?: UserId;
}

/** A function as it is declared to the model. */
export interface ModelTool {
  /** `tool__function`: letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What a model call yields: any number of `text` and `again`, then exactly one `end`, then nothing; before all of it `ready`, where the model says that. */
export type ModelEvent =
  /** All that a call takes is there, and nothing has left for a provider: it does when the next event is wanted. */
  | { readonly type: 'ready' }
  | { readonly type: 'text'; readonly text: string }
  /** What was said so far is void: it failed this way, and somebody is asked the same anew (G2). */
  | { readonly type: 'again'; readonly failed: ModelFailure; readonly from: Provider }
  | { readonly type: 'end'; readonly end: ModelEnd; readonly from?: Provider };

interface Used {
  readonly usage: Usage;
  /** Of the output: what was thought and not said. */
  readonly reasoningTokens?: number;
  /** Of the input: what the provider wrote into its cache. */
  readonly cacheWriteTokens?: number;
  /** The provider did not say; it was counted here. */
  readonly estimated?: boolean;
}

/** Who was called; absent where there is nobody to name. */
export interface Provider {
  readonly provider: string;
  /** The provider's name of the model. */
  readonly model: string;
  /** Whose key it was called with; the server's when absent. */
  readonly keyOf?: KeyOf;
  /** What it takes; absent: nobody said. */
  readonly price?: Price;
}

export type ModelEnd =
  | ({ readonly reason: 'stop' | 'length' | 'refused' } & Used)
  /** It asks for these before it goes on; there is at least one. A reply cut by length never runs any. */
  | ({ readonly reason: 'tool'; readonly calls: readonly ModelCall[] } & Used)
  | {
      readonly reason: 'failed';
      readonly class: ModelFailure;
      readonly detail: string;
      /** How long the provider wants to be left alone. */
      readonly retryAfterMs?: number;
      /** False: nobody was asked, so that it cost nothing. */
      readonly asked?: false;
    };

/**
 * G1: never throws and never rejects; the last event says how the call ended. Aborting the signal ends
 * the provider's request and yields `failed: aborted` at once.
 */
export interface Model {
  /** What people are told answers them. */
  readonly name: string;
  /** Names of those that a request may choose from, where there are several. */
  readonly choices?: readonly string[];
  /** Its calls yield `ready`: they may be begun before it is certain that they may be made. */
  readonly saysReady?: boolean;
  /** What the operator said of the cache of one of its choices (C17); undefined: nothing. */
  cachingOf?(choice: string): Caching | undefined;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

/** Counts tokens of a text; bounded time on any input (C16). */
export interface Tokenizer {
  count(text: string): number;
}
