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

/** Nobody who unlinks waits longer for an authority. */
const PATIENCE_MS = 5_000;

/**
 * RFC 7009: has an authority take back what is no longer kept here. Null where it has no place for that; otherwise
 * whether it did, and the log says why it did not, without the token.
 */
export async function takenBack(
  { name, auth }: OAuthTool,
  credential: LinkedCredential,
  { fetch, clock, log }: TakenBackDeps,
): Promise<boolean | null> {
  const { revokeUrl } = auth;
  if (revokeUrl === null) return null;
  const late = new AbortController();
  const cancel = clock.after(PATIENCE_MS, () => late.abort());
  const why = await revokeToken({ ...auth, revokeUrl }, credential, { fetch, signal: late.signal });
  cancel();
  if (why !== null) log.info('account.not-taken-back', { tool: name, detail: why });
  return why === null;
}
