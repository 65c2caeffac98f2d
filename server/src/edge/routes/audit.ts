import { createRoute, z } from '@hono/zod-openapi';
import { AuditLineView } from '@parley/shared/admin';
import { RoomId } from '@parley/shared/ids';
import type { AuditQuery } from '../../ports/audit.ts';
import { auditFile, viewOfLine } from '../audit-file.ts';
import type { Edge, EdgeApp } from '../edge.ts';
import { seesOthers } from '../oversight.ts';
import { PROBLEM } from '../problems.ts';
import { listOf } from './parts.ts';

const read = createRoute({
  method: 'get',
  path: '/v1/audit',
  summary: 'Decisions and refusals: of the tenant for admins, of a room for whoever may export it, else my own',
  request: {
    query: z.strictObject({
      after: z.coerce.number().int().min(0).default(0).openapi({ description: 'Lines with a larger `id`.' }),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
      room: RoomId.optional(),
      by: z.string().max(128).optional(),
      action: z.string().max(64).optional(),
      outcome: z.enum(['done', 'refused']).optional(),
      format: z.enum(['json', 'jsonl', 'csv']).default('json'),
    }),
  },
  responses: {
    200: {
      description: 'Oldest first. With `jsonl` or `csv`, one file of all of them.',
      content: {
        'application/json': { schema: listOf(AuditLineView) },
        'application/jsonl': { schema: z.string() },
        'text/csv': { schema: z.string() },
      },
    },
    default: PROBLEM,
  },
});

export function auditRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(read, async (c) => {
    const { principal } = c.get('caller');
    const { format, limit, ...filter } = c.req.valid('query');
    const all = await seesOthers(edge, principal, filter.room);
    const query: AuditQuery = { ...filter, limit: limit + 1, reader: principal.user, all };
    if (format !== 'json') return auditFile(edge.audit, principal.tenant, query, format);
    const found = await edge.audit.lines(principal.tenant, query);
    const items = found.slice(0, limit).map(viewOfLine);
    return c.json({ items, next: found.length > limit ? String(items.at(-1)?.id ?? 0) : null }, 200);
  });
}
