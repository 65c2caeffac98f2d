import type { ModelMessage } from '../../ports/model.ts';

/** How a server wants to be shown where the parts end that it may find in its cache, in the field of that name. */
export type Breakpoints = 'cache_control' | 'prompt_cache_breakpoint';

const MARKS = {
  cache_control: { cache_control: { type: 'ephemeral' } },
  prompt_cache_breakpoint: { prompt_cache_breakpoint: { mode: 'explicit' } },
} as const;

/** Besides the system text: no provider takes more than four in all. */
const OF_PEOPLE = 3;

/** The mark of the message at an index, where it has one: the system text, and the newest messages of people. */
export function marksOf(
  messages: readonly ModelMessage[],
  breakpoints: Breakpoints | undefined,
): (index: number) => object | null {
  if (breakpoints === undefined) return () => null;
  const indexes = messages.flatMap(({ role }, index) => (role === 'user' ? [index] : [])).slice(-OF_PEOPLE);
  const marked = new Set([messages.findIndex(({ role }) => role === 'system'), ...indexes]);
  return (index) => (marked.has(index) ? MARKS[breakpoints] : null);
}
