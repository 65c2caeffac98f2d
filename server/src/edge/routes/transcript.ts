import { createRoute, z } from '@hono/zod-openapi';
import { RoomExportFile, TranscriptPage } from '@parley/shared/answers';
import { FoundEntry } from '@parley/shared/entry';
import { DigestReply, PinsRead } from '@parley/shared/pin';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { items, json, noQuery, roomParams } from './parts.ts';

const read = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/transcript',
  summary: 'Entries of a lane, oldest first',
  request: {
    params: roomParams,
    query: z.strictObject({
      lane: z.enum(['room', 'me']).default('room'),
      after: z.coerce.number().int().min(0).optional().openapi({ description: 'Entries with a larger `seq`.' }),
      before: z.coerce
        .number()
        .int()
        .min(1)
        .optional()
        .openapi({ description: 'The newest entries with a smaller `seq`.' }),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
  },
  responses: { 200: json(TranscriptPage, '`next` goes into `after`.'), default: PROBLEM },
});
const exportAll = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/export',
  summary: 'Everything of the room that I may read, in one file',
  request: { params: roomParams, query: noQuery },
  responses: { 200: json(RoomExportFile, 'The room.'), default: PROBLEM },
});

const documents = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/documents',
  summary: 'The transcripts I may open now, by name',
  request: { params: roomParams, query: noQuery },
  responses: {
    200: json(z.strictObject({ items: z.array(z.string()) }), 'Names for `…/docs/{name}`.'),
    default: PROBLEM,
  },
});
const search = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/search',
  summary: 'Entries that hold the words, newest first',
  request: {
    params: roomParams,
    query: z.strictObject({
      q: z.string().min(1).max(200),
      limit: z.coerce.number().int().min(1).max(100).default(20),
    }),
  },
  responses: { 200: json(items(FoundEntry), 'Only what I may read.'), default: PROBLEM },
});

const ofLane = z.strictObject({ lane: z.enum(['room', 'me']).default('room') });
const pins = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/pins',
  summary: 'What people pinned in a lane',
  request: { params: roomParams, query: ofLane },
  responses: { 200: json(PinsRead, 'In the order in which it was pinned.'), default: PROBLEM },
});
const digest = createRoute({
  method: 'get',
  path: '/v1/rooms/{room}/digest',
  summary: 'What the AI is sent in the place of older entries of a lane',
  request: { params: roomParams, query: ofLane },
  responses: {
    200: json(DigestReply, 'Null: nothing stands for any of them.'),
    default: PROBLEM,
  },
});

export function transcriptRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(read, async (c) => {
    const command = { type: 'transcript.read', ...c.req.valid('query') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, command), 200);
  });
  app.openapi(search, async (c) => {
    const command = { type: 'transcript.search', ...c.req.valid('query') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, command), 200);
  });
  app.openapi(pins, async (c) => {
    const command = { type: 'pin.list', ...c.req.valid('query') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, command), 200);
  });
  app.openapi(digest, async (c) => {
    const command = { type: 'digest.read', ...c.req.valid('query') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, command), 200);
  });
  app.openapi(exportAll, async (c) => {
    const { room } = c.req.valid('param');
    const file = await edge.requests.ask(c.get('caller').principal, room, { type: 'room.export' });
    c.header('content-disposition', `attachment; filename="${room}.json"`);
    return c.json(file, 200);
  });
  app.openapi(documents, async (c) => {
    const { room } = c.req.valid('param');
    return c.json(await edge.requests.ask(c.get('caller').principal, room, { type: 'document.list' }), 200);
  });
}
