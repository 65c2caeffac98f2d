import type { Author, Outcome, Usage } from '@parley/shared/entry';
import type { Fault } from '@parley/shared/fault';
import type { ClientKey, EntryId, LaneKey, TurnId, UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Limits } from '@parley/shared/policy';
import type { ApprovalId } from '@parley/shared/tools';
import type { Retried } from '../calling/retried.ts';
import type { Influence } from '../labels/influence.ts';
import type { JournalRecord, ProposedCall, RecordOf } from '../records.ts';
import type { Approval, CallOutcome, Progress } from './turn-work.ts';

/** A prompt that was accepted and has not started. */
export type Ticket = QueuedTicket | HeldTicket;
interface TicketBase {
  readonly turn: TurnId;
  readonly key: ClientKey;
  readonly author: Author;
  readonly ticketSeq: number;
  readonly text: string;
  readonly tokens: number;
  /** Grows with each edit, from 1. */
  readonly revision: number;
  readonly acceptedAt: number;
}
export interface QueuedTicket extends TicketBase {
  readonly state: 'queued';
}
/** Keeps its place and cannot start until `until` or until it is unheld. */
export interface HeldTicket extends TicketBase {
  readonly state: 'held';
  readonly heldBy: string;
  readonly reason: string;
  readonly until: number;
}

/** The one turn of a lane. */
export interface RunningTurn extends Progress {
  readonly turn: TurnId;
  readonly key: ClientKey;
  readonly author: Author;
  readonly ticketSeq: number;
  readonly revision: number;
  readonly promptEntry: EntryId;
  readonly text: string;
  readonly startedAt: number;
  /** How long it may take. */
  readonly turnSeconds: number;
  /** When it is stopped; after a crash it has the whole time again, and while it waits for a person time stands. */
  readonly endsBy: number;
  /** Model calls that led to tools are steps, counted from 1. */
  readonly step: number;
  /** The model call of this step whose text is shown; grows when a call is superseded. */
  readonly attempt: number;
  /** How often a node died with it. */
  readonly crashes: number;
  /** R4, R6: what is behind everything that the model was sent so far. */
  readonly resources: readonly ResourceId[];
  readonly influence: Influence;
  /** Of the steps before this one. */
  readonly usage: Usage | null;
}

/** T22: a turn that waits for a person and gave the floor back. */
export interface ParkedTurn {
  readonly turn: RunningTurn;
  /** Since when its time stands. */
  readonly since: number;
  /** Set once it was told to end. */
  readonly stop: Stop | null;
}

/** How a turn was told to end. */
export interface Stop {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly by: string;
}

interface LaneBase {
  readonly lane: LaneKey;
  /** By `ticketSeq`. */
  readonly tickets: readonly Ticket[];
  readonly lastTicketSeq: number;
  /** Of the lane's own document. */
  readonly lastEntrySeq: number;
  /** Of the documents for entries with resources: the last place in each, by `shelfKey`. */
  readonly shelves: ReadonlyMap<string, number>;
  /** In the order in which they were parked. */
  readonly parked: readonly ParkedTurn[];
  /** Turns started so far. */
  readonly turnsStarted: number;
  /** For each person, the value of `turnsStarted` that their last turn made: 1 for the lane's first turn (T19). */
  readonly lastTurnOf: ReadonlyMap<string, number>;
}
export interface IdleLane extends LaneBase {
  readonly kind: 'idle';
}
export interface RunningLane extends LaneBase {
  readonly kind: 'running';
  readonly running: RunningTurn;
}
/** The model was told to end; the lane is free when it has. */
export interface StoppingLane extends LaneBase {
  readonly kind: 'stopping';
  readonly running: RunningTurn;
  readonly stop: Stop;
}
export type LaneState = IdleLane | RunningLane | StoppingLane;

