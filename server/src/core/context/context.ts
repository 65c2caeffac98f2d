import type { ContextInput } from './context-input.ts';
import {
  compactedOf,
  FIXED_TOKENS,
  laneOf,
  lastSeq,
  layOutPrivate,
  layOutRoom,
  type PlainMessage,
  type Sources,
} from './context-layout.ts';
import type { ContextItem } from './context-pieces.ts';
import { handOf } from './hand.ts';
import { systemText } from './system-text.ts';

export type { ContextInput, ContextItem, PlainMessage, Sources };

/** One message as the model is sent it. */
export type ModelMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  /** `calls`: the tools it asked for at the end of this message; each has its result behind it. */
  | { readonly role: 'assistant'; readonly content: string; readonly calls?: readonly ModelCall[] }
  | { readonly role: 'tool'; readonly call: string; readonly content: string };

/** A tool call as the model wrote it. */
export interface ModelCall {
  /** Its own name for the call. */
  readonly id: string;
  /** `tool__function`. */
  readonly name: string;
  /** JSON, as far as the model can write it. */
  readonly arguments: string;
}

/** What was sent, as the journal keeps it (T13). */
export interface ContextManifest {
  /** First and last entry of the turn's own lane; `from` is `to + 1` when none was sent. */
  readonly from: number;
  readonly to: number;
  /** Last entry of the room lane. */
  readonly roomTo: number;
  readonly hash: string;
  /** At most this many, by the stored counts. */
  readonly tokens: number;
  /** C13: which digest of the lane was sent; absent: none. */
  readonly generation?: number;
  /** C6: which older entries, or lines of them, were said once more, as they are cited; absent: none. */
  readonly recalled?: readonly string[];
}

export interface Context {
  readonly messages: readonly PlainMessage[];
  readonly manifest: ContextManifest;
  /** Of all that is sent. */
  readonly sources: Sources;
  /** C13: which share of what its lane's conversation may use is used, by the lane's own items alone (R9). */
  readonly load: number;
}

/**
 * Lays out what the model is sent for one turn. Pure and byte-deterministic: the same entries give the same
 * bytes on any node, in whatever order they are handed in.
 *
 * Order (C1–C8): tools, of which there are none yet · system text · the ledger of pinned rows and the
 * digest of what was compacted · the room's sealed segments, where everything between two answers is one
 * message · in a private turn, the speaker's own items in the same order · the prompt.
 */
export function buildContext(input: ContextInput): Context {
  const hand = input.hand ?? handOf(input.salts.room, input.hash);
  const layout = input.own === null ? layOutRoom(input, hand) : layOutPrivate(input, hand);
  const messages = merged([
    { role: 'system', content: systemText(input.salts.lane, hand.boundary) },
    ...layout.messages,
  ]);
  const to = lastSeq(input.own ?? input.room);
  const generation = compactedOf(input, laneOf(input))?.generation ?? null;
  return {
    messages,
    manifest: {
      from: generation?.from ?? layout.firstSeq ?? to + 1,
      to,
      roomTo: lastSeq(input.room),
      hash: input.hash(framed(messages)),
      tokens: FIXED_TOKENS + layout.tokens,
      ...(generation === null ? {} : { generation: generation.number }),
      ...(layout.recalled.length === 0 ? {} : { recalled: layout.recalled }),
    },
    sources: layout.sources,
    load: layout.load,
  };
}

/** Joins neighbours of one role: a segment is one message, and some models insist that roles alternate. */
function merged(messages: readonly PlainMessage[]): PlainMessage[] {
  const runs: { role: PlainMessage['role']; parts: string[] }[] = [];
  for (const { role, content } of messages) {
    const last = runs.at(-1);
    if (last?.role === role) last.parts.push(content);
    else runs.push({ role, parts: [content] });
  }
  return runs.map(({ role, parts }) => ({ role, content: parts.join('\n') }));
}

/** Joined they are one text for all of them, and no other messages have the same; to join them, or to write them as JSON, takes longer than all the rest. */
function framed(messages: readonly PlainMessage[]): readonly string[] {
  return messages.map(({ role, content }) => `${role} ${content.length}\n${content}\n`);
}
