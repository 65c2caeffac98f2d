import { createRoute, z } from '@hono/zod-openapi';
import type { Edge, EdgeApp } from '../edge.ts';
import { TICKET_MS } from '../limits.ts';
import { PROBLEM } from '../problems.ts';
import { json, noQuery, roomParams } from './parts.ts';

const issue = createRoute({
  method: 'post',
  path: '/v1/rooms/{room}/tickets',
  summary: 'A single-use stand-in for the token in the address of a socket',
  request: { params: roomParams, query: noQuery },
  responses: {
    201: json(z.strictObject({ ticket: z.string(), expiresIn: z.int() }), 'Use it as `?ticket=`, once.'),
    default: PROBLEM,
  },
});

export function ticketRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(issue, async (c) => {
    const { room } = c.req.valid('param');
    const caller = c.get('caller');
    // Only for a room that the caller may know of.
    await edge.requests.ask(caller.principal, room, { type: 'room.get' });
    return c.json({ ticket: edge.tickets.issue(caller, room), expiresIn: TICKET_MS / 1000 }, 201);
  });
}
