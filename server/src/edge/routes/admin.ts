import { createRoute } from '@hono/zod-openapi';
import { AdminPerson, AdminRooms } from '@parley/shared/admin';
import type { Edge, EdgeApp } from '../edge.ts';
import { everybody } from '../people-overview.ts';
import { PROBLEM } from '../problems.ts';
import { adminsOnly, type TenantAudit } from '../tenant-audit.ts';
import { json, listOf, pageQuery } from './parts.ts';

const rooms = createRoute({
  method: 'get',
  path: '/v1/admin/rooms',
  summary: 'Every room of the tenant and who is in it, and nothing that was said there; admins',
  request: { query: pageQuery },
  responses: { 200: json(AdminRooms, 'A page of rooms, by id, and what waits in all of them.'), default: PROBLEM },
});
const people = createRoute({
  method: 'get',
  path: '/v1/admin/people',
  summary: 'Everybody who is in a room of the tenant, and in which; admins',
  request: { query: pageQuery },
  responses: { 200: json(listOf(AdminPerson), 'A page of people, by id.'), default: PROBLEM },
});

export function adminRoutes(app: EdgeApp, edge: Edge, trail: TenantAudit): void {
  app.use('/v1/admin/*', adminsOnly(trail, {}));
  app.openapi(rooms, async (c) => {
    const { after, limit } = c.req.valid('query');
    const { tenant } = c.get('caller').principal;
    const found = await edge.people.rooms(tenant, after ?? null, limit + 1);
    const items = found.slice(0, limit).map(({ id, title, createdAt, members, waiting }) => {
      return { id, title, createdAt, members: members.map(({ user, role }) => ({ user, role })), waiting };
    });
    const next = found.length > limit ? (items.at(-1)?.id ?? null) : null;
    return c.json({ items, next, waiting: await edge.people.waiting(tenant) }, 200);
  });
  app.openapi(people, async (c) => {
    const { after = '', limit } = c.req.valid('query');
    const all = await everybody(edge.people, c.get('caller').principal.tenant);
    const rest = all.filter(({ user }) => user > after);
    const items = rest.slice(0, limit);
    return c.json({ items, next: rest.length > limit ? (items.at(-1)?.user ?? null) : null }, 200);
  });
}
