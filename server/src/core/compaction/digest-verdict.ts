import { citations } from './citations.ts';
import type { DigestPlan } from './digest-plan.ts';

/** Why what a model wrote is no digest. */
export type DigestFlaw = 'empty' | 'too long' | 'cut off' | 'imitation' | 'citations' | 'no answer';

export interface Written {
  readonly text: string;
  readonly tokens: number;
  /** What of it is harmless in a prompt: all of it, if it is honest. */
  readonly harmless: string;
  /** It came to its end. */
  readonly complete: boolean;
}

/** C15: null when it can stand for what it covers. Nothing that a hostile summary says is repaired. */
export function digestFlaw(
  { cite, mostTokens }: DigestPlan,
  { text, tokens, harmless, complete }: Written,
): DigestFlaw | null {
  if (!complete) return 'cut off';
  if (text === '') return 'empty';
  if (tokens > mostTokens) return 'too long';
  if (harmless !== text) return 'imitation';
  const named = new Set(citations(text));
  return cite.every((one) => named.has(one)) ? null : 'citations';
}
