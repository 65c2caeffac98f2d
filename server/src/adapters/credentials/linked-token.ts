import type { UserId } from '@parley/shared/ids';
import { personKey, type Tenant } from '../../core/tenant.ts';
import type { Digest } from '../../ports/system.ts';
import type { CallToken } from '../../ports/tools.ts';
import type { LinkedCredential, Vault } from '../../ports/vault.ts';
import { accountKey, type OAuthTool } from './account-key.ts';
import { takenBack, type TakenBackDeps } from './taken-back.ts';
import { askForToken } from './token-endpoint.ts';

export interface LinkedDeps extends TakenBackDeps {
  readonly vault: Vault;
  readonly digest: Digest;
  /** A refresh token works once at many authorities: those who need one at the same time share it. */
  readonly refreshing: Map<string, Promise<CallToken>>;
}

export interface LinkedAccount {
  readonly tenant: Tenant;
  readonly user: UserId;
  readonly tool: OAuthTool;
}

/** What cannot be read any more has to be linked anew. */
export function readable(held: LinkedCredential | 'unreadable' | null): LinkedCredential | null {
  return held === 'unreadable' ? null : held;
}

/** A token that ends while the call is under way is as good as none. */
const MARGIN_MS = 60_000;

/** The speaker's own credential at the tool's authority, refreshed when it is about to end. */
export async function linkedToken(account: LinkedAccount, deps: LinkedDeps): Promise<CallToken> {
  const { tenant, user } = account;
  const key = accountKey(account.tool, deps.digest);
  const held = readable(await deps.vault.get(tenant, user, key));
  if (held === null) return { kind: 'not-linked' };
  if (held.expiresAt === null || held.expiresAt - deps.clock.now() > MARGIN_MS)
    return { kind: 'token', bearer: held.accessToken };
  // No part can hold the separator.
  const place = `${personKey(tenant, user)}/${key}`;
  const running = deps.refreshing.get(place);
  if (running !== undefined) return running;
  const refreshed = refresh(account, held, deps).finally(() => deps.refreshing.delete(place));
  deps.refreshing.set(place, refreshed);
  return refreshed;
}

async function refresh(account: LinkedAccount, held: LinkedCredential, deps: LinkedDeps): Promise<CallToken> {
  const { tenant, user, tool } = account;
  if (held.refreshToken === null) return forget(account, deps);
  const form = { grant_type: 'refresh_token', refresh_token: held.refreshToken };
  // Not the call's own signal: others may wait for this one, and a refresh that was begun must be kept.
  const answer = await askForToken(tool.auth, form, { ...deps, signal: new AbortController().signal });
  if (answer.kind === 'refused') return forget(account, deps);
  if (answer.kind === 'failed') return { kind: 'failed', detail: answer.detail };
  const credential = { ...answer.credential, refreshToken: answer.credential.refreshToken ?? held.refreshToken };
  const key = accountKey(tool, deps.digest);
  if ((await deps.vault.get(tenant, user, key)) === null) return unlinkedMeanwhile(tool, credential, deps);
  await deps.vault.put(tenant, user, key, credential);
  return { kind: 'token', bearer: credential.accessToken };
}

/** What was asked for before the account was unlinked, and came after, is not kept. */
async function unlinkedMeanwhile(tool: OAuthTool, fresh: LinkedCredential, deps: LinkedDeps): Promise<CallToken> {
  await takenBack(tool, fresh, deps);
  return { kind: 'not-linked' };
}

async function forget({ tenant, user, tool }: LinkedAccount, { vault, digest }: LinkedDeps): Promise<CallToken> {
  await vault.drop(tenant, user, accountKey(tool, digest));
  return { kind: 'not-linked' };
}
