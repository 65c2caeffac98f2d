import { createRoute, type z } from '@hono/zod-openapi';
import { Explanation } from '@parley/shared/answers';
import { MemberSet } from '@parley/shared/commands';
import { Member } from '@parley/shared/entry';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { body, json, listOf, memberParams, noQuery, pageQuery, roomParams } from './parts.ts';

const list = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/members',
  summary: 'Who belongs to the room',
  request: { params: roomParams, query: pageQuery },
  responses: { 200: json(listOf(Member), 'A page of members, by id.'), default: PROBLEM },
});
const put = createRoute({
  method: 'put',
  path: '/v1/rooms/{room}/members/{user}',
  summary: 'Add somebody or change their role, live at once',
  request: { params: memberParams, query: noQuery, body: body(MemberSet.omit({ type: true, user: true })) },
  responses: { 200: json(Member, 'The member as they are now.'), default: PROBLEM },
});
const remove = createRoute({
  method: 'delete',
  path: '/v1/rooms/{room}/members/{user}',
  summary: 'Remove somebody, live at once',
  request: { params: memberParams, query: noQuery },
  responses: { 204: { description: 'They are gone.' }, default: PROBLEM },
});

const explain = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/members/{user}/rights',
  summary: 'What somebody may do here, and why or why not',
  request: { params: memberParams, query: noQuery },
  responses: { 200: json(Explanation, 'Each right with its reason.'), default: PROBLEM },
});

export function memberRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(list, async (c) => {
    const { items } = await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, {
      type: 'member.list',
    });
    return c.json(pageOf(items, c.req.valid('query')), 200);
  });
  app.openapi(put, async (c) => {
    const { room, user } = c.req.valid('param');
    const command = { type: 'member.set', user, ...c.req.valid('json') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, room, command), 200);
  });
  app.openapi(remove, async (c) => {
    const { room, user } = c.req.valid('param');
    await edge.requests.ask(c.get('caller').principal, room, { type: 'member.remove', user });
    return c.body(null, 204);
  });
  app.openapi(explain, async (c) => {
    const { room, user } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'rights.explain', user }), 200);
  });
}

type Page = { items: z.infer<typeof Member>[]; next: string | null };

function pageOf(
  members: readonly z.infer<typeof Member>[],
  { after = '', limit }: { after?: string | undefined; limit: number },
): Page {
  const rest = members.toSorted((a, b) => compare(a.user, b.user)).filter(({ user }) => compare(user, after) > 0);
  const items = rest.slice(0, limit);
  return { items, next: rest.length > limit ? (items.at(-1)?.user ?? null) : null };
}

/** By code units: a cursor must sort the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
