import { createRoute, z } from '@hono/zod-openapi';
import { ApprovalDecide } from '@parley/shared/commands';
import { TurnView } from '@parley/shared/entry';
import { RoomId } from '@parley/shared/ids';
import { ApprovalId, ApprovalView } from '@parley/shared/tools';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { body, items, json, noQuery, roomParams } from './parts.ts';

const list = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/approvals',
  summary: 'Calls that wait for my approval',
  request: { params: roomParams, query: noQuery },
  responses: { 200: json(items(ApprovalView), 'Mine alone.'), default: PROBLEM },
});
const decide = createRoute({
  method: 'post',
  path: '/v1/rooms/{room}/approvals/{approval}',
  summary: 'Approve or decline exactly one call, by the digest of what I saw',
  request: {
    params: z.strictObject({ room: RoomId, approval: ApprovalId }),
    query: noQuery,
    body: body(ApprovalDecide.omit({ type: true, approval: true })),
  },
  responses: { 200: json(TurnView, 'The turn as it is now.'), default: PROBLEM },
});

export function approvalRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(list, async (c) => {
    const { room } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'approval.list' }), 200);
  });
  app.openapi(decide, async (c) => {
    const { room, approval } = c.req.valid('param');
    const command = { type: 'approval.decide', approval, ...c.req.valid('json') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, room, command), 200);
  });
}
