import { createRoute, z } from '@hono/zod-openapi';
import { CreatedInvite, RoomDescription } from '@parley/shared/answers';
import { InviteCreate } from '@parley/shared/commands';
import { fault, FaultError } from '@parley/shared/fault';
import { RoomId } from '@parley/shared/ids';
import { Invite, InviteSecret } from '@parley/shared/invite';
import { personKey } from '../../core/tenant.ts';
import type { Edge, EdgeApp } from '../edge.ts';
import { INVITE_FAILURE_WINDOW_SECONDS, INVITE_FAILURES } from '../limits.ts';
import { PROBLEM } from '../problems.ts';
import { Throttle } from '../throttle.ts';
import { body, items, json, noQuery, roomParams } from './parts.ts';

const list = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/invites',
  summary: 'Invitations that still open',
  request: { params: roomParams, query: noQuery },
  responses: { 200: json(items(Invite), 'Without their secrets, which are not kept.'), default: PROBLEM },
});
const create = createRoute({
  method: 'post',
  path: '/v1/rooms/{room}/invites',
  summary: 'Invite somebody who is not known yet',
  request: { params: roomParams, query: noQuery, body: body(InviteCreate.omit({ type: true })) },
  responses: { 201: json(CreatedInvite, '`code` is shown this once.'), default: PROBLEM },
});
const revoke = createRoute({
  method: 'delete',
  path: '/v1/rooms/{room}/invites/{invite}',
  summary: 'Close an invitation',
  request: {
    params: z.strictObject({ room: RoomId, invite: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) }),
    query: noQuery,
  },
  responses: { 204: { description: 'It opens nothing any more.' }, default: PROBLEM },
});
const accept = createRoute({
  method: 'post',
  path: '/v1/invites/{code}/accept',
  summary: 'Come in with the code of an invitation',
  request: { params: z.strictObject({ code: z.string().max(200) }), query: noQuery },
  responses: { 200: json(RoomDescription, 'The room.'), default: PROBLEM },
});

export function inviteRoutes(app: EdgeApp, edge: Edge): void {
  const guesses = new Throttle(edge.clock, INVITE_FAILURES, INVITE_FAILURE_WINDOW_SECONDS * 1_000);
  app.openapi(list, async (c) => {
    const { room } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'invite.list' }), 200);
  });
  app.openapi(create, async (c) => {
    const command = { type: 'invite.create', ...c.req.valid('json') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, command), 201);
  });
  app.openapi(revoke, async (c) => {
    const { room, invite } = c.req.valid('param');
    await edge.requests.ask(c.get('caller').principal, room, { type: 'invite.revoke', invite });
    return c.body(null, 204);
  });
  app.openapi(accept, async (c) => {
    const { principal } = c.get('caller');
    const guesser = personKey(principal.tenant, principal.user);
    const wait = guesses.blocked(guesser);
    if (wait !== null) throw new FaultError(fault('rate_limited', undefined, { retryAfter: wait }));
    try {
      const { room, secret } = partsOf(c.req.valid('param').code);
      return c.json(await edge.requests.ask(principal, room, { type: 'invite.accept', secret }), 200);
    } catch (error) {
      if (error instanceof FaultError && error.fault.code === 'not_found') guesses.count(guesser);
      throw error;
    }
  });
}

/** A code names its room and proves nothing about it; one that cannot be right is like one that is wrong. */
function partsOf(code: string): { room: RoomId; secret: z.infer<typeof InviteSecret> } {
  const [name, rest] = code.split('.', 2);
  const room = RoomId.safeParse(name);
  const secret = InviteSecret.safeParse(rest);
  if (!room.success || !secret.success) throw new FaultError(fault('not_found'));
  return { room: room.data, secret: secret.data };
}
