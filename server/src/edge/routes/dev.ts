import { createRoute, z } from '@hono/zod-openapi';
import { UserId } from '@parley/shared/ids';
import { TenantRole } from '@parley/shared/roles';
import type { Sign } from '../../ports/verify.ts';
import type { EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { body, json, noQuery } from './parts.ts';

const token = createRoute({
  method: 'post',
  path: '/dev/token',
  summary: 'Development only: a token for anyone',
  security: [],
  request: {
    query: noQuery,
    body: body(
      z.strictObject({
        user: UserId,
        name: z.string().min(1).max(80).optional(),
        tenant: z
          .string()
          .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, ., _ and -, at most 64')
          .optional(),
        role: TenantRole.optional(),
        groups: z.array(z.string().min(1).max(128)).max(100).optional(),
      }),
    ),
  },
  responses: { 200: json(z.strictObject({ token: z.string() }), 'The token.'), default: PROBLEM },
});

/** Exists only where the server signs its own tokens, which is never but on the developer's machine. */
export function devRoutes(app: EdgeApp, sign: Sign): void {
  app.openapi(token, async (c) => c.json({ token: await sign.sign(c.req.valid('json')) }, 200));
}
