import { createRoute, z } from '@hono/zod-openapi';
import { ResourceReaders, SaidResources } from '@parley/shared/admin';
import { fault, FaultError } from '@parley/shared/fault';
import { UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import type { Principal } from '../../core/people/principal.ts';
import type { ResourceTable } from '../../ports/resource-table.ts';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import type { TenantAudit } from '../tenant-audit.ts';
import { body, json, noQuery, pageQuery } from './parts.ts';

const params = z.strictObject({ resource: ResourceId });

const list = createRoute({
  method: 'get',
  path: '/v1/resources',
  summary: 'What was said here of who may read what',
  request: { query: pageQuery.extend({ after: z.string().max(256).optional(), reader: UserId.optional() }) },
  responses: { 200: json(SaidResources, 'A page of resources, by name.'), default: PROBLEM },
});
const get = createRoute({
  method: 'get',
  path: '/v1/resources/{resource}',
  summary: 'Who may read a resource',
  request: { params, query: noQuery },
  responses: { 200: json(ResourceReaders, 'Its readers, by id.'), default: PROBLEM },
});
const put = createRoute({
  method: 'put',
  path: '/v1/resources/{resource}',
  summary: 'Say who may read a resource, live at once',
  request: { params, query: noQuery, body: body(ResourceReaders) },
  responses: { 200: json(ResourceReaders, 'Its readers as they are now.'), default: PROBLEM },
});
const remove = createRoute({
  method: 'delete',
  path: '/v1/resources/{resource}',
  summary: 'Nobody may read it from now on',
  request: { params, query: noQuery },
  responses: { 204: { description: 'It is not known any more.' }, default: PROBLEM },
});

/** The built-in authority, for admins of the tenant. With an outside one there is nothing here. */
export function resourceRoutes(app: EdgeApp, { resources }: Edge, trail: TenantAudit): void {
  app.openapi(list, async (c) => {
    const { principal } = c.get('caller');
    const { after = null, limit, reader = null } = c.req.valid('query');
    const found = await tableFor(principal, resources).said(principal.tenant, { after, limit: limit + 1, reader });
    const items = found.slice(0, limit).map((one) => ({ ...one, readers: [...one.readers] }));
    return c.json({ items, next: found.length > limit ? (items.at(-1)?.resource ?? null) : null }, 200);
  });
  app.openapi(get, async (c) => {
    const { tenant } = c.get('caller').principal;
    const readers = await tableFor(c.get('caller').principal, resources).readersOf(
      tenant,
      c.req.valid('param').resource,
    );
    if (readers === null) throw new FaultError(fault('not_found'));
    return c.json({ readers: [...readers] }, 200);
  });
  app.openapi(put, async (c) => {
    const { tenant } = c.get('caller').principal;
    const { resource } = c.req.valid('param');
    const readers = [...new Set(c.req.valid('json').readers)].toSorted();
    await tableFor(c.get('caller').principal, resources).put(tenant, resource, readers);
    await trail.done(c.get('caller').principal, 'resource.set', resource);
    return c.json({ readers }, 200);
  });
  app.openapi(remove, async (c) => {
    const { tenant } = c.get('caller').principal;
    const dropped = await tableFor(c.get('caller').principal, resources).drop(tenant, c.req.valid('param').resource);
    if (!dropped) throw new FaultError(fault('not_found'));
    await trail.done(c.get('caller').principal, 'resource.drop', c.req.valid('param').resource);
    return c.body(null, 204);
  });
}

/** Absent and forbidden are one answer. */
function tableFor({ role }: Principal, resources: ResourceTable | null): ResourceTable {
  if (role !== 'admin' || resources === null) throw new FaultError(fault('not_found'));
  return resources;
}
