import type { UserId } from '@parley/shared/ids';
import type { ToolName } from '@parley/shared/tools';
import type { Tenant } from '../core/tenant.ts';
import type { RegisteredTool } from './registry.ts';

/** One person's account at the authority of one tool. */
export interface AccountRef {
  readonly tenant: Tenant;
  readonly user: UserId;
  readonly tool: ToolName;
}

/** What somebody who comes back from an authority is about to link, for them to see. */
export interface PendingLink extends AccountRef {
  readonly title: string;
}

export type LinkEnd = 'linked' | 'refused' | 'unavailable';

/** Accounts that people link to tools, so that a tool acts as them (R12). Never rejects, but when the vault does. */
export interface Accounts {
  /** Null: the tool is not there, or nobody links an account to it. */
  linked(account: AccountRef): Promise<boolean | null>;
  /** Where to send the person; null as above. Lasts ten minutes, works once. */
  begin(account: AccountRef): { readonly authorizeUrl: string } | null;
  /** What a state stands for while it lasts. */
  pending(state: string): PendingLink | null;
  /** Ends what `begin` began; the state is spent, however it ends. */
  finish(state: string, code: string, signal: AbortSignal): Promise<LinkEnd>;
  /**
   * Forgets it here, and then has its authority take it back, for five seconds at most: whether that did, or null where
   * there is nothing to take back or no way to.
   */
  unlink(account: AccountRef): Promise<boolean | null>;
  /** The same of everybody's at a tool that is withdrawn, for five seconds at most in all; whoever is just linking is refused. */
  withdraw(tool: RegisteredTool): Promise<void>;
}
