import { FetchFailure } from '@parley/server/adapters/outbound/fetch-failure';
import { httpRequestOf } from '@parley/server/adapters/tools/http-call';
import { openApiFunctions } from '@parley/server/adapters/tools/openapi-functions';
import { discoveredFunctions } from '@parley/server/adapters/tools/tool-function';
import { ToolFunction } from '@parley/shared/tools';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

function at(method: string, path: string): ToolFunction {
  return ToolFunction.parse({ name: 'f', description: '', parameters: {}, http: { method, path } });
}

describe('a call over HTTP', () => {
  test('arguments go where the template says; the rest into the query or the body', () => {
    const given = { id: 'a/b c', limit: 3, tags: ['x', 'y'], note: { deep: true } };
    expect(httpRequestOf(at('POST', '/docs/{id}{?limit,tags,missing}'), given)).toEqual({
      method: 'POST',
      path: '/docs/a%2Fb%20c?limit=3&tags=x&tags=y',
      body: '{"note":{"deep":true}}',
    });
    expect(httpRequestOf(at('GET', '/docs/{id}'), { id: 7, q: 'tea & cake' })).toEqual({
      method: 'GET',
      path: '/docs/7?q=tea+%26+cake',
      body: null,
    });
    expect(httpRequestOf(at('DELETE', '/docs/{id}'), { id: 'x' })).toMatchObject({ path: '/docs/x', body: null });
  });

  test('what cannot stand in an address is refused before anything is sent', () => {
    for (const id of ['..', '.', '', null, undefined, {}, [], '\ud800'])
      expect(() => httpRequestOf(at('GET', '/docs/{id}'), { id })).toThrow(FetchFailure);
    expect(() => httpRequestOf(at('GET', '/docs'), { q: { a: 1 } })).toThrow(FetchFailure);
    expect(() => httpRequestOf(at('GET', '/docs/{toString}'), {})).toThrow(FetchFailure);
  });

  test('A87 no argument leads out of the address that the admin gave', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('../x', '..', '%2e%2e', '//evil.example', '\\..\\', '?', '#', '@evil'),
    );
    fc.assert(
      fc.property(nasty, nasty, (id, q) => {
        let path: string;
        try {
          path = httpRequestOf(at('GET', '/docs/{id}/text{?q}'), { id, q }).path;
        } catch (error) {
          expect(error).toBeInstanceOf(FetchFailure);
          return;
        }
        const url = new URL(`https://tool.example/base${path}`);
        expect(url.host).toBe('tool.example');
        expect(url.pathname).toMatch(/^\/base\/docs\/[^/]+\/text$/);
        expect(url.searchParams.get('q')).toBe(q);
        expect(url.hash).toBe('');
      }),
      { seed: 87, numRuns: 3_000 },
    );
  });
});

const DOCUMENT = {
  openapi: '3.1.0',
  servers: [{ url: 'http://169.254.169.254/' }],
  components: {
    schemas: {
      Note: {
        type: 'object',
        properties: { text: { type: 'string' }, more: { $ref: '#/components/schemas/Note' } },
        required: ['text'],
      },
    },
    parameters: { Limit: { name: 'limit', in: 'query', schema: { type: 'integer' }, description: 'How many.' } },
  },
  paths: {
    '/notes/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      get: { operationId: 'getNote', summary: 'One note.', parameters: [{ $ref: '#/components/parameters/Limit' }] },
      put: {
        operationId: 'putNote',
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Note' } } } },
      },
      delete: { summary: 'No operationId.' },
      patch: { operationId: 'needsHeader', parameters: [{ name: 'x', in: 'header', required: true, schema: {} }] },
      post: {
        operationId: 'repeats',
        requestBody: { content: { 'application/json': { schema: { properties: { id: {} } } } } },
      },
    },
    '/list': {
      post: {
        operationId: 'listBody',
        requestBody: { content: { 'application/json': { schema: { type: 'array' } } } },
      },
    },
  },
};

describe('an OpenAPI document', () => {
  test('operations become functions; what a function cannot express is left out', () => {
    const found = discoveredFunctions(openApiFunctions(DOCUMENT));
    expect(found.map(({ name }) => name)).toEqual(['getNote', 'putNote']);
    expect(found[0]).toEqual({
      name: 'getNote',
      description: 'One note.',
      parameters: {
        type: 'object',
        properties: { id: { type: 'string' }, limit: { type: 'integer', description: 'How many.' } },
        required: ['id'],
        additionalProperties: false,
      },
      http: { method: 'GET', path: '/notes/{id}{?limit}' },
    });
  });

  test('a schema that refers to itself ends, and one that doubles itself stays small', () => {
    const put = discoveredFunctions(openApiFunctions(DOCUMENT)).find(({ name }) => name === 'putNote');
    expect(put?.parameters).toMatchObject({ properties: { text: { type: 'string' } }, required: ['id', 'text'] });
    const schemas = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => {
        const next = { $ref: `#/components/schemas/S${n + 1}` };
        return [`S${n}`, { type: 'object', properties: { a: next, b: next } }];
      }),
    );
    const content = { 'application/json': { schema: { $ref: '#/components/schemas/S0' } } };
    const bomb = { paths: { '/x': { post: { operationId: 'x', requestBody: { content } } } }, components: { schemas } };
    for (const { parameters } of discoveredFunctions(openApiFunctions(bomb)))
      expect(JSON.stringify(parameters).length).toBeLessThan(32_768);
  });

  test('what is no such document has no functions, and nothing throws', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.jsonValue({ maxDepth: 4 }), (anything, inside) => {
        discoveredFunctions(openApiFunctions(anything));
        discoveredFunctions(openApiFunctions({ paths: { '/x': inside } }));
        discoveredFunctions(
          openApiFunctions({
            paths: { '/x': { get: inside, post: { operationId: 'x', parameters: [inside], requestBody: inside } } },
          }),
        );
      }),
      { seed: 5, numRuns: 1_000 },
    );
  });
});
