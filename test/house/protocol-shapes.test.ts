import { expect, test } from 'vitest';
import { readTree } from '../../scripts/lib/tree.ts';
import { EdgeWorld } from '../kit/edge-world.ts';

/** A schema of the OpenAPI document, as much of it as is read here. */
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
interface Content {
  readonly content?: { readonly 'application/json'?: { readonly schema: Schema } };
}
interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const [{ text: protocol } = { text: '' }] = readTree('PROTOCOL.md');
const paragraphs = protocol.split(/\n\n|\n(?=\|)/u).map(wordsOf);
const response = await new EdgeWorld().call('GET', '/openapi.json', { token: null });
const document = (await response.json()) as OpenApi;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
);

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.match(/\w+/gu));
}

function rowOf(call: string): string {
  return protocol.split('\n').find((line) => line.startsWith(`| \`${call}\``)) ?? '';
}

function read(schema: Schema | undefined): Schema {
  const name = schema?.$ref?.split('/').at(-1);
  return name === undefined ? (schema ?? {}) : read(document.components.schemas[name]);
}

function fieldsOf(schema: Schema | undefined): string[] {
  const { properties = {}, anyOf = [] } = read(schema);
  return [...Object.keys(properties), ...anyOf.flatMap(fieldsOf)];
}

/** Of each thing in a list. */
function itemFieldsOf(schema: Schema | undefined): string[] {
  return fieldsOf(read(read(schema).properties?.['items']).items);
}

const jsonOf = (part: Content | undefined) => part?.content?.['application/json']?.schema;
/** What comes when it worked. */
function answerOf({ responses }: Operation): Schema | undefined {
  const [code = ''] = Object.keys(responses).filter((one) => one.startsWith('2'));
  return jsonOf(responses[code]);
}

/** Those of the fields that neither this row names, nor, all together, one paragraph or one other row. */
function unnamed(fields: readonly string[], row: ReadonlySet<string>): readonly string[] {
  const rest = fields.filter((field) => !row.has(field));
  return paragraphs.some((words) => rest.every((field) => words.has(field))) ? [] : rest;
}

test.each(operations)('PROTOCOL.md says of %s what it takes, and all of one answer in one place', (call, operation) => {
  const row = rowOf(call);
  const words = wordsOf(row);
  const query = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
  expect(query.filter((field) => !words.has(field))).toEqual([]);
  const taken = fieldsOf(jsonOf(operation.requestBody));
  // What has a name of its own, as a registration, is told where the name is explained.
  expect(/^\| `[^`]+` +\| `\{/u.test(row) ? taken.filter((field) => !words.has(field)) : unnamed(taken, words)).toEqual(
    [],
  );
  const answered = fieldsOf(answerOf(operation));
  const isSpelt = /→ (?:\d+ )?`\{|^\| `[^`]+` +\| (?:\d+ )?`\{(?!.*→)/u.test(row);
  expect(isSpelt ? answered.filter((field) => !words.has(field)) : unnamed(answered, words)).toEqual([]);
  expect(unnamed(itemFieldsOf(answerOf(operation)), words)).toEqual([]);
});
