import type { Usage } from '@parley/shared/entry';
import type { ResourceId } from '@parley/shared/label';
import type { ApprovalId, EffectClass, ToolUse } from '@parley/shared/tools';
import type { Influence } from '../labels/influence.ts';
import type { ProposedCall, RecordOf } from '../records.ts';

/** How far a turn has come. */
export interface Progress {
  /** The steps before this one. */
  readonly steps: readonly FinishedStep[];
  readonly work: Work;
}

/** What a turn is at: its model writes, or the calls that its model asked for are made one after another. */
export type Work = CallingWork | ActingWork;
export interface CallingWork {
  readonly kind: 'calling';
}
export interface ActingWork {
  readonly kind: 'acting';
  /** What the model said in this step before it asked. */
  readonly text: string;
  readonly calls: readonly CallState[];
}

/** One call of a tool on its way: `proposed → (asked → decided)? → started? → done`. */
export type CallState = OpenCall | DoneCall;
export type OpenCall =
  | AskedCall
  | DecidedCall
  | StartedCall
  | { readonly state: 'proposed'; readonly proposed: ProposedCall };
export interface AskedCall {
  readonly state: 'asked';
  readonly proposed: ProposedCall;
  readonly approval: Approval;
}
export interface DecidedCall {
  readonly state: 'decided';
  readonly proposed: ProposedCall;
  readonly consent: Consent;
}
/** Sent to its tool, or about to be: from here on nobody may assume that it did not happen (D5). */
export interface StartedCall {
  readonly state: 'started';
  readonly proposed: ProposedCall;
  readonly consent: Consent | null;
  readonly operation: string;
}
export interface DoneCall {
  readonly state: 'done';
  readonly proposed: ProposedCall;
  readonly consent: Consent | null;
  readonly outcome: CallOutcome;
  /** What the model is told, and its tokens. */
  readonly content: string;
  readonly tokens: number;
}
export type CallOutcome = RecordOf<'call.ended'>['outcome'];

/** T38: what one person is asked for. */
export interface Approval {
  readonly id: ApprovalId;
  readonly digest: string;
  /** The turn's own speaker. */
  readonly user: string;
  readonly recipients: readonly string[];
  readonly influencedBy: Influence;
  readonly builtOn: readonly ResourceId[];
  readonly askedAt: number;
  readonly expiresAt: number;
  /** T22: until then the turn keeps the floor. */
  readonly parksAt: number;
}
export type ApprovalDecision = RecordOf<'call.decided'>['decision'];
export interface Consent {
  readonly approval: Approval;
  readonly decision: ApprovalDecision;
}

/** A model call that led to tools, with all that they answered. */
export interface FinishedStep {
  readonly text: string;
  readonly calls: readonly DoneCall[];
}

/** The call whose turn it is: the first that is not done; null while the model writes. */
export function openCall({ work }: Pick<Progress, 'work'>): OpenCall | null {
  if (work.kind === 'calling') return null;
  return work.calls.find((call) => call.state !== 'done') ?? null;
}

/** T41: what the turn waits for; null when it does not wait for a person. */
export function askedCall(turn: Pick<Progress, 'work'>): AskedCall | null {
  const open = openCall(turn);
  return open?.state === 'asked' ? open : null;
}

/** Every call of a turn so far, in the order in which they were asked for. */
export function callsOf({ steps, work }: Progress): readonly CallState[] {
  return [...steps.flatMap(({ calls }) => calls), ...(work.kind === 'acting' ? work.calls : [])];
}

/** The approval that a call waits or waited for. */
export function approvalIdOf(call: CallState): ApprovalId | null {
  if (call.state === 'proposed') return null;
  return call.state === 'asked' ? call.approval.id : (call.consent?.approval.id ?? null);
}

/** What all steps said, in one text: `said` is what the step that runs has said so far. */
export function answerText({ steps, work }: Progress, said = ''): string {
  const texts = [...steps.map(({ text }) => text), work.kind === 'acting' ? work.text : said];
  return texts.filter((text) => text !== '').join(STEP_GAP);
}
/** Between what two steps said. */
export const STEP_GAP = '\n\n';

/** How an answer shows a call that is over. */
export function useOf({ proposed, outcome }: DoneCall): ToolUse {
  const { call, title, as } = proposed;
  return { call, title, as, outcome };
}

/** D5: what may be done about a call of which nobody knows whether it happened. */
export function afterCrash(effect: EffectClass): 'again' | 'status' | 'unknown' {
  if (effect === 'read' || effect === 'idempotent') return 'again';
  return effect === 'reconcilable' ? 'status' : 'unknown';
}

/** D5: whether an equal call of this turn may have happened already without anybody knowing. */
export function repeatsUnknown(turn: Progress, { call, arguments: given }: ProposedCall): boolean {
  return callsOf(turn).some(
    (other) =>
      other.state === 'done' &&
      other.outcome === 'unknown' &&
      other.proposed.call === call &&
      other.proposed.arguments === given,
  );
}

/** Of several model calls of one turn. */
export function addUsage(before: Usage | null, more: Usage | undefined): Usage | null {
  if (before === null || more === undefined) return more ?? before;
  return {
    model: more.model,
    inputTokens: before.inputTokens + more.inputTokens,
    cachedTokens: before.cachedTokens + more.cachedTokens,
    outputTokens: before.outputTokens + more.outputTokens,
  };
}
