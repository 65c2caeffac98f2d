import type { Clock, Log } from '../../ports/system.ts';
import type { LinkedCredential } from '../../ports/vault.ts';
import type { GuardedFetch } from '../outbound/guarded-fetch.ts';
import type { OAuthTool } from './account-key.ts';
import { revokeToken } from './token-endpoint.ts';

export interface TakenBackDeps {
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** Nobody who unlinks or withdraws waits longer for an authority. */
const PATIENCE_MS = 5_000;
/** An authority is asked to take back so many at once. */
const AT_ONCE = 8;

/**
 * RFC 7009: has an authority take back what is no longer kept here. Null where it has no place for that; otherwise
 * whether it did, and the log says why it did not, without the token.
 */
export async function takenBack(
  tool: OAuthTool,
  credential: LinkedCredential,
  deps: TakenBackDeps,
): Promise<boolean | null> {
  const missed = await allTakenBack(tool, [credential], deps);
  return missed === null ? null : missed === 0;
}

/** The same of many, in the same time: how many it did not take back. */
export async function allTakenBack(
  { name, auth }: OAuthTool,
  credentials: readonly LinkedCredential[],
  { fetch, clock, log }: TakenBackDeps,
): Promise<number | null> {
  const { revokeUrl } = auth;
  if (revokeUrl === null) return null;
  const late = new AbortController();
  const cancel = clock.after(PATIENCE_MS, () => late.abort());
  const left = [...credentials];
  const missed: string[] = [];
  const askForSome = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const why = await revokeToken({ ...auth, revokeUrl }, next, { fetch, signal: late.signal });
      if (why !== null) missed.push(why);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askForSome));
  cancel();
  const [why] = missed;
  if (why !== undefined) log.info('account.not-taken-back', { tool: name, detail: why, count: missed.length });
  return missed.length;
}
