import type { Command, CommandType } from '@parley/shared/commands';
import type { FaultCode } from '@parley/shared/fault';
import { laneOwner, type EntryId, type LaneKey, type RoomId, type TurnId, type UserId } from '@parley/shared/ids';
import type { JournalRecord } from './records.ts';

/**
 * One decision and how it came out (T50): codes, ids and numbers, never words that a person wrote.
 * `private` is set for what happened in a private lane: only that person reads the line (R9).
 */
export interface AuditLine {
  readonly at: number;
  readonly room: RoomId | null;
  readonly by: string;
  /** A command, for instance `member.set`, or a record of what followed by itself, for instance `turn.ended`. */
  readonly action: string;
  readonly target: string | null;
  readonly outcome: 'done' | 'refused';
  /** With `refused`: the fault's code. Else how a turn, a ticket, an approval or a call came out. */
  readonly code: string | null;
  readonly private: UserId | null;
}

/** Who asks what of a room. */
export interface Asked {
  readonly room: RoomId;
  readonly by: UserId;
  readonly command: Command;
  readonly at: number;
}

/** What a room knows about what a refused command named. */
export interface Known {
  laneOf(turn: TurnId): LaneKey | undefined;
  /** Whether an entry stands in this person's own lane. */
  isOwn(user: UserId, entry: EntryId): boolean;
}

/** What follows by itself is told by lines of its own, and what readers are not told is no decision. */
const NO_DECISION = new Set<JournalRecord['type']>([
  'lane.opened',
  'workspace.client',
  'turn.started',
  'turn.attempted',
  'attempt.settled',
  'digest.prepared',
  'digest.adopted',
  'digest.failed',
  'digest.settled',
  'warmup.settled',
  'background.settled',
  'room.titled',
  'turn.stepped',
  'turn.ended',
  'turn.parked',
  'turn.resumed',
  'call.asked',
  'call.started',
  'call.ended',
]);

/** Reading that is worth a line: everything is carried off at once. */
const RECORDED_READS = new Set<CommandType>(['room.export', 'export.prepare', 'export.open']);

/** Whether these records are what a command decided. */
export function isDecision(records: readonly JournalRecord[], { command }: Asked): boolean {
  return records.some(({ type }) => !NO_DECISION.has(type) || (type === 'turn.ended' && command.type === 'turn.stop'));
}

export function isRecordedRead({ command }: Asked): boolean {
  return RECORDED_READS.has(command.type);
}

/** The line of a command that was carried out; `records` are what it decided. */
export function doneLine(asked: Asked, records: readonly JournalRecord[]): AuditLine {
  const owners = records.flatMap((record) => ('lane' in record ? [laneOwner(record.lane)] : []));
  const owner = owners.find((one) => one !== null) ?? null;
  const target = targetOf(asked.command) ?? targetIn(records);
  return { ...lineOf(asked), target, outcome: 'done', code: null, private: owner };
}

/**
 * The line of a command that was refused. Whoever was refused what is theirs alone reads it themselves; what is
 * not theirs leaves the same line as what does not exist.
 */
export function refusedLine(asked: Asked, code: FaultCode, known: Known): AuditLine {
  const target = targetOf(asked.command);
  return { ...lineOf(asked), target, outcome: 'refused', code, private: isOwnBusiness(asked, known) ? asked.by : null };
}

function lineOf({ room, by, command, at }: Asked): Pick<AuditLine, 'at' | 'room' | 'by' | 'action'> {
  return { at, room, by, action: command.type };
}

/** Ids of ours, and of people and tools. An invitation's could be any text that somebody sent. */
function targetOf(command: Command): string | null {
  if ('turn' in command) return command.turn;
  if ('entry' in command) return command.entry;
  if ('approval' in command) return command.approval;
  if ('user' in command) return command.user;
  if ('tool' in command) return command.tool;
  if ('call' in command) return command.call;
  return 'trust' in command ? command.trust.call : null;
}

/** What was made by a command that could not name it. */
function targetIn(records: readonly JournalRecord[]): string | null {
  for (const record of records) {
    if (record.type === 'ticket.accepted') return record.turn;
    if (record.type === 'entry.added') return record.entry.id;
    if ('invite' in record) return record.invite;
  }
  return null;
}

function isOwnBusiness({ by, command }: Asked, known: Known): boolean {
  if ('audience' in command) return command.audience === 'me';
  if ('turn' in command) return laneOwner(known.laneOf(command.turn) ?? 'room') === by;
  if ('entry' in command) return known.isOwn(by, command.entry);
  if ('lane' in command) return command.lane === 'me';
  // An approval and what one trusts are between the server and one person.
  return command.type.startsWith('approval.') || command.type.startsWith('trust.');
}
