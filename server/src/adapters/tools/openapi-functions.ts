import { FunctionName, ToolFunction } from '@parley/shared/tools';
import { isShallow } from './bounded-json.ts';
import { Inliner, isJsonRecord, type JsonRecord } from './json-refs.ts';
import type { SaidOfFunction } from './tool-function.ts';

type Http = NonNullable<SaidOfFunction['http']>;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const MOST_PATHS = 500;
const MOST_LEVELS = 64;

/**
 * The operations of an OpenAPI 3 document as functions: `operationId` names one; parameters and the fields of
 * its JSON body become one schema. Left out is what that cannot express: no id, header or cookie parameters
 * that are required, a body that is no object or repeats a parameter's name. `servers` is not read: calls go
 * where the admin said.
 */
export function* openApiFunctions(document: unknown): Generator<SaidOfFunction, void, undefined> {
  if (!isJsonRecord(document) || !isShallow(document, MOST_LEVELS) || !isJsonRecord(document['paths'])) return;
  for (const { path, method, item } of operationsOf(document['paths'])) {
    const inliner = new Inliner(document);
    const shared = inliner.resolve(item);
    const operation = isJsonRecord(shared) ? inliner.resolve(shared[method.toLowerCase()]) : null;
    if (!isJsonRecord(shared) || !isJsonRecord(operation)) continue;
    const found = functionOf(operation, { path, method, shared }, inliner);
    if (found !== null) yield found;
  }
}

interface Operation {
  readonly path: string;
  readonly method: Http['method'];
  readonly item: unknown;
}

function operationsOf(paths: JsonRecord): readonly Operation[] {
  return Object.entries(paths)
    .slice(0, MOST_PATHS)
    .flatMap(([path, item]) => METHODS.map((method) => ({ path, method, item })));
}

interface Place {
  readonly path: string;
  readonly method: Http['method'];
  /** The path's own item: its parameters are those of each operation in it. */
  readonly shared: JsonRecord;
}

function functionOf(operation: JsonRecord, place: Place, inliner: Inliner): SaidOfFunction | null {
  const name = FunctionName.safeParse(operation['operationId']);
  const parameters = parametersOf([place.shared['parameters'], operation['parameters']], inliner);
  const body = bodyOf(operation['requestBody'], inliner);
  if (!name.success || parameters === null || body === null) return null;
  if (parameters.some((parameter) => Object.hasOwn(body.properties, parameter.name))) return null;
  const http = ToolFunction.shape.http.safeParse({ method: place.method, path: template(place.path, parameters) });
  if (!http.success || http.data === undefined) return null;
  const required = [...parameters.filter((one) => one.required).map((one) => one.name), ...body.required];
  return {
    name: name.data,
    description: [operation['summary'], operation['description']].filter((text) => typeof text === 'string').join('\n'),
    parameters: {
      type: 'object',
      properties: { ...Object.fromEntries(parameters.map((one) => [one.name, one.schema])), ...body.properties },
      required,
      additionalProperties: false,
    },
    http: http.data,
  };
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: unknown;
}

/** Null when one that is required cannot be given. */
function parametersOf(lists: readonly unknown[], inliner: Inliner): readonly Parameter[] | null {
  const byName = new Map<string, Parameter>();
  for (const raw of lists.flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))) {
    const one = inliner.resolve(raw);
    if (!isJsonRecord(one) || typeof one['name'] !== 'string') return null;
    const { name } = one;
    const required = one['required'] === true;
    const place = one['in'];
    if (place !== 'path' && place !== 'query') {
      if (required) return null;
      continue;
    }
    const schema = describe(inliner.inline(one['schema'] ?? {}), one['description']);
    byName.set(name, { name, in: place, required: required || place === 'path', schema });
  }
  return [...byName.values()];
}

function describe(schema: unknown, description: unknown): unknown {
  return isJsonRecord(schema) && typeof description === 'string' ? { description, ...schema } : schema;
}

interface Body {
  readonly properties: JsonRecord;
  readonly required: readonly string[];
}

function bodyOf(raw: unknown, inliner: Inliner): Body | null {
  if (raw === undefined) return { properties: {}, required: [] };
  const body = inliner.resolve(raw);
  const content = isJsonRecord(body) ? body['content'] : null;
  const media = isJsonRecord(content) ? content['application/json'] : null;
  const schema = isJsonRecord(media) ? inliner.inline(media['schema']) : null;
  if (!isJsonRecord(schema) || !isJsonRecord(schema['properties'])) return null;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return { properties: schema['properties'], required: required.filter((name) => typeof name === 'string') };
}

/** The path says which arguments stand in the query (RFC 6570), so that a call needs nothing but its function. */
function template(path: string, parameters: readonly Parameter[]): string {
  const query = parameters.filter((one) => one.in === 'query').map((one) => one.name);
  return query.length === 0 ? path : `${path}{?${query.join(',')}}`;
}
