import { createRoute, z } from '@hono/zod-openapi';
import { DeadLetter } from '@parley/shared/background';
import { fault, FaultError } from '@parley/shared/fault';
import { JobId } from '@parley/shared/ids';
import { isIn, type JobIn, type JobState } from '../../core/background/job.ts';
import type { Tenant } from '../../core/tenant.ts';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { adminsOnly, type TenantAudit } from '../tenant-audit.ts';
import { json, listOf, noQuery, pageQuery } from './parts.ts';

const params = z.strictObject({ job: JobId });

const list = createRoute({
  method: 'get',
  path: '/v1/admin/jobs',
  summary: 'Background work that was given up, and why; admins',
  request: { query: pageQuery },
  responses: { 200: json(listOf(DeadLetter), 'A page of them, by id.'), default: PROBLEM },
});
const retry = createRoute({
  method: 'post',
  path: '/v1/admin/jobs/{job}/retry',
  summary: 'Try work that was given up again; admins',
  request: { params, query: noQuery },
  responses: { 204: { description: 'It waits to be done.' }, default: PROBLEM },
});
const drop = createRoute({
  method: 'delete',
  path: '/v1/admin/jobs/{job}',
  summary: 'Forget work that was given up; admins',
  request: { params, query: noQuery },
  responses: { 204: { description: 'It is gone.' }, default: PROBLEM },
});

/** Only what was given up is shown and moved (G9); what else is done for a room is not an admin's business (R16). */
export function jobRoutes(app: EdgeApp, edge: Edge, trail: TenantAudit): void {
  app.use('/v1/admin/jobs/*', adminsOnly(trail, { POST: 'job.retry', DELETE: 'job.drop' }));
  app.openapi(list, async (c) => {
    const { after, limit } = c.req.valid('query');
    const found = await edge.jobs.dead(c.get('caller').principal.tenant, after ?? null, limit + 1);
    const items = found.slice(0, limit).map(viewOf);
    return c.json({ items, next: found.length > limit ? (items.at(-1)?.job ?? null) : null }, 200);
  });
  app.openapi(retry, async (c) => {
    const { principal } = c.get('caller');
    const { job } = c.req.valid('param');
    await moveDead(edge, principal.tenant, job, { kind: 'waiting', attempts: 0, notBefore: edge.clock.now() });
    await trail.done(principal, 'job.retry', job);
    return c.body(null, 204);
  });
  app.openapi(drop, async (c) => {
    const { principal } = c.get('caller');
    const { job } = c.req.valid('param');
    await moveDead(edge, principal.tenant, job, null);
    await trail.done(principal, 'job.drop', job);
    return c.body(null, 204);
  });
}

async function moveDead({ jobs }: Edge, tenant: Tenant, id: JobId, to: JobState | null): Promise<void> {
  const job = await jobs.job(tenant, id);
  if (job === null || !isIn(job, 'dead') || !(await jobs.move(job, to))) throw new FaultError(fault('not_found'));
}

function viewOf({ id, ref, kind, state }: JobIn<'dead'>): z.infer<typeof DeadLetter> {
  const { reason, attempts, at } = state;
  return { job: id, room: ref.room, kind, reason, attempts, at };
}
