import { createRoute, z } from '@hono/zod-openapi';
import { TurnEdit } from '@parley/shared/commands';
import { TurnView } from '@parley/shared/entry';
import type { Edge, EdgeApp } from '../edge.ts';
import { BEGINNING, cursorOf } from '../event-id.ts';
import { streamEvents } from '../event-stream.ts';
import { MAX_WAIT_SECONDS } from '../limits.ts';
import { PROBLEM } from '../problems.ts';
import { turnAfter } from '../turn-wait.ts';
import { body, idempotencyHeader, json, noQuery, roomParams, turnParams, writeId } from './parts.ts';

const resumeHeader = z.object({
  'last-event-id': z.string().max(40).optional().openapi({ description: 'The `id` of the last event seen.' }),
});
const events = {
  description: 'Events `queued`, `started`, `delta`, `superseded`, `ended`; `data` is one JSON object with `turn`.',
  content: { 'text/event-stream': { schema: z.string() } },
} as const;
const turnAnswer = { 200: json(TurnView, 'The turn as it is now.'), default: PROBLEM } as const;

const get = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/turns/{turn}',
  summary: 'State or outcome of a turn',
  request: {
    params: turnParams,
    query: z.strictObject({
      wait: z.coerce
        .number()
        .min(0)
        .max(MAX_WAIT_SECONDS)
        .default(0)
        .openapi({ description: 'Seconds to wait for the outcome.' }),
    }),
  },
  responses: turnAnswer,
});
const edit = createRoute({
  method: 'patch',
  path: '/v1/rooms/{room}/turns/{turn}',
  summary: 'Change my queued prompt, if it still has the revision I saw',
  request: {
    params: turnParams,
    query: noQuery,
    headers: idempotencyHeader,
    body: body(TurnEdit.omit({ type: true, turn: true })),
  },
  responses: turnAnswer,
});
const withdraw = createRoute({
  method: 'delete',
  path: '/v1/rooms/{room}/turns/{turn}',
  summary: 'Withdraw my queued prompt',
  request: { params: turnParams, query: noQuery },
  responses: turnAnswer,
});
const stop = createRoute({
  method: 'post',
  path: '/v1/rooms/{room}/turns/{turn}/stop',
  summary: 'Stop the running turn of this id',
  request: { params: turnParams, query: noQuery },
  responses: turnAnswer,
});
const followTurn = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/turns/{turn}/events',
  summary: 'What happens to one turn, from its beginning or from the last event seen',
  request: { params: turnParams, query: noQuery, headers: resumeHeader },
  responses: { 200: events, default: PROBLEM },
});
const followRoom = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/events',
  summary: 'What happens to all turns I may see, from now or from the last event seen',
  request: { params: roomParams, query: noQuery, headers: resumeHeader },
  responses: { 200: events, default: PROBLEM },
});

export function turnRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(get, async (c) => {
    const { room, turn } = c.req.valid('param');
    return c.json(
      await turnAfter(edge, c.get('caller').principal, { room, turn, seconds: c.req.valid('query').wait }),
      200,
    );
  });
  app.openapi(edit, async (c) => {
    const { room, turn } = c.req.valid('param');
    const edit = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const id = key === undefined ? edit.id : writeId(edit.id, key);
    const command = { type: 'turn.edit', turn, ...edit, ...(id === undefined ? {} : { id }) } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, room, command), 200);
  });
  app.openapi(withdraw, async (c) => {
    const { room, turn } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'turn.withdraw', turn }), 200);
  });
  app.openapi(stop, async (c) => {
    const { room, turn } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'turn.stop', turn }), 200);
  });
  app.openapi(followTurn, async (c) => {
    const { room, turn } = c.req.valid('param');
    const caller = c.get('caller');
    const after = cursorOf(c.req.valid('header')['last-event-id']) ?? BEGINNING;
    const { state } = await edge.requests.ask(caller.principal, room, { type: 'turn.get', turn });
    return streamEvents(edge, caller, { room, turn, after, over: state === 'ended' });
  });
  app.openapi(followRoom, async (c) => {
    const after = cursorOf(c.req.valid('header')['last-event-id']);
    return streamEvents(edge, c.get('caller'), { room: c.req.valid('param').room, turn: null, after });
  });
}
