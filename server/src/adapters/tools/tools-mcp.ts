import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../ports/system.ts';
import type { Discovery, ToolFailure, ToolInvocation, ToolOutcome, Tools, ToolTarget } from '../../ports/tools.ts';
import { FetchFailure, statusFailure, toolFailure } from '../outbound/fetch-failure.ts';
import { MOST_MS, type GuardedFetch } from '../outbound/guarded-fetch.ts';
import { mcpItems } from './mcp-items.ts';
import { McpSession } from './mcp-session.ts';
import { discoveredFunctions, type SaidOfFunction } from './tool-function.ts';
import { boundedItems } from './tool-items.ts';
import { Interrupted, within } from './within.ts';

export interface McpDeps {
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
}

/** In the `_meta` of the status tool's result: what became of the operation. */
const STATE = 'parley/state';
/** The tool by which a server says what became of an earlier call; not offered to a model. */
const STATUS_TOOL = 'parley_status';
const MOST_PAGES = 20;

/**
 * MCP servers over streamable HTTP. Every call has a session of its own with the bearer of that call alone
 * (R12). A session hears answers only: the server's own requests and its standing stream are not taken.
 */
export function mcpTools(deps: McpDeps): Tools {
  return {
    discover: async (target, bearer, signal) => {
      const done = await inSession({ target, bearer, signal }, deps, listAll);
      if (done.kind === 'failed') return done;
      return { kind: 'found', functions: discoveredFunctions(done.value) } satisfies Discovery;
    },
    call: async (invocation, signal) => {
      const done = await inSession({ ...invocation, signal }, deps, (session) => callOf(session, invocation));
      return done.kind === 'failed' ? done : done.value;
    },
    status: async (invocation, signal) => {
      const done = await inSession({ ...invocation, signal }, deps, (session) => statusOf(session, invocation));
      return done.kind === 'failed' ? done : done.value;
    },
  };
}

interface SessionTerms {
  readonly target: ToolTarget;
  readonly bearer: string | null;
  readonly signal: AbortSignal;
}
type Done<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: ToolFailure };

async function inSession<T>(
  { target, bearer, signal }: SessionTerms,
  deps: McpDeps,
  work: (session: McpSession) => Promise<T>,
): Promise<Done<T>> {
  const session = new McpSession(deps.fetch);
  try {
    const run = async (): Promise<T> => {
      await session.open(target, bearer);
      return work(session);
    };
    const value = await within(run(), MOST_MS, signal, deps.clock);
    void session.leave();
    return { kind: 'done', value };
  } catch (error) {
    void session.drop();
    return { kind: 'failed', failure: failureOf(error, session) };
  }
}

async function listAll(session: McpSession): Promise<SaidOfFunction[]> {
  const found: SaidOfFunction[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { tools, nextCursor } = await session.list(cursor);
    for (const { name, description = '', inputSchema } of tools)
      if (name !== STATUS_TOOL) found.push({ name, description, parameters: inputSchema });
    if (nextCursor === undefined) break;
    cursor = nextCursor;
  }
  return found;
}

async function callOf(session: McpSession, invocation: ToolInvocation): Promise<ToolOutcome> {
  const { function: called, arguments: given, operation } = invocation;
  const result = await session.call(called.name, { ...given }, operation);
  return { kind: 'result', items: boundedItems(mcpItems(result)), isError: result.isError === true };
}

async function statusOf(
  session: McpSession,
  { operation }: ToolInvocation,
): Promise<ToolOutcome | { readonly kind: 'never-happened' }> {
  const result = await session.call(STATUS_TOOL, { operation }, operation);
  const state = result.isError === true ? 'unknown' : result._meta?.[STATE];
  if (state === 'never-happened') return { kind: 'never-happened' };
  if (state === 'done') return { kind: 'result', items: boundedItems(mcpItems(result)), isError: false };
  throw new FetchFailure('protocol', 'status', true);
}

/** A server that refuses a session, a function or its arguments has done nothing. */
const NOTHING_DONE = new Set<number>([ErrorCode.InvalidParams, ErrorCode.MethodNotFound]);

function failureOf(error: unknown, { calling, broken }: McpSession): ToolFailure {
  if (error instanceof Interrupted) {
    const why = error.why === 'aborted' ? 'aborted' : 'timeout';
    return { class: why, started: calling, detail: why };
  }
  if (broken !== null) return { ...toolFailure(broken, calling), started: calling && broken.started };
  if (error instanceof StreamableHTTPError) return statusFailure(error.code ?? 0, calling);
  if (error instanceof McpError)
    return { class: 'refused', started: calling && !NOTHING_DONE.has(error.code), detail: `mcp ${error.code}` };
  return toolFailure(error, calling);
}
