import { createRoute, z } from '@hono/zod-openapi';
import { ToolRegistered, ToolRegistration, ToolView } from '@parley/shared/admin';
import { fault, FaultError } from '@parley/shared/fault';
import { CallName, ToolFunction, ToolName, ToolOffer } from '@parley/shared/tools';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import type { RegisteredTool } from '../../ports/registry.ts';
import { adminsOnly, type TenantAudit } from '../tenant-audit.ts';
import { viewOfAuth } from '../tool-auth.ts';
import { registerTool } from '../tool-registration.ts';
import { anyJson, body, items, json, noQuery } from './parts.ts';

const parameters = anyJson(ToolFunction.shape.parameters);
const Described = ToolView.extend({ functions: z.array(ToolFunction.extend({ parameters })) });
const toolParams = z.strictObject({ name: ToolName });

const list = createRoute({
  method: 'get',
  path: '/v1/tools',
  summary: 'Tools of the tenant that may be admitted to rooms',
  request: { query: noQuery },
  responses: { 200: json(items(ToolOffer), 'By name.'), default: PROBLEM },
});
const get = createRoute({
  method: 'get',
  path: '/v1/tools/{name}',
  summary: 'A registered tool, without its secrets; admins',
  request: { params: toolParams, query: noQuery },
  responses: { 200: json(Described, 'The tool.'), default: PROBLEM },
});
const put = createRoute({
  method: 'put',
  path: '/v1/tools/{name}',
  summary: 'Register a tool: it is asked what it can do, and that is frozen; admins',
  request: { params: toolParams, query: noQuery, body: body(ToolRegistration) },
  responses: {
    200: json(ToolRegistered.extend({ tool: Described }), 'The tool, and what was found.'),
    default: PROBLEM,
  },
});
const drop = createRoute({
  method: 'delete',
  path: '/v1/tools/{name}',
  summary: 'Withdraw a tool from every room; admins',
  request: { params: toolParams, query: noQuery },
  responses: { 204: { description: 'Nothing of it can be called any more.' }, default: PROBLEM },
});

export function toolRoutes(app: EdgeApp, edge: Edge, trail: TenantAudit): void {
  app.use('/v1/tools/*', async (c, next) => {
    // The middleware's pattern takes in the list itself, which is not only for admins.
    if (c.req.path === '/v1/tools') return next();
    return adminsOnly(trail, { GET: 'tool.read', PUT: 'tool.register', DELETE: 'tool.withdraw' })(c, next);
  });
  app.openapi(list, (c) => {
    const { tenant, role } = c.get('caller').principal;
    if (role === 'guest' || role === 'service')
      throw new FaultError(fault('forbidden', undefined, { capability: 'tenant.tools' }));
    return c.json({ items: edge.registry.tools(tenant).map(offerOf) }, 200);
  });
  app.openapi(get, (c) => {
    const tool = edge.registry.tool(c.get('caller').principal.tenant, c.req.valid('param').name);
    if (tool === null) throw new FaultError(fault('not_found'));
    return c.json(viewOf(tool), 200);
  });
  app.openapi(put, async (c) => {
    const { principal } = c.get('caller');
    const { name } = c.req.valid('param');
    const noted = () => trail.done(principal, 'tool.register', name);
    const registered = await registerTool(edge, principal, { name, ...c.req.valid('json') }, noted);
    if (!registered.ok) throw new FaultError(registered.fault);
    const { tool, findings } = registered.value;
    return c.json({ tool: viewOf(tool), findings }, 200);
  });
  app.openapi(drop, async (c) => {
    const { principal } = c.get('caller');
    const { name } = c.req.valid('param');
    const tool = edge.registry.tool(principal.tenant, name);
    if (tool === null) throw new FaultError(fault('not_found'));
    const dropped = edge.registry.drop(principal.tenant, name);
    await Promise.all([dropped, trail.done(principal, 'tool.withdraw', name), edge.accounts.withdraw(tool)]);
    return c.body(null, 204);
  });
}

function viewOf({ name, title, kind, url, auth, functions, revision, by, at }: RegisteredTool): ToolView {
  return { name, title, kind, url, auth: viewOfAuth(auth), functions: [...functions], revision, by, at };
}

function offerOf({ name, title, functions }: RegisteredTool): ToolOffer {
  const offered = functions.map((fn) => ({
    call: CallName.parse(`${name}.${fn.name}`),
    description: fn.description,
    class: fn.class,
  }));
  return { name, title, functions: offered };
}
