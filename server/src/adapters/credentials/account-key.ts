import type { ToolName } from '@parley/shared/tools';
import type { RegisteredTool, ToolAuth } from '../../ports/registry.ts';
import type { Digest } from '../../ports/system.ts';

export type OAuth = Extract<ToolAuth, { kind: 'oauth' }>;
export interface OAuthTool extends RegisteredTool {
  readonly auth: OAuth;
}

export function takesAccounts(tool: RegisteredTool | null): tool is OAuthTool {
  return tool?.auth.kind === 'oauth';
}

/**
 * Under what a person's credential is kept: it was given for this address and this authority. When an admin
 * registers the tool anew with others, it does not go there.
 */
export function accountKey({ name, url, auth }: OAuthTool, digest: Digest): ToolName {
  const given = digest([url, auth.authorizeUrl, auth.tokenUrl, auth.clientId].join('\n'));
  // The vault keeps by name; this is the name with what it stood for.
  return `${name}.${given}` as ToolName;
}
