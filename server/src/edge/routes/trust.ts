import { createRoute, z } from '@hono/zod-openapi';
import { RoomId } from '@parley/shared/ids';
import { CallName, Trust } from '@parley/shared/tools';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { anyJson, body, items, json, noQuery, roomParams } from './parts.ts';

const Described = Trust.extend({ arguments: anyJson(Trust.shape.arguments) });
const callParams = z.strictObject({ room: RoomId, call: CallName });

const list = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/trust',
  summary: 'What I let run without being asked',
  request: { params: roomParams, query: noQuery },
  responses: { 200: json(items(Described), 'Mine alone.'), default: PROBLEM },
});
const set = createRoute({
  method: 'put',
  path: '/v1/rooms/{room}/trust/{call}',
  summary: 'Let a function run without asking me when these people shaped the call',
  request: { params: callParams, query: noQuery, body: body(Described.omit({ call: true })) },
  responses: { 200: json(Described, 'What holds now.'), default: PROBLEM },
});
const drop = createRoute({
  method: 'delete',
  path: '/v1/rooms/{room}/trust/{call}',
  summary: 'Be asked again',
  request: { params: callParams, query: noQuery },
  responses: { 204: { description: 'I am asked again.' }, default: PROBLEM },
});

export function trustRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(list, async (c) => {
    const { room } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'trust.list' }), 200);
  });
  app.openapi(set, async (c) => {
    const { room, call } = c.req.valid('param');
    const trust = { call, ...c.req.valid('json') };
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'trust.set', trust }), 200);
  });
  app.openapi(drop, async (c) => {
    const { room, call } = c.req.valid('param');
    await edge.requests.ask(c.get('caller').principal, room, { type: 'trust.drop', call });
    return c.body(null, 204);
  });
}
