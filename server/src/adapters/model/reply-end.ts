import type { Usage } from '@parley/shared/entry';
import type { ModelCall, ModelEnd, ModelRequest, Tokenizer } from '../../ports/model.ts';

/** What a reply came to, whichever wire it came over. */
export interface Gathered {
  /** As the provider names the model that answered. */
  readonly model: string;
  readonly text: string;
  /** Null: it did not end. */
  readonly finish: 'stop' | 'length' | 'refused' | 'tool' | null;
  /** In the provider's order; an id that it did not give is empty. */
  readonly calls: readonly ModelCall[];
  readonly counts: Counts;
}

/** Tokens, as the provider says: anything at all. */
export interface Counts {
  readonly input?: unknown;
  readonly cached?: unknown;
  readonly cacheWrite?: unknown;
  readonly output?: unknown;
  readonly reasoning?: unknown;
}

/** Arguments of one call are no longer; a longer one is cut, and then is no JSON. */
export const MAX_ARGUMENT_CHARS = 65_536;
/** No call takes more; a count beyond it would empty a budget for what nobody used. */
const MOST_TOKENS = 100_000_000;

/** How a reply ended once its stream is over (G1). */
export function endOf(gathered: Gathered, request: ModelRequest, tokenizer: Tokenizer): ModelEnd {
  const reason = reasonOf(gathered);
  if (reason === null) return { reason: 'failed', class: 'network', detail: 'the stream ended early' };
  const used = usedOf(gathered, request, tokenizer);
  if (reason !== 'tool') return { reason, ...used };
  const calls = callsOf(gathered, request);
  if (calls === null) return { reason: 'failed', class: 'server', detail: 'called a tool that was not offered' };
  return { reason, calls, ...used };
}

/** Some servers say `stop` behind a tool call. A reply that was cut runs none. */
function reasonOf({ finish, calls }: Gathered): Gathered['finish'] {
  return finish === 'stop' && calls.length > 0 ? 'tool' : finish;
}

/** Nothing that was not offered is called. */
function callsOf({ calls }: Gathered, { tools }: ModelRequest): readonly ModelCall[] | null {
  const offered = new Set(tools.map(({ name }) => name));
  if (calls.length === 0 || !calls.every(({ name }) => offered.has(name))) return null;
  return calls.map((call, index) => (call.id === '' ? { ...call, id: `call-${index + 1}` } : call));
}

type Used = { readonly usage: Usage; reasoningTokens?: number; cacheWriteTokens?: number; estimated?: boolean };

/** What the provider counted, as far as it can be: parts are no more than the whole. */
function usedOf({ model, text, counts }: Gathered, request: ModelRequest, tokenizer: Tokenizer): Used {
  const input = unlessNone(whole(counts.input), true);
  const output = unlessNone(whole(counts.output), text !== '');
  const inputTokens = input ?? request.inputTokens;
  const outputTokens = output ?? tokenizer.count(text);
  const cachedTokens = Math.min(whole(counts.cached) ?? 0, inputTokens);
  const used: Used = { usage: { model, inputTokens, cachedTokens, outputTokens } };
  const [reasoning, written] = [whole(counts.reasoning), whole(counts.cacheWrite)];
  if (reasoning !== undefined) used.reasoningTokens = Math.min(reasoning, outputTokens);
  if (written !== undefined) used.cacheWriteTokens = Math.min(written, inputTokens - cachedTokens);
  if (input === undefined || output === undefined) used.estimated = true;
  return used;
}

/** Where there was something, none is no count. */
function unlessNone(count: number | undefined, something: boolean): number | undefined {
  return count === 0 && something ? undefined : count;
}

function whole(count: unknown): number | undefined {
  return typeof count === 'number' && count >= 0 && count <= MOST_TOKENS ? Math.round(count) : undefined;
}
