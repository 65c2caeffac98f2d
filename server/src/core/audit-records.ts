import { laneOwner, type RoomId, type TurnId, type UserId } from '@parley/shared/ids';
import type { AuditLine } from './audit-lines.ts';
import type { KeyOf } from './calling/key-choice.ts';
import type { JournalRecord, RecordOf } from './records.ts';

/** What one settled model call used; sums are over these. */
export interface UsageLine {
  readonly at: number;
  readonly room: RoomId;
  readonly user: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** In millionths; null: not known. */
  readonly cost: number | null;
  readonly keyOf: KeyOf;
  readonly private: UserId | null;
}

/** What is known of a turn besides the record at hand. */
export interface TurnFacts {
  /** Whose turn it is. */
  speakerOf(turn: TurnId): string;
  /** The function that a call is of: `mail.send`. */
  nameOf(turn: TurnId, call: string): string;
}

/** The line of what a lane did by itself; null for records that are no decision, or that a command's line tells. */
export function recordLine(room: RoomId, record: JournalRecord, facts: TurnFacts): AuditLine | null {
  const what = decisionOf(record, facts);
  if (what === null || !('lane' in record)) return null;
  const { by, target, code } = what;
  const outcome = code === 'refused' ? 'refused' : 'done';
  return { at: record.at, room, by, action: record.type, target, outcome, code, private: laneOwner(record.lane) };
}

interface Decision {
  readonly by: string;
  readonly target: string;
  readonly code: string | null;
}

function decisionOf(record: JournalRecord, facts: TurnFacts): Decision | null {
  switch (record.type) {
    case 'turn.started':
      return { by: record.entry.author.id, target: record.turn, code: null };
    case 'ticket.ended':
    case 'turn.ended':
      return { by: record.by, target: record.turn, code: record.outcome };
    case 'turn.parked':
    case 'turn.resumed':
      return { by: 'system', target: record.turn, code: null };
    case 'call.asked':
      return { by: record.user, target: callTarget(record, facts), code: null };
    case 'call.decided':
      return { by: record.by, target: callTarget(record, facts), code: record.decision };
    case 'call.ended':
      return { by: facts.speakerOf(record.turn), target: callTarget(record, facts), code: record.outcome };
    case 'call.late':
      return { by: facts.speakerOf(record.turn), target: `${record.call} ${record.turn}`, code: record.outcome };
    default:
      return null;
  }
}

/** The function and its turn; the model's own name for a call is its words, not ours. */
function callTarget({ turn, call }: { readonly turn: TurnId; readonly call: string }, facts: TurnFacts): string {
  return `${facts.nameOf(turn, call)} ${turn}`;
}

/** The line of what changed a room without anybody's command: who joins by the tenant, a new name, a first room. */
export function uncommandedLine(room: RoomId, record: JournalRecord): AuditLine | null {
  switch (record.type) {
    case 'room.created':
    case 'room.changed':
    case 'room.titled':
    case 'room.deleted':
      return { ...plain(room, record), target: null };
    case 'member.set':
    case 'member.removed':
      return { ...plain(room, record), target: record.user };
    default:
      return null;
  }
}

function plain(room: RoomId, { at, by, type }: { readonly at: number; readonly by: string; readonly type: string }) {
  return { at, room, by, action: type, outcome: 'done', code: null, private: null } as const;
}

/** What a record says was used: each model call is settled in one record (G6); one that used nothing is no use. */
export function usageLine(room: RoomId, record: JournalRecord): UsageLine | null {
  if (!isSettled(record) || record.inputTokens + record.outputTokens === 0) return null;
  const { at, lane, model, inputTokens, cachedTokens, cacheWriteTokens } = record;
  const { outputTokens, reasoningTokens, cost, keyOf } = record;
  const tokens = { inputTokens, cachedTokens, cacheWriteTokens, outputTokens, reasoningTokens };
  // What nobody asked for is nobody's, except for a digest or a warm-up of a private lane.
  const user = record.type === 'attempt.settled' ? record.speaker : (laneOwner(lane) ?? 'system');
  return { at, room, user, model, ...tokens, cost, keyOf, private: laneOwner(lane) };
}

function isSettled(
  record: JournalRecord,
): record is RecordOf<'attempt.settled' | 'background.settled' | 'digest.settled' | 'warmup.settled'> {
  return record.type.endsWith('.settled');
}
