import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CallToolResultSchema,
  ListToolsResultSchema,
  type CallToolResult,
  type ListToolsResult,
} from '@modelcontextprotocol/sdk/types.js';
import type { ToolTarget } from '../../ports/tools.ts';
import { FetchFailure } from '../outbound/fetch-failure.ts';
import { MOST_MS, type GuardedFetch } from '../outbound/guarded-fetch.ts';

/** In the `_meta` of a call: its operation id (D5). */
const OPERATION = 'parley/operation';

/** Whoever holds the session bounds it; the library's own limit is only not to come first. */
const PATIENT = { timeout: 2 * MOST_MS };

/** One connection to one server for one call. Only the first error counts: there is one request at a time. */
export class McpSession {
  readonly #client = new Client({ name: 'parley', version: '1' }, { capabilities: {} });
  /** Whether a request that may have an effect was handed to the connection. */
  calling = false;
  /** What broke a connection: the library tells a broken answer without its cause. */
  broken: FetchFailure | null = null;
  readonly #fetch: GuardedFetch;
  readonly #failed: Promise<never>;
  #transport: StreamableHTTPClientTransport | null = null;

  constructor(fetch: GuardedFetch) {
    this.#fetch = fetch;
    this.#failed = new Promise((_, reject) => {
      this.#client.onerror = reject;
    });
    this.#failed.catch(() => {});
  }

  async open({ url }: ToolTarget, bearer: string | null): Promise<void> {
    const headers: Record<string, string> = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
    this.#transport = new StreamableHTTPClientTransport(new URL(url), {
      fetch: (address, init) => this.#send(address, init),
      requestInit: { headers },
      reconnectionOptions: {
        maxRetries: 0,
        initialReconnectionDelay: 0,
        maxReconnectionDelay: 0,
        reconnectionDelayGrowFactor: 1,
      },
    });
    // Its optional session id is at odds with exactOptionalPropertyTypes; it is the library's own transport.
    await this.#answered(this.#client.connect(this.#transport as Parameters<Client['connect']>[0], PATIENT));
  }

  /** One page of the server's functions. Not the library's `listTools`: that compiles schemas, and a schema is a program. */
  list(cursor: string | undefined): Promise<ListToolsResult> {
    const params = cursor === undefined ? {} : { cursor };
    return this.#answered(this.#client.request({ method: 'tools/list', params }, ListToolsResultSchema, PATIENT));
  }

  call(name: string, given: Record<string, unknown>, operation: string): Promise<CallToolResult> {
    this.calling = true;
    const params = { name, arguments: given, _meta: { [OPERATION]: operation } };
    return this.#answered(this.#client.request({ method: 'tools/call', params }, CallToolResultSchema, PATIENT));
  }

  /** Ends the server's side of the session, then ours. Never rejects. */
  async leave(): Promise<void> {
    try {
      await this.#transport?.terminateSession();
    } catch {
      // A courtesy: servers forget sessions by themselves.
    }
    await this.drop();
  }

  /** Ends every request at once. Never rejects. */
  async drop(): Promise<void> {
    try {
      await this.#client.close();
    } catch {
      // Nothing is left to end; what failed was told by its own request.
    }
  }

  /** Waits for an answer, or for what makes waiting for it useless. */
  #answered<T>(answer: Promise<T>): Promise<T> {
    return Promise.race([answer, this.#failed]);
  }

  async #send(address: string | URL, init: RequestInit = {}): Promise<Response> {
    // The server's standing stream carries nothing for one call.
    if (init.method === 'GET') return new Response(null, { status: 405 });
    try {
      const response = await this.#fetch(address, init);
      return new Response(this.#noting(response.body), response);
    } catch (error) {
      if (error instanceof FetchFailure) this.broken = error;
      throw error;
    }
  }

  #noting(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> | null {
    if (body === null) return null;
    const reader = body.getReader();
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          if (error instanceof FetchFailure) this.broken = error;
          throw error;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }
}
