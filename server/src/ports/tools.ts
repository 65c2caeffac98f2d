import type { RoomId, TurnId, UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { ToolBinding, ToolFunction, ToolName } from '@parley/shared/tools';
import type { Tenant } from '../core/tenant.ts';

/** Where a registered tool is and how it knows who calls. Secrets are in the clear here and sealed at rest. */
export interface ToolTarget {
  readonly tenant: Tenant;
  readonly name: ToolName;
  readonly kind: 'mcp' | 'http';
  readonly url: string;
}

/** What a tool server says it can do; its classes are the admin's business, not its own. */
export type Discovery =
  | { readonly kind: 'found'; readonly functions: readonly DiscoveredFunction[] }
  | { readonly kind: 'failed'; readonly failure: ToolFailure };
export type DiscoveredFunction = Pick<ToolFunction, 'name' | 'description' | 'parameters' | 'http'>;

/** One call as it goes out. Everything about who and why is in here; there is no ambient credential (R12). */
export interface ToolInvocation {
  readonly target: ToolTarget;
  readonly function: ToolFunction;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The same for each try of one call; sent along, so that the tool can tell a repeat (D5). */
  readonly operation: string;
  /** The token made for this call; null where the tool takes none. */
  readonly bearer: string | null;
}

/**
 * One piece of a result. Who may read it: `readers` when the tool says so itself, else whoever the
 * authority says may read `resource`; without either, nobody but the speaker (R3).
 */
export interface ToolItem {
  readonly text: string;
  readonly resource: ResourceId | null;
  readonly readers: readonly UserId[] | null;
  /** Set when the tool says whose tenant it is: another one is dropped and alarmed (R12). */
  readonly tenant: string | null;
}

export type ToolOutcome =
  | { readonly kind: 'result'; readonly items: readonly ToolItem[]; readonly isError: boolean }
  | { readonly kind: 'failed'; readonly failure: ToolFailure };

export interface ToolFailure {
  readonly class: 'refused' | 'unauthorized' | 'network' | 'timeout' | 'aborted' | 'protocol' | 'too-large' | 'address';
  /** False when the call certainly never reached the tool. */
  readonly started: boolean;
  /** A code, never the tool's own words. */
  readonly detail: string;
}

/** A kind of tool server. Never throws and never rejects; aborting yields `failed: aborted` at once. */
export interface Tools {
  discover(target: ToolTarget, bearer: string | null, signal: AbortSignal): Promise<Discovery>;
  call(invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome>;
  /** Asks what became of an earlier call (D5, reconcilable). */
  status(invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome | { readonly kind: 'never-happened' }>;
}

/** Whom a call is made for, and within what: what a token for it says (R12). */
export interface CallIdentity {
  readonly tenant: Tenant;
  readonly room: RoomId;
  readonly turn: TurnId;
  /** The speaker, or null for a connector: then the room itself is the subject. */
  readonly speaker: UserId | null;
  readonly binding: ToolBinding;
  readonly operation: string;
}

export type CallToken =
  | { readonly kind: 'token'; readonly bearer: string | null }
  /** T37: nobody else's credential stands in; the speaker is told to link their account. */
  | { readonly kind: 'not-linked' }
  | { readonly kind: 'failed'; readonly detail: string };

/** Makes the credential for one call. Never rejects. */
export interface CallTokens {
  forCall(tool: ToolName, identity: CallIdentity, signal: AbortSignal): Promise<CallToken>;
}
