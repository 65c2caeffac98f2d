import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { must } from '@parley/shared/assert';

/** One item as a tool says it, right or wrong. */
export interface SaidItem {
  readonly text: string;
  readonly resource?: unknown;
  readonly readers?: unknown;
  readonly tenant?: unknown;
}
export type ToolAnswer =
  | { readonly items: readonly SaidItem[]; readonly isError?: boolean }
  /** Headers, and then nothing ever. */
  | 'hang'
  | { readonly status: number }
  | { readonly redirect: string }
  /** These bytes as the whole body. */
  | { readonly raw: string };

export interface HeardCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly operation: unknown;
  readonly bearer: string | null;
}

type Rpc = { readonly id?: number; readonly method: string; readonly params?: Record<string, unknown> };

/** A tool server that does what a test says, over MCP at `/mcp` and over HTTP at `/http`: for what no honest one does. */
export class ToolServer implements AsyncDisposable {
  functions: readonly { readonly name: string; readonly description: string; readonly parameters: object }[] = [];
  /** Functions a page of its list holds. */
  pageSize = 100;
  answer: (call: HeardCall) => ToolAnswer = () => {
    throw new Error('an unexpected call of a tool');
  };
  /** What it says became of an operation; absent: it says nothing. */
  readonly operations = new Map<string, 'never-happened' | 'done'>();
  readonly calls: HeardCall[] = [];
  /** The token of whoever asked over MCP what it can do, each time. */
  readonly asked: (string | null)[] = [];
  /** Sessions of MCP that nobody ended. */
  readonly sessions = new Set<string>();
  readonly #server: Server;
  #sessionsMade = 0;
  #waiting: (() => void)[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  static async start(): Promise<ToolServer> {
    const server = new ToolServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves once so many calls have arrived. */
  async heard(count: number): Promise<void> {
    while (this.calls.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const path = must(request.url, 'a request has a path');
    if (path === '/mcp') this.#mcp(request, response, body);
    else this.#http(request, response, { path: path.replace(/^\/http/, ''), body });
  }

  #mcp(request: IncomingMessage, response: ServerResponse, body: string): void {
    const session = request.headers['mcp-session-id'];
    if (request.method === 'DELETE') {
      this.sessions.delete(String(session));
      response.writeHead(200).end();
      return;
    }
    const { id, method, params = {} } = JSON.parse(body) as Rpc;
    if (method !== 'initialize' && !this.sessions.has(String(session))) throw new Error('a call outside a session');
    const reply = (result: unknown, headers: Record<string, string> = {}): void =>
      sendJson(response, JSON.stringify({ jsonrpc: '2.0', id, result }), headers);
    switch (method) {
      case 'initialize':
        reply(
          { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'double', version: '1' } },
          { 'mcp-session-id': this.#newSession() },
        );
        return;
      case 'notifications/initialized':
      case 'notifications/cancelled':
        response.writeHead(202).end();
        return;
      case 'tools/list':
        this.asked.push(bearerOf(request));
        reply(this.#page(Number(params['cursor'] ?? 0)));
        return;
      case 'tools/call':
        this.#mcpCall(request, response, { params, reply });
        return;
      default:
        throw new Error(`an unexpected request: ${method}`);
    }
  }

  #mcpCall(
    request: IncomingMessage,
    response: ServerResponse,
    { params, reply }: { params: Record<string, unknown>; reply: (result: unknown) => void },
  ): void {
    const meta = (params['_meta'] ?? {}) as Record<string, unknown>;
    if (params['name'] === 'parley_status') {
      const { operation } = params['arguments'] as { operation: string };
      const state = this.operations.get(operation);
      const content = state === 'done' ? [{ type: 'text', text: 'as before' }] : [];
      reply({ content, ...(state === undefined ? {} : { _meta: { 'parley/state': state } }) });
      return;
    }
    const answer = this.#hear({
      name: String(params['name']),
      arguments: params['arguments'],
      operation: meta['parley/operation'],
      bearer: bearerOf(request),
    });
    if (crude(response, answer)) return;
    reply({
      content: answer.items.map(({ text, ...said }) => ({ type: 'text', text, _meta: metaOf(said) })),
      isError: answer.isError ?? false,
    });
  }

  #http(request: IncomingMessage, response: ServerResponse, { path, body }: { path: string; body: string }): void {
    if (path === '/openapi.json') {
      sendJson(response, JSON.stringify(this.#openApi()));
      return;
    }
    const operation = /^\/operations\/(.+)$/.exec(path)?.[1];
    if (operation !== undefined) {
      const state = this.operations.get(operation);
      if (state === undefined) response.writeHead(404).end('{"state":"never-happened"}');
      else
        sendJson(response, JSON.stringify({ state, ...(state === 'done' ? { items: [{ text: 'as before' }] } : {}) }));
      return;
    }
    const answer = this.#hear({
      name: path.slice(1),
      arguments: JSON.parse(body),
      operation: request.headers['idempotency-key'],
      bearer: bearerOf(request),
    });
    if (crude(response, answer)) return;
    response.writeHead(answer.isError === true ? 422 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ items: answer.items }));
  }

  #hear(call: HeardCall): ToolAnswer {
    this.calls.push(call);
    for (const wake of this.#waiting.splice(0)) wake();
    return this.answer(call);
  }

  #newSession(): string {
    const session = `s${++this.#sessionsMade}`;
    this.sessions.add(session);
    return session;
  }

  #page(start: number): object {
    const end = start + this.pageSize;
    const tools = this.functions
      .slice(start, end)
      .map(({ name, description, parameters }) => ({ name, description, inputSchema: parameters }));
    return { tools, ...(end < this.functions.length ? { nextCursor: String(end) } : {}) };
  }

  #openApi(): object {
    const paths = this.functions.map(({ name, description, parameters }) => [
      `/${name}`,
      {
        post: {
          operationId: name,
          description,
          requestBody: { content: { 'application/json': { schema: parameters } } },
        },
      },
    ]);
    return { openapi: '3.1.0', paths: Object.fromEntries(paths) as object };
  }
}

/** Answers that are the same bytes over both wires; true when this was one. */
function crude(
  response: ServerResponse,
  answer: ToolAnswer,
): answer is Exclude<ToolAnswer, { readonly items: readonly SaidItem[] }> {
  if (answer === 'hang') response.writeHead(200, { 'content-type': 'application/json' }).write(' ');
  else if ('redirect' in answer) response.writeHead(307, { location: answer.redirect }).end();
  else if ('status' in answer) response.writeHead(answer.status).end('no');
  else if ('raw' in answer) sendJson(response, answer.raw);
  else return false;
  return true;
}

function metaOf(said: Omit<SaidItem, 'text'>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(said).map(([key, value]) => [`parley/${key}`, value]));
}

function sendJson(response: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
}

function bearerOf(request: IncomingMessage): string | null {
  return request.headers.authorization?.replace(/^Bearer /, '') ?? null;
}
