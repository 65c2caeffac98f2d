import { OAuthAccounts } from '@parley/server/adapters/credentials/accounts';
import { memoryCallKeys, type CallKeys } from '@parley/server/adapters/credentials/call-keys';
import { callTokens } from '@parley/server/adapters/credentials/call-tokens';
import { guardedFetch } from '@parley/server/adapters/outbound/guarded-fetch';
import { MemoryRegistry } from '@parley/server/adapters/store/registry-memory';
import { hostDigest } from '@parley/server/adapters/host/system';
import { MemoryVault } from '@parley/server/adapters/store/vault-memory';
import type { RegisteredTool, ToolAuth } from '@parley/server/ports/registry';
import type { CallIdentity, CallToken, CallTokens } from '@parley/server/ports/tools';
import type { RoomId, TurnId, UserId } from '@parley/shared/ids';
import type { ToolName } from '@parley/shared/tools';
import { TestClock } from './clock.ts';
import { seededIds } from './ids.ts';
import { RecordingLog } from './log.ts';
import { TokenServer } from './token-server.ts';
import { tenantOf } from './tool-world.ts';

export const MAIL = 'mail' as ToolName;
export const ANA = 'ana' as UserId;
export const BEN = 'ben' as UserId;
export const ISSUER = 'https://parley.example';

/** Tokens for calls and linked accounts, with a real token endpoint that a test holds. */
export class AccountWorld implements AsyncDisposable {
  readonly clock = new TestClock();
  readonly registry = new MemoryRegistry();
  readonly vault = new MemoryVault();
  readonly log = new RecordingLog();
  readonly server: TokenServer;
  readonly keys: CallKeys;
  readonly tokens: CallTokens;
  readonly accounts: OAuthAccounts;

  private constructor(server: TokenServer, keys: CallKeys) {
    this.server = server;
    this.keys = keys;
    const fetch = guardedFetch({ clock: this.clock, internalHosts: [], loopback: true });
    const { registry, vault, clock, log } = this;
    const shared = { registry, vault, clock, fetch, log, digest: hostDigest };
    this.tokens = callTokens({ ...shared, keys, issuer: () => ISSUER });
    const redirectUri = () => `${ISSUER}/oauth/callback`;
    this.accounts = new OAuthAccounts({ ...shared, ids: seededIds(5), redirectUri });
  }

  /** `known`: it signs as another one does. */
  static async open(known: CallKeys | null = null): Promise<AccountWorld> {
    const keys = known ?? (await memoryCallKeys({ clock: new TestClock(), ids: seededIds(1) }));
    return new AccountWorld(await TokenServer.start(), keys);
  }

  get oauth(): Extract<ToolAuth, { kind: 'oauth' }> {
    const authorizeUrl = 'https://login.example/authorize?prompt=consent';
    return {
      kind: 'oauth',
      authorizeUrl,
      tokenUrl: this.server.url,
      revokeUrl: null,
      clientId: 'parley',
      clientSecret: 'shh',
      scopes: ['mail', 'me'],
    };
  }

  async register(auth: ToolAuth, more: Partial<RegisteredTool> = {}): Promise<void> {
    const tool = {
      tenant: tenantOf('acme'),
      name: MAIL,
      kind: 'mcp',
      url: 'https://mail.example/mcp',
      title: 'Mail',
    } as const;
    await this.registry.put({ ...tool, auth, functions: [], revision: 1, by: 'root', at: 0, ...more });
  }

  token(more: Partial<CallIdentity> = {}): Promise<CallToken> {
    return this.tokens.forCall(MAIL, identity(more), new AbortController().signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

export function identity(more: Partial<CallIdentity> = {}): CallIdentity {
  return {
    tenant: tenantOf('acme'),
    room: 'lobby' as RoomId,
    turn: 't_1' as TurnId,
    speaker: ANA,
    binding: 'speaker',
    operation: 'op-1',
    ...more,
  };
}
