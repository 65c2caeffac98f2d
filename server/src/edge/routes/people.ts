import { createRoute, z } from '@hono/zod-openapi';
import { UserId } from '@parley/shared/ids';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { adminsOnly, type TenantAudit } from '../tenant-audit.ts';
import { json, noQuery } from './parts.ts';

const revoke = createRoute({
  method: 'post',
  path: '/v1/people/{user}/revoke',
  summary: 'End every token somebody has, their sockets and their work, now; admins',
  request: { params: z.strictObject({ user: UserId }), query: noQuery },
  responses: {
    200: json(z.strictObject({ user: UserId, revokedAt: z.number() }), 'Tokens from before are refused.'),
    default: PROBLEM,
  },
});

export function peopleRoutes(app: EdgeApp, edge: Edge, trail: TenantAudit): void {
  app.use('/v1/people/*', adminsOnly(trail, { POST: 'person.revoke' }));
  app.openapi(revoke, async (c) => {
    const { principal } = c.get('caller');
    const { user } = c.req.valid('param');
    const revokedAt = edge.clock.now();
    // Noted first: an admin who revokes themselves is gone with the next line.
    await trail.done(principal, 'person.revoke', user);
    await edge.people.revoke(principal.tenant, user, revokedAt);
    return c.json({ user, revokedAt }, 200);
  });
}
