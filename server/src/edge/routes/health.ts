import { createRoute, z } from '@hono/zod-openapi';
import type { Edge, EdgeApp } from '../edge.ts';
import { json } from './parts.ts';

const Ready = z.strictObject({ status: z.enum(['ready', 'not-ready']), checks: z.record(z.string(), z.boolean()) });

const alive = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'The process answers',
  security: [],
  responses: { 200: json(z.strictObject({ status: z.literal('alive') }), 'It does.') },
});
const ready = createRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Requests are welcome',
  security: [],
  responses: { 200: json(Ready, 'They are.'), 503: json(Ready, 'Not now; `checks` says why.') },
});
const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  summary: 'Counters for Prometheus',
  security: [],
  responses: { 200: { description: 'Text exposition.', content: { 'text/plain': { schema: z.string() } } } },
});

export function healthRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(alive, (c) => c.json({ status: 'alive' as const }, 200));
  app.openapi(ready, async (c) => {
    const checks = Object.fromEntries(
      await Promise.all(Object.entries(edge.readiness).map(async ([name, check]) => [name, await check()] as const)),
    );
    return Object.values(checks).every(Boolean)
      ? c.json({ status: 'ready' as const, checks }, 200)
      : c.json({ status: 'not-ready' as const, checks }, 503);
  });
  app.openapi(metrics, async (c) =>
    c.text(await edge.metricsText(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
}
