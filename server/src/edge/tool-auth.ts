import type { ToolAuthInput, ToolAuthView } from '@parley/shared/admin';
import { ok, refuse, type Result } from '@parley/shared/fault';
import type { RegisteredTool, ToolAuth } from '../ports/registry.ts';

/** What is known of a tool that is about to be registered. */
export interface Registering {
  readonly url: string;
  readonly auth: ToolAuthInput;
  /** As it was registered before. */
  readonly before: RegisteredTool | null;
}

/** Puts the secrets in that were left out, where they would be sent to the same place as before and to no other. */
export function authWithSecrets({ url, auth, before }: Registering): Result<ToolAuth> {
  switch (auth.kind) {
    case 'none':
    case 'parley':
      return ok(auth);
    case 'exchange': {
      const { clientSecret = keptSecret(auth, before?.auth), ...rest } = auth;
      return typeof clientSecret === 'string' ? ok({ ...rest, clientSecret }) : missing('auth.clientSecret');
    }
    case 'oauth': {
      const { clientSecret = keptSecret(auth, before?.auth), ...rest } = auth;
      if (clientSecret === undefined) return missing('auth.clientSecret');
      // It is sent what was given for the token endpoint, so that it may not be another place.
      const elsewhere = auth.revokeUrl !== null && !sameOrigin(auth.revokeUrl, auth.tokenUrl);
      if (elsewhere) return refuse('bad_request', 'auth.revokeUrl: it has to be on the host of auth.tokenUrl.');
      return ok({ ...rest, clientSecret });
    }
    case 'secret': {
      const kept = before?.auth.kind === 'secret' && sameOrigin(before.url, url) ? before.auth.secret : undefined;
      const { secret = kept } = auth;
      return secret === undefined ? missing('auth.secret') : ok({ kind: 'secret', secret });
    }
  }
}

/** The same without its secrets. */
export function viewOfAuth(auth: ToolAuth): ToolAuthView {
  switch (auth.kind) {
    case 'none':
    case 'parley':
      return auth;
    case 'exchange': {
      const { clientSecret: _, ...rest } = auth;
      return { ...rest, hasSecret: true };
    }
    case 'oauth': {
      const { clientSecret, scopes, ...rest } = auth;
      return { ...rest, scopes: [...scopes], hasSecret: clientSecret !== null };
    }
    case 'secret':
      return { kind: 'secret', hasSecret: true };
  }
}

type WithClient = Extract<ToolAuthInput, { kind: 'exchange' | 'oauth' }>;

function keptSecret(wanted: WithClient, before: ToolAuth | undefined): string | null | undefined {
  const same =
    before?.kind === wanted.kind && before.tokenUrl === wanted.tokenUrl && before.clientId === wanted.clientId;
  return same ? before.clientSecret : undefined;
}

function sameOrigin(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin;
}

function missing(field: string): Result<never> {
  return refuse('bad_request', `${field}: give it; none is kept that would go to this address.`);
}
