import type { LaneKey, UserId } from '@parley/shared/ids';
import { privateLane } from '@parley/shared/ids';
import type { ApprovalView } from '@parley/shared/tools';
import { startedTurns, type RunningTurn } from '../core/arbiter/lane.ts';
import type { PresentRoom } from '../core/room-state.ts';
import { askedCall } from '../core/arbiter/turn-work.ts';

/** T38: everything that waits for one person in a room, in the lanes that they may ask in; nothing of anybody else's. */
export function approvalsOf(room: PresentRoom, user: UserId): ApprovalView[] {
  const lanes: LaneKey[] = ['room', privateLane(user)];
  return lanes.flatMap((lane) => {
    const state = room.lanes.get(lane)?.state;
    const own = state === undefined ? [] : startedTurns(state).filter(({ author }) => author.id === user);
    return own.flatMap((turn) => viewOf(lane, turn));
  });
}

/** T40: made from the call itself; no word of a model describes it. */
function viewOf(lane: LaneKey, turn: RunningTurn): ApprovalView[] {
  const asked = askedCall(turn);
  if (asked === null) return [];
  const { id, digest, recipients, influencedBy, builtOn, askedAt, expiresAt } = asked.approval;
  const { call, title, class: kind, arguments: given } = asked.proposed;
  return [
    {
      id,
      turn: turn.turn,
      lane: lane === 'room' ? 'room' : 'me',
      call,
      title,
      class: kind,
      arguments: given,
      digest,
      recipients: [...recipients],
      influencedBy: [...influencedBy],
      builtOn: [...builtOn],
      askedAt,
      expiresAt,
    },
  ];
}
