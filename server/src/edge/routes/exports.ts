import { createRoute, z } from '@hono/zod-openapi';
import { ExportView } from '@parley/shared/background';
import { fault, FaultError } from '@parley/shared/fault';
import { JobId, RoomId } from '@parley/shared/ids';
import type { Edge, EdgeApp } from '../edge.ts';
import { exportFile } from '../export-file.ts';
import { PROBLEM } from '../problems.ts';
import { items, json, noQuery, roomParams } from './parts.ts';

const params = z.strictObject({ room: RoomId, export: JobId });
/** Not a literal: what answers it is a stream, which the routes' types take for JSON by such a name. */
const LINES: string = 'application/jsonl';

const prepare = createRoute({
  method: 'post',
  path: '/v1/rooms/{room}/exports',
  summary: 'Write down what everybody in the room may read, in the background',
  request: { params: roomParams, query: noQuery },
  responses: { 202: json(ExportView, 'It is asked for; the same one again while it is not ready.'), default: PROBLEM },
});
const list = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/exports',
  summary: 'The export of the room that is or was made last',
  request: { params: roomParams, query: noQuery },
  responses: { 200: json(items(ExportView), 'One, or none.'), default: PROBLEM },
});
const state = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/exports/{export}',
  summary: 'How far an export is',
  request: { params, query: noQuery },
  responses: { 200: json(ExportView, 'The export.'), default: PROBLEM },
});
const file = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/exports/{export}/file',
  summary: 'Fetch an export that is ready',
  request: { params, query: noQuery },
  responses: {
    200: {
      description: 'A line about the room, and a line for each entry.',
      content: { [LINES]: { schema: z.string() } },
    },
    default: PROBLEM,
  },
});

export function exportRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(prepare, async (c) => {
    const { room } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'export.prepare' }), 202);
  });
  app.openapi(list, async (c) => {
    const { room } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'export.list' }), 200);
  });
  app.openapi(state, async (c) => {
    const { room, export: id } = c.req.valid('param');
    const { items: all } = await edge.requests.ask(c.get('caller').principal, room, { type: 'export.list' });
    const found = all.find((each) => each.export === id);
    if (found === undefined) throw new FaultError(fault('not_found'));
    return c.json(found, 200);
  });
  app.openapi(file, async (c) => {
    const { room, export: id } = c.req.valid('param');
    const { principal } = c.get('caller');
    const { parts } = await edge.requests.ask(principal, room, { type: 'export.open', export: id });
    const headers = { 'content-type': LINES, 'content-disposition': `attachment; filename="${room}.jsonl"` };
    return new Response(exportFile(edge, { principal, room, id, parts }), { headers });
  });
}
