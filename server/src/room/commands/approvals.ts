import type { Replies } from '@parley/shared/answers';
import type { ApprovalDecide } from '@parley/shared/commands';
import { must } from '@parley/shared/assert';
import type { TurnView } from '@parley/shared/entry';
import { ok, refuse, type Result } from '@parley/shared/fault';
import { privateLane, type LaneKey, type UserId } from '@parley/shared/ids';
import type { z } from 'zod';
import { startedTurns } from '../../core/arbiter/lane.ts';
import type { Principal } from '../../core/people/principal.ts';
import { approvalIdOf, callsOf } from '../../core/arbiter/turn-work.ts';
import { approvalsOf } from '../approval-views.ts';
import type { Desk } from '../desk.ts';
import { turnView } from '../views.ts';

/** What waits for the asker's word; of anybody else's there is nothing. */
export function listApprovals(desk: Desk, by: Principal): Result<Replies['approval.list']> {
  return ok({ items: approvalsOf(desk.chronicle.room, by.user) });
}

/** T38, T39: a press that is not for its presser changes nothing, and they alone hear that there is nothing. */
export async function decideApproval(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof ApprovalDecide>,
): Promise<Result<TurnView>> {
  const found = findTurn(desk, by.user, command);
  if (found === null) return refuse('not_found');
  const runner = await desk.lane(found.lane);
  const { approval, decision, digest } = command;
  const decided = runner.apply({ type: 'decide', approval, by: by.user, decision, digest });
  if (decided.kind === 'refused') return { ok: false, fault: decided.fault };
  const facts = must(desk.chronicle.ledger.ticket(found.turn), 'a turn that asked is known');
  return ok(turnView(facts, desk.chronicle.laneState(found.lane)));
}

/** The turn of this person's that asked, in a lane where they may ask. */
function findTurn(desk: Desk, user: UserId, { approval }: z.infer<typeof ApprovalDecide>) {
  const lanes: LaneKey[] = ['room', privateLane(user)];
  for (const lane of lanes) {
    const state = desk.chronicle.room.lanes.get(lane)?.state;
    const turns = state === undefined ? [] : startedTurns(state).filter(({ author }) => author.id === user);
    const asked = turns.find((turn) => callsOf(turn).some((call) => approvalIdOf(call) === approval));
    if (asked !== undefined) return { lane, turn: asked.turn };
  }
  return null;
}
