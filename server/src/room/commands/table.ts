import type { Replies, Reply } from '@parley/shared/answers';
import type { Command, CommandType } from '@parley/shared/commands';
import { ok, refuse, type Result } from '@parley/shared/fault';
import { can } from '@parley/shared/roles';
import { capabilityFor } from '../../core/gate.ts';
import type { Principal } from '../../core/people/principal.ts';
import { standingOf } from '../../core/room-state.ts';
import type { Desk } from '../desk.ts';
import { decideApproval, listApprovals } from './approvals.ts';
import { readDigest } from './digest.ts';
import { dropInvite, listInvites, makeInvite, useInvite } from './invites.ts';
import { dropMember, listMembers, putMember } from './members.ts';
import { listPins, pinEntry, unpinEntry } from './pins.ts';
import {
  editTurn,
  getTurn,
  holdTurn,
  measurePrompt,
  postMessage,
  stopTurn,
  submitPrompt,
  unholdTurn,
  withdrawTurn,
} from './prompts.ts';
import { listExports, openExport, prepareExport } from './exports.ts';
import { exportRoom, listDocuments, readTranscript } from './reading.ts';
import { redactEntry } from './redact.ts';
import { previewRelease, releaseEntry } from './release.ts';
import { explain } from './rights.ts';
import { searchTranscript } from './search.ts';
import { createRoom, deleteRoom, getRoom, updateRoom } from './rooms.ts';
import { admitTool, dropTool, listTools } from './tools.ts';
import { dropTrust, listTrust, setTrust } from './trust.ts';

type Of<T extends CommandType> = Extract<Command, { type: T }>;
type Handler<T extends CommandType> = (
  desk: Desk,
  by: Principal,
  command: Of<T>,
) => Result<Replies[T]> | Promise<Result<Replies[T]>>;

const HANDLERS: { readonly [T in CommandType]: Handler<T> } = {
  'prompt.submit': submitPrompt,
  'prompt.measure': measurePrompt,
  'message.post': postMessage,
  'turn.get': (desk, by, { turn }) => getTurn(desk, by, turn),
  'turn.hold': holdTurn,
  'turn.unhold': unholdTurn,
  'turn.edit': editTurn,
  'turn.withdraw': withdrawTurn,
  'turn.stop': stopTurn,
  'room.create': createRoom,
  'room.get': getRoom,
  'room.update': updateRoom,
  'room.delete': deleteRoom,
  'member.list': (desk) => ok(listMembers(desk)),
  'member.set': putMember,
  'member.remove': dropMember,
  'transcript.read': readTranscript,
  'room.export': exportRoom,
  'export.prepare': prepareExport,
  'export.list': listExports,
  'export.open': openExport,
  'document.list': listDocuments,
  'transcript.search': searchTranscript,
  'approval.decide': decideApproval,
  'approval.list': listApprovals,
  'entry.preview-release': previewRelease,
  'entry.release': releaseEntry,
  'entry.redact': redactEntry,
  'entry.pin': pinEntry,
  'entry.unpin': unpinEntry,
  'pin.list': listPins,
  'digest.read': readDigest,
  'invite.create': makeInvite,
  'invite.list': listInvites,
  'invite.revoke': dropInvite,
  'invite.accept': useInvite,
  'tool.admit': admitTool,
  'tool.drop': dropTool,
  'tool.list': listTools,
  'trust.set': setTrust,
  'trust.drop': dropTrust,
  'trust.list': listTrust,
  'rights.explain': explain,
};

/** Judges a command and carries it out. Whoever may not know of the room gets one answer for everything. */
export async function perform(desk: Desk, by: Principal, command: Command): Promise<Result<Reply>> {
  return judge(desk, by, command) ?? run(desk, by, command);
}

function judge(desk: Desk, by: Principal, command: Command): Result<never> | null {
  if (command.type === 'room.create') return null;
  const { state } = desk.chronicle;
  if (state.kind !== 'present') return refuse('not_found');
  const capability = capabilityFor(command);
  if (capability === null) return null;
  const standing = standingOf(state, by);
  if (standing.role === null) return refuse('not_found');
  return can(standing, capability, state.policy.levels) ? null : refuse('forbidden', undefined, { capability });
}

function run<T extends CommandType>(
  desk: Desk,
  by: Principal,
  command: Of<T>,
): Result<Replies[T]> | Promise<Result<Replies[T]>> {
  return HANDLERS[command.type](desk, by, command);
}
