import type { UserId } from '@parley/shared/ids';
import type { ToolBinding, ToolName, Trust } from '@parley/shared/tools';
import type { RecordOf } from '../records.ts';

/** A tool that an owner let into a room. */
export interface AdmittedTool {
  readonly as: ToolBinding;
  readonly by: string;
  readonly at: number;
}
export type AdmittedTools = ReadonlyMap<ToolName, AdmittedTool>;
/** T40: what each person lets run without being asked; at most one of each call. */
export type TrustOf = ReadonlyMap<UserId, readonly Trust[]>;

export function evolveTools(tools: AdmittedTools, record: RecordOf<'tool.admitted' | 'tool.dropped'>): AdmittedTools {
  const next = new Map(tools);
  if (record.type === 'tool.dropped') next.delete(record.tool);
  else next.set(record.tool, { as: record.as, by: record.by, at: record.at });
  return next;
}

export function evolveTrust(all: TrustOf, record: RecordOf<'trust.set' | 'trust.dropped'>): TrustOf {
  const call = record.type === 'trust.set' ? record.trust.call : record.call;
  const others = (all.get(record.user) ?? []).filter((trust) => trust.call !== call);
  return new Map(all).set(record.user, record.type === 'trust.set' ? [...others, record.trust] : others);
}

/** Whoever left trusts nobody here any more, and coming back does not bring it back (T36). */
export function withoutTrust(all: TrustOf, user: UserId): TrustOf {
  if (!all.has(user)) return all;
  const next = new Map(all);
  next.delete(user);
  return next;
}
