import type { PromptForecast } from '@parley/shared/answers';
import { count } from './format.ts';
import { usageStrings as words } from './strings-usage.ts';

/** A forecast in words: a band, and what its sender has left; `short` when that may not be enough. */
export function forecastWords({ inputTokens, p50, p90, left }: PromptForecast): {
  readonly words: string;
  readonly short: boolean;
} {
  const [low, high] = [rounded(p50), rounded(p90)].map(count) as [string, string];
  const band = low === high ? words.about(low) : words.between(low, high);
  if (left === null) return { words: `${band}.`, short: false };
  if (inputTokens > left) return { words: `${band}. ${words.tooMuch(count(left))}`, short: true };
  if (p90 > left) return { words: `${band}. ${words.perhapsTooMuch(count(left))}`, short: true };
  return { words: `${band}, ${words.ofLeft(count(left))}`, short: false };
}

/** To two digits: it is a guess, and reads as one. */
function rounded(tokens: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, tokens))) - 1);
  return Math.round(tokens / step) * step;
}
