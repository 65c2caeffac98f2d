import { createRoute, z } from '@hono/zod-openapi';
import { ToolAdmit } from '@parley/shared/commands';
import { RoomId } from '@parley/shared/ids';
import { RoomTool, ToolName } from '@parley/shared/tools';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { body, items, json, noQuery, roomParams } from './parts.ts';

const toolParams = z.strictObject({ room: RoomId, name: ToolName });

const list = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/tools',
  summary: 'Tools that work in the room',
  request: { params: roomParams, query: noQuery },
  responses: { 200: json(items(RoomTool), 'And what I would have to link first.'), default: PROBLEM },
});
const admit = createRoute({
  method: 'put',
  path: '/v1/rooms/{room}/tools/{name}',
  summary: 'Let a tool of the tenant work here, with the rights of whoever speaks or as a connector',
  request: { params: toolParams, query: noQuery, body: body(ToolAdmit.omit({ type: true, tool: true })) },
  responses: { 200: json(RoomTool, 'The tool as it works here.'), default: PROBLEM },
});
const drop = createRoute({
  method: 'delete',
  path: '/v1/rooms/{room}/tools/{name}',
  summary: 'Take a tool out of the room',
  request: { params: toolParams, query: noQuery },
  responses: { 204: { description: 'It works here no more.' }, default: PROBLEM },
});

export function roomToolRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(list, async (c) => {
    const { room } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'tool.list' }), 200);
  });
  app.openapi(admit, async (c) => {
    const { room, name } = c.req.valid('param');
    const command = { type: 'tool.admit', tool: name, ...c.req.valid('json') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, room, command), 200);
  });
  app.openapi(drop, async (c) => {
    const { room, name } = c.req.valid('param');
    await edge.requests.ask(c.get('caller').principal, room, { type: 'tool.drop', tool: name });
    return c.body(null, 204);
  });
}
