import { createRoute, z } from '@hono/zod-openapi';
import { BudgetLines, BudgetView } from '@parley/shared/admin';
import { fault, FaultError } from '@parley/shared/fault';
import { RoomId, UserId } from '@parley/shared/ids';
import { scopeKey } from '../../core/budget/scopes.ts';
import type { SetScope } from '../../ports/budgets.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Edge, EdgeApp } from '../edge.ts';
import { seesOthers } from '../oversight.ts';
import { everybody } from '../people-overview.ts';
import { PROBLEM } from '../problems.ts';
import { adminsOnly, type TenantAudit } from '../tenant-audit.ts';
import { body, json, noQuery, pageQuery } from './parts.ts';

const params = z.strictObject({
  scope: z.string().max(200).openapi({ description: '`me`, `tenant`, `background`, `user:ID` or `room:ID`.' }),
});
const answer = { 200: json(BudgetView, 'Tokens of this month (UTC).'), default: PROBLEM };

const list = createRoute({
  method: 'get',
  path: '/v1/budgets',
  summary: 'What the budgets of all rooms, or of everybody in one, stand at; admins',
  request: { query: pageQuery.extend({ of: z.enum(['rooms', 'people']) }) },
  responses: { 200: json(BudgetLines, 'A page, by id.'), default: PROBLEM },
});
const read = createRoute({
  method: 'get',
  path: '/v1/budgets/{scope}',
  summary: 'What a budget stands at: my own, a room’s for whoever may export it, any for admins',
  request: { params, query: noQuery },
  responses: answer,
});
const write = createRoute({
  method: 'put',
  path: '/v1/budgets/{scope}',
  summary: 'Sets how many tokens a month may be used, or takes the limit away; admins',
  request: { params, query: noQuery, body: body(z.strictObject({ tokens: z.int().min(0).nullable() })) },
  responses: answer,
});

export function budgetRoutes(app: EdgeApp, edge: Edge, trail: TenantAudit): void {
  const admins = adminsOnly(trail, { PUT: 'budget.set' });
  app.use('/v1/budgets', admins);
  app.use('/v1/budgets/*', (c, next) => (c.req.method === 'PUT' ? admins(c, next) : next()));
  app.openapi(list, async (c) => {
    const { principal } = c.get('caller');
    const { of, after = '', limit } = c.req.valid('query');
    const found = await (of === 'rooms' ? rooms : people)(edge, principal, after, limit + 1);
    const items = found.slice(0, limit).map(({ id, title, scope }) => {
      return { id, line: { scope: scopeKey(scope), title, ...viewOf(edge, principal, scope) } };
    });
    const next = found.length > limit ? (items.at(-1)?.id ?? null) : null;
    return c.json({ items: items.map(({ line }) => line), next }, 200);
  });
  app.openapi(read, async (c) => {
    const { principal } = c.get('caller');
    const scope = scopeOf(c.req.valid('param').scope, principal);
    await mayRead(edge, principal, scope);
    return c.json(viewOf(edge, principal, scope), 200);
  });
  app.openapi(write, async (c) => {
    const { principal } = c.get('caller');
    const { scope: named } = c.req.valid('param');
    const scope = scopeOf(named, principal);
    await edge.budgets.setLimit(principal.tenant, scope, c.req.valid('json').tokens);
    await trail.done(principal, 'budget.set', named);
    return c.json(viewOf(edge, principal, scope), 200);
  });
}

interface Listed {
  /** What the list goes by. */
  readonly id: string;
  readonly title: string;
  readonly scope: SetScope;
}

async function rooms(edge: Edge, { tenant }: Principal, after: string, limit: number): Promise<Listed[]> {
  const found = await edge.people.rooms(tenant, after === '' ? null : after, limit);
  return found.map(({ id, title }) => ({ id, title, scope: { kind: 'room', room: id } }));
}

async function people(edge: Edge, { tenant }: Principal, after: string, limit: number): Promise<Listed[]> {
  const rest = (await everybody(edge.people, tenant)).filter(({ user }) => user > after);
  return rest.slice(0, limit).map(({ user }) => ({ id: user, title: user, scope: { kind: 'user', user } }));
}

/** Throws `not_found` for what names nothing. */
function scopeOf(named: string, { user }: Principal): SetScope {
  if (named === 'tenant' || named === 'background') return { kind: named };
  if (named === 'me') return { kind: 'user', user };
  const [kind = '', ...rest] = named.split(':');
  const id = rest.join(':');
  const person = kind === 'user' ? UserId.safeParse(id) : null;
  if (person?.success === true) return { kind: 'user', user: person.data };
  const room = kind === 'room' ? RoomId.safeParse(id) : null;
  if (room?.success === true) return { kind: 'room', room: room.data };
  throw new FaultError(fault('not_found'));
}

async function mayRead(edge: Edge, principal: Principal, scope: SetScope): Promise<void> {
  if (principal.role === 'admin' || (scope.kind === 'user' && scope.user === principal.user)) return;
  if (scope.kind !== 'room') throw new FaultError(fault('forbidden', undefined, { capability: 'tenant.admin' }));
  if (await seesOthers(edge, principal, scope.room)) return;
  throw new FaultError(fault('forbidden', undefined, { capability: 'room.export' }));
}

function viewOf({ budgets }: Edge, { tenant }: Principal, scope: SetScope): BudgetView {
  const { month, tokens, unreadable, used, held } = budgets.standing(tenant, scope);
  return { month, tokens, unreadable, used, reserved: held };
}
