import type { Replies } from '@parley/shared/answers';
import type { ToolAdmit, ToolDrop } from '@parley/shared/commands';
import { must } from '@parley/shared/assert';
import { ok, refuse, type Result } from '@parley/shared/fault';
import { can } from '@parley/shared/roles';
import type { RoomTool, ToolName } from '@parley/shared/tools';
import type { z } from 'zod';
import type { Principal } from '../../core/people/principal.ts';
import { standingOf } from '../../core/room-state.ts';
import { callName } from '../../core/tools/tool-offer.ts';
import type { Desk } from '../desk.ts';
import { ROOM_TOOL } from '../turns/builtin-tools.ts';

/**
 * An owner lets a tool of the tenant work here. As a connector it has a right of the room, and everybody may read
 * what it returns: that also takes an admin of the tenant (R2). Admitting again is the same answer.
 */
export function admitTool(desk: Desk, by: Principal, { tool, as }: z.infer<typeof ToolAdmit>): Result<RoomTool> {
  const { room } = desk.chronicle;
  if (as === 'connector') {
    const binds = can(standingOf(room, by), 'connector.bind', room.policy.levels) && by.role === 'admin';
    if (!binds)
      return refuse('forbidden', 'A connector takes an admin of the tenant.', { capability: 'connector.bind' });
  }
  if (tool === ROOM_TOOL || desk.registry.tool(desk.ref.tenant, tool) === null)
    return refuse('not_found', 'No such tool is registered.');
  if (room.tools.get(tool)?.as !== as)
    desk.chronicle.write([{ type: 'tool.admitted', tool, as, by: by.user, at: desk.clock.now() }]);
  return ok(describe(desk, tool));
}

/** From the next call on nothing of it is called here; taking out what is not in is the same answer. */
export function dropTool(desk: Desk, by: Principal, { tool }: z.infer<typeof ToolDrop>): Result<Replies['tool.drop']> {
  if (desk.chronicle.room.tools.has(tool))
    desk.chronicle.write([{ type: 'tool.dropped', tool, by: by.user, at: desk.clock.now() }]);
  return ok({});
}

export function listTools(desk: Desk): Result<Replies['tool.list']> {
  return ok({ items: [...desk.chronicle.room.tools.keys()].toSorted().map((tool) => describe(desk, tool)) });
}

function describe(desk: Desk, tool: ToolName): RoomTool {
  const { as, by } = must(desk.chronicle.room.tools.get(tool), 'a tool that is described is admitted');
  const registered = desk.registry.tool(desk.ref.tenant, tool);
  const functions = registered?.functions ?? [];
  return {
    tool,
    title: registered?.title ?? tool,
    as,
    by,
    available: registered !== null,
    functions: functions.map(({ name, description, class: kind }) => ({
      call: callName(tool, name),
      description,
      class: kind,
    })),
    ...(as === 'speaker' && registered?.auth.kind === 'oauth' ? { link: `/v1/links/${tool}` } : {}),
  };
}
