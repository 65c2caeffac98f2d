import { createRoute, z } from '@hono/zod-openapi';
import { fault, FaultError } from '@parley/shared/fault';
import { LinkBegun, LinkEnded, LinkState, ToolName } from '@parley/shared/tools';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { json, noQuery } from './parts.ts';

const params = z.strictObject({ tool: ToolName });

const get = createRoute({
  method: 'get',
  path: '/v1/links/{tool}',
  summary: 'Whether my account at a tool’s authority is linked',
  request: { params, query: noQuery },
  responses: { 200: json(LinkState, 'Whether it is.'), default: PROBLEM },
});
const begin = createRoute({
  method: 'post',
  path: '/v1/links/{tool}',
  summary: 'Begin to link it',
  request: { params, query: noQuery },
  responses: {
    201: json(LinkBegun, 'Where to go with a browser, once, within ten minutes.'),
    default: PROBLEM,
  },
});
const remove = createRoute({
  method: 'delete',
  path: '/v1/links/{tool}',
  summary: 'Forget it',
  request: { params, query: noQuery },
  responses: {
    200: json(LinkEnded, 'Nothing of it is kept; whether its authority took it back too.'),
    default: PROBLEM,
  },
});

/** Each person's own accounts, so that a tool acts as them (R12). */
export function linkRoutes(app: EdgeApp, { accounts }: Edge): void {
  app.openapi(get, async (c) => {
    const { tenant, user } = c.get('caller').principal;
    const linked = await accounts.linked({ tenant, user, tool: c.req.valid('param').tool });
    if (linked === null) throw new FaultError(fault('not_found'));
    return c.json({ linked }, 200);
  });
  app.openapi(begin, (c) => {
    const { tenant, user } = c.get('caller').principal;
    const begun = accounts.begin({ tenant, user, tool: c.req.valid('param').tool });
    if (begun === null) throw new FaultError(fault('not_found'));
    return c.json(begun, 201);
  });
  app.openapi(remove, async (c) => {
    const { tenant, user } = c.get('caller').principal;
    const account = { tenant, user, tool: c.req.valid('param').tool };
    if ((await accounts.linked(account)) === null) throw new FaultError(fault('not_found'));
    return c.json({ revoked: await accounts.unlink(account) }, 200);
  });
}
