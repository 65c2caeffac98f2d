import { createRoute, z } from '@hono/zod-openapi';
import { KeyPolicy, KeysView, ProviderKey } from '@parley/shared/admin';
import { fault, FaultError } from '@parley/shared/fault';
import type { Principal } from '../../core/people/principal.ts';
import type { KeyOwner } from '../../ports/provider-keys.ts';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { adminsOnly, type TenantAudit } from '../tenant-audit.ts';
import { body, json, noQuery } from './parts.ts';

const params = z.strictObject({
  scope: z.enum(['me', 'tenant']),
  provider: z.string().min(1).max(300).openapi({ description: 'The host that the key is for, as the list names it.' }),
});
type Named = z.infer<typeof params>;

const list = createRoute({
  method: 'get',
  path: '/v1/keys',
  summary: 'For which model providers keys of mine and of my tenant are kept; never the keys',
  request: { query: noQuery },
  responses: {
    200: json(
      KeysView,
      'One item for each provider. What is `unreadable` is kept and cannot be read any more: it is to be set again.',
    ),
    default: PROBLEM,
  },
});
const put = createRoute({
  method: 'put',
  path: '/v1/keys/{scope}/{provider}',
  summary: 'Keep a key for a model provider: mine, or my tenant’s (admins)',
  request: { params, query: noQuery, body: body(ProviderKey) },
  responses: { 204: { description: 'It is kept, and used from now on.' }, default: PROBLEM },
});
const drop = createRoute({
  method: 'delete',
  path: '/v1/keys/{scope}/{provider}',
  summary: 'Forget it',
  request: { params, query: noQuery },
  responses: { 204: { description: 'Nothing of it is kept.' }, default: PROBLEM },
});
const decide = createRoute({
  method: 'put',
  path: '/v1/keys/policy',
  summary: 'Whether people may use their own keys, and whether the next key answers for one that did not; admins',
  request: { query: noQuery, body: body(KeyPolicy) },
  responses: { 200: json(KeyPolicy, 'What holds now.'), default: PROBLEM },
});

/** Keys of model providers (G5): they go in, and nothing answers with one. */
export function keyRoutes(app: EdgeApp, edge: Edge, trail: TenantAudit): void {
  const { keys } = edge;
  app.use('/v1/keys/tenant/*', adminsOnly(trail, { PUT: 'key.set', DELETE: 'key.drop' }));
  app.use('/v1/keys/policy', adminsOnly(trail, { PUT: 'key.policy' }));
  app.openapi(list, async (c) => c.json(await viewOf(edge, c.get('caller').principal), 200));
  app.openapi(decide, async (c) => {
    const { principal } = c.get('caller');
    const policy = c.req.valid('json');
    await keys.setPolicy(principal.tenant, policy);
    await trail.done(principal, 'key.policy', `personal ${policy.personal}, fallback ${policy.fallback}`);
    return c.json(policy, 200);
  });
  app.openapi(put, async (c) => {
    const { principal } = c.get('caller');
    const named = c.req.valid('param');
    const owner = ownerOf(edge, named, principal);
    await mayBring(edge, principal, owner);
    await keys.put(principal.tenant, owner, named.provider, c.req.valid('json').key);
    await trail.done(principal, 'key.set', targetOf(named));
    return c.body(null, 204);
  });
  app.openapi(drop, async (c) => {
    const { principal } = c.get('caller');
    const named = c.req.valid('param');
    await keys.drop(principal.tenant, ownerOf(edge, named, principal), named.provider);
    await trail.done(principal, 'key.drop', targetOf(named));
    return c.body(null, 204);
  });
}

/** Throws `not_found` for a provider that nobody named: a key goes to hosts of the configuration alone. */
function ownerOf({ keys }: Edge, { scope, provider }: Named, { user }: Principal): KeyOwner {
  if (!keys.providers.has(provider)) throw new FaultError(fault('not_found'));
  return scope === 'me' ? user : null;
}

async function mayBring({ keys }: Edge, { tenant }: Principal, owner: KeyOwner): Promise<void> {
  if (owner === null || (await keys.policy(tenant)).personal) return;
  throw new FaultError(
    fault('forbidden', 'Your organisation does not use keys of single people.', { capability: 'key.own' }),
  );
}

async function viewOf({ keys }: Edge, { tenant, user }: Principal): Promise<KeysView> {
  const items = [...keys.providers].map(async ([provider, models]) => {
    const [mine, theirs] = await Promise.all([keys.holds(tenant, user, provider), keys.holds(tenant, null, provider)]);
    return { provider, models: [...models], mine, tenant: theirs };
  });
  return { items: await Promise.all(items), policy: await keys.policy(tenant) };
}

function targetOf({ scope, provider }: Named): string {
  return `${scope} ${provider}`;
}
