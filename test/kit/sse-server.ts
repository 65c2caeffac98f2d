import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider that does exactly what a test tells it, byte by byte: for what no well-behaved one does. */
export interface SseServer extends AsyncDisposable {
  /** With `/v1`. */
  readonly baseURL: string;
  /** The next request, its body read, its answer in the test's hands. */
  next(): Promise<Exchange>;
}
export interface Exchange {
  readonly body: Record<string, unknown>;
  readonly authorization: string | undefined;
  readonly response: ServerResponse;
  /** Resolves when the client has closed its request. */
  readonly closed: Promise<void>;
  /** Sends one chunk as a server-sent event. */
  send(chunk: unknown): void;
}

export async function sseServer(): Promise<SseServer> {
  const waiting: Exchange[] = [];
  const readers: ((exchange: Exchange) => void)[] = [];
  const server = createServer((request, response) => {
    void receive(request, response).then((exchange) => {
      const reader = readers.shift();
      if (reader) reader(exchange);
      else waiting.push(exchange);
    });
  });
  // On a slow machine one that is idle would be closed in the moment in which it is used again.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    next: () => {
      const first = waiting.shift();
      return first ? Promise.resolve(first) : new Promise((resolve) => readers.push(resolve));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
  const closed = once(response, 'close').then(() => undefined);
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return {
    body: JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>,
    authorization: request.headers.authorization,
    response,
    closed,
    send: (chunk) => {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`);
    },
  };
}

/** A chat chunk with some text, or with a finish reason. */
export function chunk(delta: Record<string, unknown>, finish_reason: string | null = null): Record<string, unknown> {
  return {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'served-model',
    choices: [{ index: 0, delta, finish_reason }],
  };
}

/** The events of a whole answer on the Responses wire: what is said piece by piece, and how it ends. */
export function responsesEvents(
  pieces: readonly string[],
  last: Record<string, unknown> = {},
): readonly Record<string, unknown>[] {
  const { type = 'response.completed', status = 'completed', ...more } = last;
  const at = { item_id: 'i1', output_index: 0, content_index: 0 };
  return [
    { type: 'response.created', response: { id: 'r1', model: 'served-model', status: 'in_progress' } },
    ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...at, delta })),
    { type, response: { id: 'r1', model: 'served-model', status, ...more } },
  ];
}
