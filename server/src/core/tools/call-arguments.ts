import { at } from './call-gate.ts';
import { canonicalJson } from './canonical-json.ts';

/** What a model wrote as the arguments of a call. */
export type Arguments =
  | { readonly kind: 'object'; readonly value: Readonly<Record<string, unknown>>; readonly canonical: string }
  | { readonly kind: 'unreadable' };

/** Deeper nesting is not read: what follows a value into its depth must end. */
const DEEPEST = 32;

export function readArguments(written: string): Arguments {
  try {
    const value: unknown = JSON.parse(written.trim() === '' ? '{}' : written);
    if (typeof value !== 'object' || value === null || Array.isArray(value) || depthOf(value) > DEEPEST)
      return UNREADABLE;
    // An object that is no array: JSON gives its members string keys.
    return { kind: 'object', value: value as Readonly<Record<string, unknown>>, canonical: canonicalJson(value) };
  } catch {
    // Not JSON, or not what has one canonical text: a lone surrogate.
    return UNREADABLE;
  }
}
const UNREADABLE: Arguments = { kind: 'unreadable' };

function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return depth;
  return Math.max(depth, ...Object.values(value).map((inner) => depthOf(inner, depth + 1)));
}

/** Who would receive what is sent, read from where the arguments name them: texts, or lists of texts. */
export function recipientsOf(given: unknown, pointers: readonly string[]): readonly string[] {
  const found = pointers.flatMap((pointer) => textsOf(at(given, pointer)));
  return [...new Set(found)].toSorted();
}

function textsOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return [canonicalJson(value)];
}

/** The text whose digest is an operation id (D5): the same for each try of one call, another for each other one. */
export function operationText(parts: {
  readonly room: string;
  readonly turn: string;
  readonly step: number;
  readonly call: string;
  readonly arguments: string;
  /** Among equal calls of one step. */
  readonly index: number;
}): string {
  return `operation\n${canonicalJson(parts)}`;
}

/** The text whose digest an approval is bound to (T38). */
export function approvalText(parts: {
  readonly turn: string;
  readonly id: string;
  readonly call: string;
  readonly arguments: string;
  readonly speaker: string;
  readonly expiresAt: number;
}): string {
  return `approval\n${canonicalJson(parts)}`;
}