/** What can happen to a lane. Rights were judged before; the lane judges order, state and ownership. */
export type LaneEvent =
  | {
      readonly type: 'submit';
      readonly turn: TurnId;
      readonly key: ClientKey;
      readonly author: Author;
      readonly text: string;
      readonly tokens: number;
      readonly limits: Limits;
      /** A clean turn: what is sent besides the prompt. */
      readonly quotes?: readonly EntryId[] | undefined;
      readonly model?: string | undefined;
      readonly onlyIf?: 'idle' | { readonly seq: number } | undefined;
    }
  /** T26: its author opens the editor; the ticket keeps its place and cannot start for `EDIT_HOLD_MS`. */
  | { readonly type: 'hold'; readonly turn: TurnId; readonly by: UserId }
  | { readonly type: 'unhold'; readonly turn: TurnId; readonly by: UserId }
  | {
      readonly type: 'edit';
      readonly turn: TurnId;
      readonly by: UserId;
      readonly text: string;
      readonly tokens: number;
      readonly revision: number;
    }
  | { readonly type: 'withdraw'; readonly turn: TurnId; readonly by: UserId }
  | { readonly type: 'stop'; readonly turn: TurnId; readonly by: UserId; readonly mayStopAny: boolean }
  /** The shell built what the model will be sent for the ticket that `nextTicket` named. */
  | {
      readonly type: 'begin';
      readonly turn: TurnId;
      readonly promptEntry: EntryId;
      readonly context: RecordOf<'turn.started'>['context'];
      /** R4, R6: of all that the model will be sent. */
      readonly resources: readonly ResourceId[];
      readonly influence: Influence;
      readonly model: string;
      readonly limits: Limits;
    }
  | Retried
  /** The model call of this attempt is over. Late ones (another turn, an older attempt) change nothing. */
  | {
      readonly type: 'finished';
      readonly turn: TurnId;
      readonly step: number;
      readonly attempt: number;
      readonly answerEntry: EntryId;
      /** What all steps said. */
      readonly text: string;
      readonly tokens: number;
      readonly end:
        | { readonly kind: 'complete' }
        | { readonly kind: 'cut'; readonly reason: string }
        | { readonly kind: 'failed'; readonly reason: string };
      readonly usage?: Usage | undefined;
    }
  /** The model call of this attempt ended by asking for tools. */
  | {
      readonly type: 'stepped';
      readonly turn: TurnId;
      readonly step: number;
      readonly attempt: number;
      /** What it said in this step. */
      readonly said: string;
      readonly calls: readonly ProposedCall[];
      readonly usage: Usage;
      /** T23: after so many the turn ends instead, with … */
      readonly maxSteps: number;
      readonly answerEntry: EntryId;
      /** … what all steps said. */
      readonly text: string;
      readonly tokens: number;
    }
  /** T38: the gate wants the speaker's word for a call. */
  | {
      readonly type: 'ask';
      readonly turn: TurnId;
      readonly call: string;
      /** Of the turn's own speaker, from now on. */
      readonly approval: Omit<Approval, 'user' | 'askedAt'>;
    }
  /** Somebody pressed a button; whether it was theirs to press is judged here. */
  | {
      readonly type: 'decide';
      readonly approval: ApprovalId;
      readonly by: UserId;
      readonly decision: 'approve' | 'decline';
      readonly digest: string;
    }
  /** The gate let a call go; after a crash also one that was started before, under the same operation id. */
  | { readonly type: 'start-call'; readonly turn: TurnId; readonly call: string; readonly operation: string }
  | {
      readonly type: 'call-ended';
      readonly turn: TurnId;
      readonly call: string;
      readonly outcome: CallOutcome;
      readonly content: string;
      readonly tokens: number;
      readonly withheld: number;
      readonly resources: readonly ResourceId[];
      readonly influence: Influence;
      /** Who is asked next when this was the last call of its step. */
      readonly model: string;
    }
  /** T36: the speaker of a started turn may not go on with it; their other work is untouched. */
  | { readonly type: 'lapse'; readonly turn: TurnId; readonly reason: string }
  /** The floor is free, and a parked turn goes on. */
  | { readonly type: 'resume'; readonly turn: TurnId }
  /** T36: a person lost the right to prompt here, or one prompt of theirs its model: it ends, or stops where it runs. */
  | {
      readonly type: 'revoke';
      readonly user: UserId;
      readonly turn?: TurnId;
      readonly by: string;
      readonly reason: string;
    }
  /** Time passed: holds end, approvals expire, whoever waits long gives the floor back, a turn over its time is stopped. */
  | { readonly type: 'tick' }
  /** T44: the node that ran this lane is gone; a running turn starts a new attempt, or ends with what was shown. */
  | {
      readonly type: 'recover';
      readonly model: string;
      readonly answerEntry: EntryId;
      readonly text: string;
      readonly tokens: number;
    };

export type LaneEventType = LaneEvent['type'];
export type EventOf<E extends LaneEventType> = Extract<LaneEvent, { type: E }>;

/** What the shell has to do once the records are durable. */
export type LaneEffect =
  /** Call the model for this attempt at this step. */
  | { readonly type: 'call'; readonly turn: TurnId; readonly step: number; readonly attempt: number }
  /** Judge the call whose turn it is. */
  | { readonly type: 'act'; readonly turn: TurnId }
  /** Make the call that was started. */
  | { readonly type: 'run'; readonly turn: TurnId; readonly call: string }
  /** End whatever of it is under way, and report it finished. */
  | { readonly type: 'abort'; readonly turn: TurnId };

/**
 * What an event led to. Refused: nothing changed. Done: `state` equals the fold of `records` over the
 * state before; no records means that the very same state object comes back.
 */
export type Decision =
  | { readonly kind: 'refused'; readonly fault: Fault }
  | {
      readonly kind: 'done';
      readonly state: LaneState;
      readonly records: readonly JournalRecord[];
      readonly effects: readonly LaneEffect[];
    };

/** How long an opened editor keeps a ticket from starting. */
export const EDIT_HOLD_MS = 120_000;
/** A prompt that waited longer than this when a node takes its room over is not run before its author says so (T44). */
export const STALE_MS = 3_600_000;
/** How long its author has to say so. */
export const CONFIRM_MS = 86_400_000;
/** How often one turn is taken up, crashes included, before it ends as failed (T44: a crash loop is bounded). */
export const MAX_ATTEMPTS = 3;

export function openLane(lane: LaneKey): IdleLane {
  return {
    kind: 'idle',
    lane,
    tickets: [],
    lastTicketSeq: 0,
    lastEntrySeq: 0,
    shelves: new Map(),
    parked: [],
    turnsStarted: 0,
    lastTurnOf: new Map(),
  };
}

/** Every turn that has started and is not over: the one that has the floor, then the parked ones. */
export function startedTurns(state: LaneState): readonly RunningTurn[] {
  const parked = state.parked.map(({ turn }) => turn);
  return state.kind === 'idle' ? parked : [state.running, ...parked];
}

/** Whether anything of it runs or waits. */
export function isAtWork(state: LaneState): boolean {
  return state.kind !== 'idle' || state.tickets.length > 0 || state.parked.length > 0;
}
