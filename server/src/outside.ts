import { OAuthAccounts } from './adapters/credentials/accounts.ts';
import { OpenFgaAuthority } from './adapters/authority/authority-openfga.ts';
import { splitAuthority } from './adapters/authority/authority-split.ts';
import { openCallKeys } from './adapters/credentials/call-keys.ts';
import { callTokens } from './adapters/credentials/call-tokens.ts';
import { guardedFetch } from './adapters/outbound/guarded-fetch.ts';
import type { SqliteStore } from './adapters/store/store-sqlite.ts';
import { hostClock, hostDigest, hostIds } from './adapters/host/system.ts';
import { anyTools } from './adapters/tools/tools.ts';
import type { Config } from './config.ts';
import type { JsonWebKeySet } from './edge/edge.ts';
import type { Accounts } from './ports/accounts.ts';
import type { Authority } from './ports/authority.ts';
import type { ResourceTable } from './ports/resource-table.ts';
import type { Log } from './ports/system.ts';
import type { CallTokens, Tools } from './ports/tools.ts';

/** What reaches systems of a tenant, and who says what people may read there. */
export interface Outside {
  readonly tools: Tools;
  readonly callTokens: CallTokens;
  readonly accounts: Accounts;
  readonly callKeys: JsonWebKeySet;
  readonly authority: Authority;
  /** Null with an outside authority. */
  readonly resources: ResourceTable | null;
}

/** `url` is where this server listens, for when no other address is configured; it is asked for when it is needed. */
export async function openOutside(
  config: Config,
  { registry, vault, resources }: SqliteStore,
  { log, url }: { readonly log: Log; readonly url: () => string },
): Promise<Outside> {
  const clock = hostClock;
  const ids = hostIds;
  const digest = hostDigest;
  const loopback = config.auth.kind === 'development';
  const fetch = guardedFetch({ clock, internalHosts: config.toolHosts, loopback });
  const keys = await openCallKeys(config.data, { clock, ids });
  const issuer = (): string => config.issuer ?? url();
  const redirectUri = (): string => `${issuer()}/oauth/callback`;
  const shared = { registry, vault, fetch, clock, digest, log };
  const outside = config.openFga;
  return {
    tools: anyTools({ fetch, clock, log }),
    callTokens: callTokens({ ...shared, keys, issuer }),
    accounts: new OAuthAccounts({ ...shared, ids, redirectUri }),
    callKeys: { keys: keys.jwks.keys.map((key) => ({ ...key })) },
    authority:
      outside === null
        ? resources
        : splitAuthority(
            new OpenFgaAuthority({ ...outside, stores: new Map(Object.entries(outside.stores)), clock }),
            resources,
          ),
    resources: outside === null ? resources : null,
  };
}
