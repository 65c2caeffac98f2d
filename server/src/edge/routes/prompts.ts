import { createRoute, z } from '@hono/zod-openapi';
import { PromptAccepted, PromptForecast } from '@parley/shared/answers';
import { MessagePost, PromptMeasure, PromptSubmit } from '@parley/shared/commands';
import { Entry } from '@parley/shared/entry';
import type { Edge, EdgeApp } from '../edge.ts';
import { PROBLEM } from '../problems.ts';
import { body, idempotencyHeader, json, noQuery, roomParams, writeId } from './parts.ts';

const submit = createRoute({
  method: 'post',
  path: '/v1/rooms/{room}/prompts',
  summary: 'Ask the AI; answered once the prompt is on disk',
  request: {
    params: roomParams,
    query: noQuery,
    headers: idempotencyHeader,
    body: body(PromptSubmit.omit({ type: true }).partial({ id: true })),
  },
  responses: { 202: json(PromptAccepted, 'The ticket; the same one for the same id and text.'), default: PROBLEM },
});
const measure = createRoute({
  method: 'post',
  path: '/v1/rooms/{room}/prompts/measure',
  summary: 'What a prompt would take, in tokens, before it is sent',
  request: { params: roomParams, query: noQuery, body: body(PromptMeasure.omit({ type: true })) },
  responses: { 200: json(PromptForecast, 'Of its first call; nothing is kept.'), default: PROBLEM },
});
const post = createRoute({
  method: 'post',
  path: '/v1/rooms/{room}/messages',
  summary: 'Say something to people',
  request: {
    params: roomParams,
    query: noQuery,
    headers: idempotencyHeader,
    body: body(MessagePost.omit({ type: true }).partial({ id: true })),
  },
  responses: {
    201: json(z.strictObject({ entry: Entry }), 'The message.'),
    202: json(PromptAccepted, 'A ticket, where the room answers everything that is said.'),
    default: PROBLEM,
  },
});

export function promptRoutes(app: EdgeApp, edge: Edge): void {
  app.openapi(submit, async (c) => {
    const { id: inBody, ...wanted } = c.req.valid('json');
    const id = writeId(inBody, c.req.valid('header')['idempotency-key']);
    const command = { type: 'prompt.submit', id, ...wanted } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, command), 202);
  });
  app.openapi(measure, async (c) => {
    const command = { type: 'prompt.measure', ...c.req.valid('json') } as const;
    return c.json(await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, command), 200);
  });
  app.openapi(post, async (c) => {
    const { id: inBody, ...wanted } = c.req.valid('json');
    const id = writeId(inBody, c.req.valid('header')['idempotency-key']);
    const command = { type: 'message.post', id, ...wanted } as const;
    const reply = await edge.requests.ask(c.get('caller').principal, c.req.valid('param').room, command);
    return 'entry' in reply ? c.json(reply, 201) : c.json(reply, 202);
  });
}
