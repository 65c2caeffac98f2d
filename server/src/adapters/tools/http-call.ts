import type { ToolFunction } from '@parley/shared/tools';
import { FetchFailure } from '../outbound/fetch-failure.ts';

export interface HttpCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string | null;
}

type Given = Readonly<Record<string, unknown>>;

const PLACE = /\{([A-Za-z0-9_.-]+)\}/g;
const QUERY = /\{\?([A-Za-z0-9_.,-]*)\}$/;

/**
 * One call as its function's template says: `{id}` in the path, `{?limit,after}` at its end in the query
 * (RFC 6570). What the template does not name goes into the query of a GET or DELETE, else into a JSON body.
 * Throws `refused`, nothing having been sent, when an argument cannot stand where it belongs.
 */
export function httpRequestOf({ http }: ToolFunction, given: Given): HttpCall {
  if (http === undefined) throw new FetchFailure('protocol', 'no address', false);
  const template = http.path.replace(QUERY, '');
  const inQuery = QUERY.exec(http.path)?.[1]?.split(',') ?? [];
  const inPath = [...template.matchAll(PLACE)].map(([, name = '']) => name);
  const path = template.replace(PLACE, (_, name: string) => segment(own(given, name)));
  const rest = Object.entries(given).filter(([name]) => !inPath.includes(name) && !inQuery.includes(name));
  const bodiless = http.method === 'GET' || http.method === 'DELETE';
  const named = inQuery.filter((name) => own(given, name) !== undefined).map((name) => [name, given[name]] as const);
  const query = queryOf(bodiless ? [...named, ...rest] : named);
  return {
    method: http.method,
    path: query === '' ? path : `${path}?${query}`,
    body: bodiless ? null : JSON.stringify(Object.fromEntries(rest)),
  };
}

/** A dot segment would climb out of the address that the admin gave. */
function segment(value: unknown): string {
  const text = scalar(value);
  if (text === '' || text === '.' || text === '..') throw new FetchFailure('refused', 'argument in the path', false);
  return encodeURIComponent(text);
}

function queryOf(pairs: readonly (readonly [string, unknown])[]): string {
  const query = new URLSearchParams();
  for (const [name, value] of pairs)
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) query.append(name, scalar(one));
  return query.toString();
}

function scalar(value: unknown): string {
  if (typeof value === 'string' && value.isWellFormed()) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new FetchFailure('refused', 'argument in the address', false);
}

function own(given: Given, name: string): unknown {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}
