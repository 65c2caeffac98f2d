import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { RoomDescription, RoomDescriptionWithRights } from '@parley/shared/answers';
import { RoomCreate, RoomUpdate } from '@parley/shared/commands';
import { fault, FaultError } from '@parley/shared/fault';
import { RoomId } from '@parley/shared/ids';
import { UNTITLED } from '@parley/shared/policy';
import { RoomRole } from '@parley/shared/roles';
import type { Principal } from '../../core/people/principal.ts';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { body, idempotencyHeader, json, listOf, noQuery, pageQuery, roomParams } from './parts.ts';

const NewRoom = RoomCreate.omit({ type: true }).extend({ id: RoomId.optional() });
const JSON_TYPE = /^application\/(?:[a-z.-]+\+)?json\b/i;
const RoomListing = z.strictObject({ id: RoomId, title: z.string(), role: RoomRole, createdAt: z.number() });

const create = createRoute({
  method: 'post',
  path: '/v1/rooms',
  summary: 'Make a room; whoever makes it owns it',
  request: { query: noQuery, headers: idempotencyHeader, body: body(NewRoom) },
  responses: { 201: json(RoomDescription, 'The new room, or the same one again.'), default: PROBLEM },
});
const list = createRoute({
  method: 'get',
  path: '/v1/rooms',
  summary: 'My rooms',
  request: { query: pageQuery },
  responses: { 200: json(listOf(RoomListing), 'A page of rooms, by id.'), default: PROBLEM },
});
const get = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}',
  summary: 'One room, and what I may do there',
  request: { params: roomParams, query: noQuery },
  responses: { 200: json(RoomDescriptionWithRights, 'The room.'), default: PROBLEM },
});
const update = createRoute({
  method: 'patch',
  path: '/v1/rooms/{room}',
  summary: 'Change title or policy; fields that are not named stay',
  request: { params: roomParams, query: noQuery, body: body(RoomUpdate.omit({ type: true })) },
  responses: { 200: json(RoomDescription, 'The room as it is now.'), default: PROBLEM },
});
const remove = createRoute({
  method: 'delete',
  path: '/v1/rooms/{room}',
  summary: 'End the room for everybody',
  request: { params: roomParams, query: noQuery },
  responses: { 204: { description: 'It is gone.' }, default: PROBLEM },
});

export function roomRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(create, async (c) => {
    // A body of another type is read as an empty one, and everything of a room may be left out.
    if (!JSON_TYPE.test(c.req.header('content-type') ?? ''))
      throw new FaultError(fault('bad_request', 'The body must be JSON.'));
    const { id, ...wanted } = c.req.valid('json');
    const { principal } = c.get('caller');
    const key = c.req.valid('header')['idempotency-key'];
    return c.json(await createOnce(edge, principal, id ?? freshId(edge, principal, key), wanted), 201);
  });
  app.openapi(list, async (c) => {
    const { principal } = c.get('caller');
    const { after, limit } = c.req.valid('query');
    const rooms = await edge.journal.rooms(principal.tenant, principal.user, after ?? null, limit + 1);
    const items = rooms.slice(0, limit).map(({ id, title, role, createdAt }) => ({ id, title, role, createdAt }));
    return c.json({ items, next: rooms.length > limit ? (items.at(-1)?.id ?? null) : null }, 200);
  });
  app.openapi(get, async (c) =>
    c.json(await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, { type: 'room.get' }), 200),
  );
  app.openapi(update, async (c) => {
    const command = { type: 'room.update', ...c.req.valid('json') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, command), 200);
  });
  app.openapi(remove, async (c) => {
    await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, { type: 'room.delete' });
    return c.body(null, 204);
  });
}

/** A room's id names its making: the same person making the same room again gets the same answer. */
async function createOnce(
  edge: Edge,
  principal: Principal,
  room: RoomId,
  wanted: Omit<z.infer<typeof RoomCreate>, 'type'>,
): Promise<z.infer<typeof RoomDescription>> {
  // The room says so too; here nothing is opened for it, and taken names answer like free ones.
  if (principal.role === 'guest')
    throw new FaultError(fault('forbidden', 'Guests cannot make rooms.', { capability: 'room.create' }));
  try {
    return await edge.requests.ask(principal, room, { type: 'room.create', ...wanted });
  } catch (error) {
    if (!(error instanceof FaultError) || error.fault.code !== 'already_exists') throw error;
    const before = await ownRoom(edge, principal, room);
    if (before === null || givenTitle(before) !== wanted.title) throw error;
    return before;
  }
}

/** What a person named it, whatever it is called meanwhile. */
function givenTitle({ title, titledBy }: z.infer<typeof RoomDescription>): string {
  return titledBy === undefined ? title : UNTITLED;
}

/** The room if the person owns it. Whoever is not in that room learns no more than that the id is taken. */
async function ownRoom(
  edge: Edge,
  principal: Principal,
  room: RoomId,
): Promise<z.infer<typeof RoomDescription> | null> {
  const found = await edge.requests.ask(principal, room, { type: 'room.get' }).catch(() => null);
  return found?.role === 'owner' ? RoomDescription.strip().parse(found) : null;
}

/** Without a name the server makes one; with a key it is always the same one for this person. */
function freshId(edge: Edge, { tenant, user }: Principal, key: string | undefined): RoomId {
  if (key === undefined) return RoomId.parse(edge.ids.next('r'));
  const digest = createHash('sha256')
    .update(JSON.stringify([tenant.id, user, key]))
    .digest('base64url');
  return RoomId.parse(`r_${digest.slice(0, 22)}`);
}
