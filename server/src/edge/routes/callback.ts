import { createRoute, z } from '@hono/zod-openapi';
import type { LinkEnd } from '../../ports/accounts.ts';
import type { Edge, EdgeApp } from '../edge.ts';
import { linkEndPage, linkQuestionPage } from '../link-pages.ts';

const Returned = z.object({ state: z.string().max(200), code: z.string().min(1).max(4_096) });

const keys = createRoute({
  method: 'get',
  path: '/.well-known/jwks.json',
  summary: 'The keys that sign tokens for tools',
  security: [],
  responses: {
    200: {
      description: 'Public keys (RFC 7517).',
      content: { 'application/json': { schema: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) } },
    },
  },
});

/** How long others may keep the keys; a key that signs no more is published for longer. */
const KEYS_LAST_SECONDS = 3_600;
/** Longest wait for the authority. */
const FINISH_MS = 15_000;
const STATUS = { linked: 200, refused: 400, unavailable: 503 } as const satisfies Record<LinkEnd, number>;

/**
 * What people and tools reach without a token of ours. Who comes back from an authority is asked whether the
 * account is to be linked to that person here: the address they followed may have been somebody else's, and
 * then their account would be.
 */
export function callbackRoutes(app: EdgeApp, { accounts, callKeys, clock }: Edge): void {
  app.openapi(keys, (c) =>
    c.json({ keys: callKeys.keys.map((key) => ({ ...key })) }, 200, {
      'cache-control': `public, max-age=${KEYS_LAST_SECONDS}`,
    }),
  );
  app.get('/oauth/callback', (c) => {
    const returned = Returned.safeParse(c.req.query());
    const pending = returned.success ? accounts.pending(returned.data.state) : null;
    if (!returned.success || pending === null) return linkEndPage('refused', STATUS.refused);
    return linkQuestionPage(pending, returned.data);
  });
  app.post('/oauth/callback', async (c) => {
    const returned = Returned.safeParse(await c.req.parseBody());
    if (!returned.success) return linkEndPage('refused', STATUS.refused);
    const late = new AbortController();
    const cancel = clock.after(FINISH_MS, () => late.abort());
    const end = await accounts.finish(returned.data.state, returned.data.code, late.signal);
    cancel();
    return linkEndPage(end, STATUS[end]);
  });
}
