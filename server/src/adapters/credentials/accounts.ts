import type { Accounts, AccountRef, LinkEnd, PendingLink } from '../../ports/accounts.ts';
import type { RegisteredTool, Registry } from '../../ports/registry.ts';
import type { Clock, Digest, Ids, Log } from '../../ports/system.ts';
import type { Vault } from '../../ports/vault.ts';
import { accountKey, takesAccounts, type OAuthTool } from './account-key.ts';
import type { GuardedFetch } from '../outbound/guarded-fetch.ts';
import { readable } from './linked-token.ts';
import { allTakenBack, takenBack } from './taken-back.ts';
import { askForToken } from './token-endpoint.ts';

export interface AccountsDeps {
  readonly registry: Pick<Registry, 'tool'>;
  readonly vault: Vault;
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly log: Log;
  /** Where authorities send people back to. */
  readonly redirectUri: () => string;
}

interface Begun extends PendingLink {
  readonly verifier: string;
  /** As it was when it began: a tool that is registered anew meanwhile gets no code meant for the old one. */
  readonly registered: OAuthTool;
  readonly until: number;
}

const LASTS_MS = 600_000;
const MOST_BEGUN = 10_000;
const MOST_OF_ONE = 10;
const STATE_BYTES = 32;

/** Authorization code with PKCE (RFC 7636). What was begun is in memory: a restart means pressing the button again. */
export class OAuthAccounts implements Accounts {
  readonly #deps: AccountsDeps;
  readonly #begun = new Map<string, Begun>();

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
  }

  async linked({ tenant, user, tool }: AccountRef): Promise<boolean | null> {
    const registered = this.#deps.registry.tool(tenant, tool);
    if (!takesAccounts(registered)) return null;
    const { vault, digest } = this.#deps;
    return readable(await vault.get(tenant, user, accountKey(registered, digest))) !== null;
  }

  begin({ tenant, user, tool }: AccountRef): { readonly authorizeUrl: string } | null {
    const { registry, clock, ids } = this.#deps;
    const registered = registry.tool(tenant, tool);
    if (!takesAccounts(registered)) return null;
    this.#makeRoom({ tenant, user, tool });
    const state = ids.secret(STATE_BYTES);
    const verifier = ids.secret(STATE_BYTES);
    const until = clock.now() + LASTS_MS;
    this.#begun.set(state, { tenant, user, tool, title: registered.title, registered, verifier, until });
    return { authorizeUrl: this.#address(registered, state, verifier) };
  }

  pending(state: string): PendingLink | null {
    const begun = this.#begun.get(state);
    if (begun === undefined || begun.until <= this.#deps.clock.now()) return null;
    const { tenant, user, tool, title } = begun;
    return { tenant, user, tool, title };
  }

  async finish(state: string, code: string, signal: AbortSignal): Promise<LinkEnd> {
    const alive = this.pending(state) !== null;
    const begun = this.#begun.get(state);
    this.#begun.delete(state);
    if (!alive || begun === undefined) return 'refused';
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.#deps.redirectUri(),
      code_verifier: begun.verifier,
    };
    const answer = await askForToken(begun.registered.auth, form, { ...this.#deps, signal });
    if (answer.kind === 'refused') return 'refused';
    if (answer.kind === 'failed') return 'unavailable';
    const { vault, registry, digest } = this.#deps;
    const key = accountKey(begun.registered, digest);
    await vault.put(begun.tenant, begun.user, key, answer.credential);
    if (registry.tool(begun.tenant, begun.tool) !== null) return 'linked';
    // It was withdrawn while its authority answered.
    await this.#unlink(begun.registered, begun);
    return 'refused';
  }

  async unlink(account: AccountRef): Promise<boolean | null> {
    const registered = this.#deps.registry.tool(account.tenant, account.tool);
    return takesAccounts(registered) ? this.#unlink(registered, account) : null;
  }

  async withdraw(tool: RegisteredTool): Promise<void> {
    if (!takesAccounts(tool)) return;
    const { vault, digest } = this.#deps;
    await allTakenBack(tool, await vault.dropAll(tool.tenant, accountKey(tool, digest)), this.#deps);
  }

  async #unlink(registered: OAuthTool, { tenant, user }: AccountRef): Promise<boolean | null> {
    const { vault, digest } = this.#deps;
    const key = accountKey(registered, digest);
    const held = readable(await vault.get(tenant, user, key));
    await vault.drop(tenant, user, key);
    return held === null ? null : takenBack(registered, held, this.#deps);
  }

  #address({ auth }: OAuthTool, state: string, verifier: string): string {
    const url = new URL(auth.authorizeUrl);
    const query = {
      response_type: 'code',
      client_id: auth.clientId,
      redirect_uri: this.#deps.redirectUri(),
      scope: auth.scopes.join(' '),
      state,
      code_challenge: this.#deps.digest(verifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url.href;
  }

  /** Bounded: nobody crowds out others, and the oldest goes first. */
  #makeRoom({ tenant, user }: AccountRef): void {
    const now = this.#deps.clock.now();
    for (const [state, { until }] of this.#begun) if (until <= now) this.#begun.delete(state);
    const own = [...this.#begun].filter(([, one]) => one.tenant.id === tenant.id && one.user === user);
    const [oldest] = own.length >= MOST_OF_ONE ? own : this.#begun.size >= MOST_BEGUN ? this.#begun : [];
    if (oldest !== undefined) this.#begun.delete(oldest[0]);
  }
}
