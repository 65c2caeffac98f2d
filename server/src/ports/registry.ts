import type { ToolFunction, ToolName } from '@parley/shared/tools';
import type { Tenant } from '../core/tenant.ts';
import type { Cancel } from './system.ts';
import type { ToolTarget } from './tools.ts';

/** How a tool knows who calls. Client secrets are in the clear here and sealed at rest. */
export type ToolAuth =
  | { readonly kind: 'none' }
  /** A token signed by this server, for this audience (R12). */
  | { readonly kind: 'parley'; readonly audience: string }
  /** RFC 8693: our token is exchanged for one of the tool's own authority. */
  | {
      readonly kind: 'exchange';
      readonly tokenUrl: string;
      readonly audience: string;
      readonly clientId: string;
      readonly clientSecret: string;
    }
  /** Each person links their own account (authorization code with PKCE). */
  | {
      readonly kind: 'oauth';
      readonly authorizeUrl: string;
      readonly tokenUrl: string;
      /** RFC 7009, of the same origin as `tokenUrl`; null: nothing is taken back. */
      readonly revokeUrl: string | null;
      readonly clientId: string;
      readonly clientSecret: string | null;
      readonly scopes: readonly string[];
    }
  /** One credential for everybody; only a connector may use it. */
  | { readonly kind: 'secret'; readonly secret: string };

/** A tool of a tenant, with its functions as they were when it was registered. */
export interface RegisteredTool extends ToolTarget {
  readonly title: string;
  readonly auth: ToolAuth;
  readonly functions: readonly ToolFunction[];
  /** Grows with each registration under this name. */
  readonly revision: number;
  readonly by: string;
  readonly at: number;
}

/** The tools of each tenant, durable. Reads are of what is in memory, so that a turn need not wait for them. */
export interface Registry {
  /** By name. */
  tools(tenant: Tenant): readonly RegisteredTool[];
  tool(tenant: Tenant, name: ToolName): RegisteredTool | null;
  /** Resolves when it is on disk and in effect. */
  put(tool: RegisteredTool): Promise<void>;
  /** False when there was none. */
  drop(tenant: Tenant, name: ToolName): Promise<boolean>;
  /** Calls back after each change, with the tool's name. */
  watch(changed: (tenant: Tenant, name: ToolName) => void): Cancel;
}
