/** What a million tokens cost, in the currency that the operator counts in. */
export interface Price {
  readonly input: number;
  /** Read from the provider's cache, and written to it; as other input when absent. */
  readonly cached?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly output: number;
}

export interface Priced {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
}

/** What a call cost, in millionths, as a whole number; null when nobody knows, and never a reason to fail. */
export function costOf(price: Price | undefined, spent: Priced): number | null {
  if (price === undefined) return null;
  const { input, cached = input, cacheWrite = input, output } = price;
  const { inputTokens, cachedTokens, cacheWriteTokens, outputTokens } = spent;
  const plain = inputTokens - cachedTokens - cacheWriteTokens;
  const cost = plain * input + cachedTokens * cached + cacheWriteTokens * cacheWrite + outputTokens * output;
  const whole = Math.round(cost);
  return Number.isSafeInteger(whole) && whole >= 0 ? whole : null;
}
