/** Tokens of one scope in one month: used for good, and held for calls that run. */
export interface Account {
  readonly used: number;
  readonly held: number;
}

export const EMPTY: Account = { used: 0, held: 0 };
/** A person is told when so much of a budget is used. */
export const WARN_SHARE = 0.8;

/** What is neither used nor held; without a limit, everything. */
export function left({ used, held }: Account, limit: number | null): number {
  return limit === null ? Number.POSITIVE_INFINITY : limit - used - held;
}

export function hold(account: Account, tokens: number): Account {
  return { ...account, held: account.held + tokens };
}

/** Turns what was held into what was used; a hold for nothing is given back. */
export function settle({ used, held }: Account, heldTokens: number, usedTokens: number): Account {
  return { used: used + usedTokens, held: held - heldTokens };
}

/** Whether so many tokens more would take the account to the mark, or it is there. */
export function isPressed({ used, held }: Account, tokens: number, limit: number | null): boolean {
  return limit !== null && used + held + tokens >= limit * WARN_SHARE;
}

/** Whether this use took the account over the mark. */
export function crosses(before: Account, after: Account, limit: number | null): boolean {
  return limit !== null && before.used < limit * WARN_SHARE && after.used >= limit * WARN_SHARE;
}
