import { createRoute, z } from '@hono/zod-openapi';
import { UsageRow } from '@parley/shared/admin';
import { fault, FaultError } from '@parley/shared/fault';
import { RoomId } from '@parley/shared/ids';
import type { UsageQuery } from '../../ports/audit.ts';
import type { Edge, EdgeApp } from '../edge.ts';
import { seesOthers } from '../oversight.ts';
import { PROBLEM } from '../problems.ts';
import { items, json } from './parts.ts';

const SPAN_MS = 30 * 86_400_000;
const moment = z.coerce.number().int().min(0).optional();

const read = createRoute({
  method: 'get',
  path: '/v1/usage',
  summary: 'What model calls used: of the tenant for admins, of a room for whoever may export it, else my own',
  request: {
    query: z.strictObject({
      by: z
        .string()
        .regex(/^(user|room|model|day|key)(,(user|room|model|day|key)){0,4}$/)
        .default('user')
        .openapi({ description: 'Any of `user`, `room`, `model`, `day`, `key`, separated by commas.' }),
      from: moment.openapi({ description: 'Milliseconds since the epoch; 30 days before `to` when left out.' }),
      to: moment.openapi({ description: 'Milliseconds since the epoch; now when left out.' }),
      room: RoomId.optional(),
      whose: z
        .enum(['all', 'mine'])
        .default('all')
        .openapi({ description: '`mine`: my own alone, whatever I may see.' }),
    }),
  },
  responses: { 200: json(items(UsageRow), 'Sums over whole days (UTC).'), default: PROBLEM },
});

export function usageRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(read, async (c) => {
    const { principal } = c.get('caller');
    const { by, room, whose, to = edge.clock.now(), from = Math.max(0, to - SPAN_MS) } = c.req.valid('query');
    if (from > to) throw new FaultError(fault('bad_request', 'from: comes after to'));
    const all = whose === 'all' && (await seesOthers(edge, principal, room));
    // What the pattern let through is made of these words.
    const fields = [...new Set(by.split(','))] as UsageQuery['by'];
    const query = { by: fields, from, to, room, user: all ? null : principal.user };
    return c.json({ items: [...(await edge.audit.usage(principal.tenant, query))] }, 200);
  });
}
