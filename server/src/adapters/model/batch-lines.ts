import { z } from 'zod';
import type { BatchResult } from '../../ports/batches.ts';

/** No answer to a background question is longer. */
const MOST_ANSWER_CHARS = 200_000;

const count = z.int().min(0).catch(0);
const Body = z.object({
  model: z.string(),
  choices: z.array(
    z.object({ finish_reason: z.string().nullish(), message: z.object({ content: z.string().nullish() }) }),
  ),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count,
      prompt_tokens_details: z.object({ cached_tokens: count }).nullish(),
    })
    .nullish(),
});
const Line = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.int(), body: z.unknown() }).nullish(),
});

/** What the lines of an output or error file say. A line that nobody can read says nothing; one of two for a question counts. */
export function batchResults(text: string): readonly BatchResult[] {
  const results = text.split('\n').flatMap((line) => resultOf(line) ?? []);
  return [...new Map(results.toReversed().map((result) => [result.operation, result])).values()];
}

function resultOf(line: string): BatchResult | null {
  const parsed = Line.safeParse(jsonOf(line));
  if (!parsed.success) return null;
  const { custom_id: operation, response } = parsed.data;
  const body = Body.safeParse(response?.body);
  if (response?.status_code !== 200 || !body.success) return failedWith(operation, response?.status_code);
  const { model, choices, usage } = body.data;
  const [choice] = choices;
  const tokens = { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 };
  return {
    operation,
    kind: 'answer',
    text: (choice?.message.content ?? '').slice(0, MOST_ANSWER_CHARS),
    reason: choice?.finish_reason ?? 'stop',
    usage: { model, ...tokens, cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0 },
  };
}

/** A status and nothing else: what a provider says of it may repeat people's words. */
function failedWith(operation: string, status: number | undefined): BatchResult {
  return { operation, kind: 'failed', class: status === undefined ? 'batch' : `batch ${status}` };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // An unreadable line says nothing of any question; its question counts as not answered.
    return undefined;
  }
}
