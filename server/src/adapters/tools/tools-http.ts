import type { Discovery, ToolInvocation, ToolItem, ToolOutcome, Tools, ToolTarget } from '../../ports/tools.ts';
import { FetchFailure, statusFailure, toolFailure } from '../outbound/fetch-failure.ts';
import type { GuardedFetch } from '../outbound/guarded-fetch.ts';
import { httpRequestOf } from './http-call.ts';
import { openApiFunctions } from './openapi-functions.ts';
import { discoveredFunctions } from './tool-function.ts';
import { boundedItems, toolItem, type SaidOfItem } from './tool-items.ts';

/** Where a server says what it can do, and what became of an operation, under its own address. */
const DESCRIPTION = '/openapi.json';
const OPERATIONS = '/operations/';

/** Plain HTTP tools. What they answer is `{items: [{text, resource?, readers?, tenant?}]}`, or one text. */
export function httpTools({ fetch }: { readonly fetch: GuardedFetch }): Tools {
  const get = async (target: ToolTarget, path: string, bearer: string | null, signal: AbortSignal): Promise<Response> =>
    fetch(under(target, path), { headers: { accept: 'application/json', ...authorization(bearer) }, signal });
  return {
    discover: async (target, bearer, signal) => {
      try {
        return await discovery(await get(target, DESCRIPTION, bearer, signal));
      } catch (error) {
        return { kind: 'failed', failure: toolFailure(error, true) };
      }
    },
    call: async (invocation, signal) => {
      try {
        return await outcomeOf(await fetch(...requestOf(invocation, signal)));
      } catch (error) {
        return { kind: 'failed', failure: toolFailure(error, true) };
      }
    },
    status: async ({ target, operation, bearer }, signal) => {
      try {
        return await stateOf(await get(target, OPERATIONS + encodeURIComponent(operation), bearer, signal));
      } catch (error) {
        return { kind: 'failed', failure: toolFailure(error, true) };
      }
    },
  };
}

async function discovery(response: Response): Promise<Discovery> {
  const text = await response.text();
  if (!response.ok) return { kind: 'failed', failure: statusFailure(response.status, true) };
  return { kind: 'found', functions: discoveredFunctions(openApiFunctions(jsonOf(text))) };
}

function requestOf(invocation: ToolInvocation, signal: AbortSignal): [string, RequestInit] {
  const { target, function: called, operation, bearer } = invocation;
  const { path, method, body } = httpRequestOf(called, invocation.arguments);
  const headers = {
    accept: 'application/json, text/*',
    'idempotency-key': operation,
    ...authorization(bearer),
    ...(body === null ? {} : { 'content-type': 'application/json' }),
  };
  return [under(target, path), { method, headers, signal, body }];
}

/** A status of 4xx besides the refusals of {@link statusFailure} is what the tool has to say to these arguments. */
async function outcomeOf(response: Response): Promise<ToolOutcome> {
  const { status } = response;
  const text = await response.text();
  if ([401, 403, 429].includes(status) || status >= 500)
    return { kind: 'failed', failure: statusFailure(status, true) };
  return { kind: 'result', items: boundedItems(itemsOf(text)), isError: !response.ok };
}

/** Only a plain statement counts: a server that knows no such address answers 404, and that says nothing. */
async function stateOf(response: Response): Promise<ToolOutcome | { readonly kind: 'never-happened' }> {
  const text = await response.text();
  const said = response.ok ? jsonOf(text) : null;
  const state = isRecord(said) ? said['state'] : null;
  if (state === 'never-happened') return { kind: 'never-happened' };
  if (state === 'done') return { kind: 'result', items: boundedItems(itemsOf(text)), isError: false };
  throw new FetchFailure('protocol', 'status', true);
}

function itemsOf(text: string): readonly ToolItem[] {
  if (text === '') return [];
  const said = jsonOf(text);
  const items = isRecord(said) ? said['items'] : null;
  return Array.isArray(items) && items.every(isItem)
    ? items.map((item) => toolItem(item.text, item))
    : [toolItem(text, {})];
}

function isItem(value: unknown): value is SaidOfItem & { readonly text: string } {
  return isRecord(value) && typeof value['text'] === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null when it is no JSON: then it is a text. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function under({ url }: ToolTarget, path: string): string {
  return url.replace(/\/+$/, '') + path;
}

function authorization(bearer: string | null): Record<string, string> {
  return bearer === null ? {} : { authorization: `Bearer ${bearer}` };
}
