import type { RegisteredTool, Registry } from '../../ports/registry.ts';
import type { Clock, Digest, Log } from '../../ports/system.ts';
import type { CallIdentity, CallToken, CallTokens } from '../../ports/tools.ts';
import type { Vault } from '../../ports/vault.ts';
import { takesAccounts } from './account-key.ts';
import type { CallKeys } from './call-keys.ts';
import type { GuardedFetch } from '../outbound/guarded-fetch.ts';
import { linkedToken, type LinkedDeps } from './linked-token.ts';
import { askForToken } from './token-endpoint.ts';

export interface CallTokensDeps {
  readonly registry: Pick<Registry, 'tool'>;
  readonly vault: Vault;
  readonly keys: CallKeys;
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
  readonly log: Log;
  readonly digest: Digest;
  /** By what address tools know this server: `iss`. */
  readonly issuer: () => string;
}

/** R12: minutes to live. */
const LIFETIME_SECONDS = 300;
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';
const ACCESS_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * R12: a credential for this call and no other, made from who speaks and not from what they came in with: the
 * client's own token is not even here. A connector has a right of the room, so it never gets a person's; a
 * speaker never gets what is everybody's.
 */
export function callTokens(deps: CallTokensDeps): CallTokens {
  const linked: LinkedDeps = { ...deps, refreshing: new Map() };
  return {
    forCall: async (name, identity, signal) => {
      const tool = deps.registry.tool(identity.tenant, name);
      if (tool === null) return failed('no such tool');
      try {
        return await tokenBy(tool, { identity, signal }, deps, linked);
      } catch {
        // The vault is the one part that may fail; how is told by the store.
        return failed('vault');
      }
    },
  };
}

interface Wish {
  readonly identity: CallIdentity;
  readonly signal: AbortSignal;
}

async function tokenBy(
  tool: RegisteredTool,
  { identity, signal }: Wish,
  deps: CallTokensDeps,
  linked: LinkedDeps,
): Promise<CallToken> {
  const { auth } = tool;
  switch (auth.kind) {
    case 'none':
      return { kind: 'token', bearer: null };
    case 'secret':
      if (identity.speaker !== null) return failed('a shared secret is for connectors');
      return { kind: 'token', bearer: auth.secret };
    case 'parley':
      return { kind: 'token', bearer: await signed(identity, auth.audience, deps) };
    case 'exchange': {
      const form = {
        grant_type: EXCHANGE,
        subject_token: await signed(identity, auth.tokenUrl, deps),
        subject_token_type: JWT_TYPE,
        requested_token_type: ACCESS_TYPE,
        audience: auth.audience,
      };
      const answer = await askForToken(auth, form, { ...deps, signal });
      if (answer.kind !== 'token') return failed(answer.kind === 'failed' ? answer.detail : 'exchange refused');
      return { kind: 'token', bearer: answer.credential.accessToken };
    }
    case 'oauth':
      if (identity.speaker === null) return failed('a person’s account is not for connectors');
      if (!takesAccounts(tool)) return failed('no account');
      return linkedToken({ tenant: identity.tenant, user: identity.speaker, tool }, linked);
  }
}

/** `room/` cannot begin a person's id, so no person is ever taken for a room. */
function signed(identity: CallIdentity, audience: string, { keys, issuer }: CallTokensDeps): Promise<string> {
  const { tenant, room, turn, speaker, operation } = identity;
  const claims = {
    iss: issuer(),
    sub: speaker ?? `room/${room}`,
    act: { sub: `parley/room/${room}` },
    aud: audience,
    tenant: tenant.id,
    room,
    turn,
    jti: operation,
  };
  return keys.sign(claims, LIFETIME_SECONDS);
}

function failed(detail: string): CallToken {
  return { kind: 'failed', detail };
}
