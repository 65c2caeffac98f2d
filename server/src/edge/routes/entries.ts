import { createRoute, z } from '@hono/zod-openapi';
import { ReleaseView } from '@parley/shared/answers';
import { EntryRelease } from '@parley/shared/commands';
import { Entry } from '@parley/shared/entry';
import { PinKind } from '@parley/shared/pin-kind';
import { EntryId, RoomId } from '@parley/shared/ids';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { body, json, noQuery } from './parts.ts';

const entryParams = z.strictObject({ room: RoomId, entry: EntryId });
const oneEntry = z.strictObject({ entry: Entry });

const preview = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/entries/{entry}/release',
  summary: 'What sharing an answer of my private lane would show, and to whom',
  request: { params: entryParams, query: noQuery },
  responses: { 200: json(ReleaseView, 'Exactly what a release with this digest does.'), default: PROBLEM },
});
const release = createRoute({
  method: 'post',
  path: '/v1/rooms/{room}/entries/{entry}/release',
  summary: 'Share an answer of my private lane, exactly as previewed',
  request: { params: entryParams, query: noQuery, body: body(EntryRelease.omit({ type: true, entry: true })) },
  responses: { 200: json(oneEntry, 'The entry as the room got it.'), default: PROBLEM },
});
const redact = createRoute({
  method: 'post',
  path: '/v1/rooms/{room}/entries/{entry}/redact',
  summary: 'Take the words of an entry away for good',
  request: { params: entryParams, query: noQuery },
  responses: { 200: json(oneEntry, 'What is left of it.'), default: PROBLEM },
});

const pin = createRoute({
  method: 'put',
  path: '/v1/rooms/{room}/entries/{entry}/pin',
  summary: 'Pin an entry for everybody who reads it, and for the AI',
  request: { params: entryParams, query: noQuery, body: body(z.strictObject({ as: PinKind })) },
  responses: { 204: { description: 'It is pinned.' }, default: PROBLEM },
});
const unpin = createRoute({
  method: 'delete',
  path: '/v1/rooms/{room}/entries/{entry}/pin',
  summary: 'Take an entry down',
  request: { params: entryParams, query: noQuery },
  responses: { 204: { description: 'It is not pinned.' }, default: PROBLEM },
});

export function entryRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(preview, async (c) => {
    const { room, entry } = c.req.valid('param');
    const command = { type: 'entry.preview-release', entry } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, room, command), 200);
  });
  app.openapi(release, async (c) => {
    const { room, entry } = c.req.valid('param');
    const command = { type: 'entry.release', entry, ...c.req.valid('json') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, room, command), 200);
  });
  app.openapi(pin, async (c) => {
    const { room, entry } = c.req.valid('param');
    const command = { type: 'entry.pin', entry, ...c.req.valid('json') } as const;
    await edge.requests.ask(c.get('caller').principal, room, command);
    return c.body(null, 204);
  });
  app.openapi(unpin, async (c) => {
    const { room, entry } = c.req.valid('param');
    await edge.requests.ask(c.get('caller').principal, room, { type: 'entry.unpin', entry });
    return c.body(null, 204);
  });
  app.openapi(redact, async (c) => {
    const { room, entry } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'entry.redact', entry }), 200);
  });
}
