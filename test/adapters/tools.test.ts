import { MCPMock } from '@copilotkit/aimock';
import { describe, expect, test } from 'vitest';
import { call, functions, invocation, quiet, textsOf, toolsContract } from '../contracts/tools.ts';
import { ToolServer, type SaidItem, type ToolAnswer } from '../kit/tool-server.ts';
import { targetAt, toolParts, type ToolParts } from '../kit/tool-world.ts';

const FIND = { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] };
const NOTHING = { type: 'object', properties: {} };
const OFFERED = [
  { name: 'find', description: 'Finds.', parameters: FIND },
  { name: 'fails', description: 'Fails.', parameters: NOTHING },
  { name: 'waits', description: 'Waits.', parameters: NOTHING },
];

toolsContract('MCP, with the server of aimock', async () => {
  const mock = new MCPMock();
  for (const { name, description, parameters } of OFFERED) mock.addTool({ name, description, inputSchema: parameters });
  mock.onToolCall('find', (given) => `found ${(given as { query: string }).query}`);
  mock.onToolCall('fails', () => {
    throw new Error('no such thing');
  });
  mock.onToolCall('waits', () => new Promise<string>(() => {}));
  const url = await mock.start();
  return { ...toolParts(), target: targetAt('mcp', url), dispose: () => mock.stop() };
});

for (const kind of ['mcp', 'http'] as const)
  toolsContract(`${kind}, with the double`, async () => {
    const server = await ToolServer.start();
    server.functions = OFFERED;
    server.answer = ({ name, arguments: given }) => {
      if (name === 'waits') return 'hang';
      if (name === 'fails') return { items: [{ text: 'no such thing' }], isError: true };
      return { items: [{ text: `found ${(given as { query: string }).query}` }] };
    };
    return {
      ...toolParts(),
      target: targetAt(kind, `${server.url}/${kind}`),
      dispose: () => server[Symbol.asyncDispose](),
    };
  });

interface HostileWorld extends ToolParts {
  readonly server: ToolServer;
  readonly target: ReturnType<typeof targetAt>;
}

async function withServer(kind: 'mcp' | 'http', run: (world: HostileWorld) => Promise<void>): Promise<void> {
  await using server = await ToolServer.start();
  await run({ ...toolParts(), server, target: targetAt(kind, `${server.url}/${kind}`) });
}

function says(...items: SaidItem[]): () => ToolAnswer {
  return () => ({ items });
}

describe.each(['mcp', 'http'] as const)('a server of kind %s that is not to be trusted', (kind) => {
  test('R3 what a tool says of an item is kept with it', () =>
    withServer(kind, async (world) => {
      world.server.answer = says(
        { text: 'a', resource: 'doc:1' },
        { text: 'b', readers: ['ana', 'ben', 'ana'] },
        { text: 'c', tenant: 'acme' },
      );
      expect(await call(world, 'find')).toMatchObject({
        items: [
          { text: 'a', resource: 'doc:1', readers: null, tenant: null },
          { text: 'b', resource: null, readers: ['ana', 'ben'], tenant: null },
          { text: 'c', resource: null, readers: null, tenant: 'acme' },
        ],
      });
    }));

  test('R3 what it meant to restrict and said badly is closed to everybody', () =>
    withServer(kind, async (world) => {
      const bad = [
        { resource: 'a b' },
        { resource: 7 },
        { resource: 'tool/abc' },
        { readers: 'ana' },
        { readers: ['a/b'] },
        { readers: {} },
      ];
      world.server.answer = says(...bad.map((said) => ({ text: 'x', ...said })));
      const outcome = await call(world, 'find');
      if (outcome.kind !== 'result') throw new Error(JSON.stringify(outcome));
      expect(outcome.items.map(({ readers, resource }) => ({ readers, resource }))).toEqual(
        bad.map(() => ({ readers: [], resource: null })),
      );
    }));

  test('A83 R12 rows of another tenant are dropped and a person is told to look; unreadable tenants count as another', () =>
    withServer(kind, async (world) => {
      world.server.answer = says(
        { text: 'ours', tenant: 'acme' },
        { text: 'theirs', tenant: 'other' },
        { text: 'whose', tenant: 7 },
        { text: 'unsaid' },
      );
      expect(textsOf(await call(world, 'find'))).toEqual(['ours', 'unsaid']);
      expect(world.log.of('tool.foreign-tenant')).toEqual([
        { level: 'error', event: 'tool.foreign-tenant', fields: { tenant: 'acme', tool: 'docs', items: 2 } },
      ]);
      expect(JSON.stringify(world.log.lines)).not.toContain('theirs');
    }));

  test('a result is at most 1 MiB and 200 items, and never cut in silence', () =>
    withServer(kind, async (world) => {
      world.server.answer = says({ text: 'x'.repeat(1_100_000) });
      expect(await call(world, 'find')).toMatchObject({
        kind: 'failed',
        failure: { class: 'too-large', started: true },
      });
      world.server.answer = says(...Array.from({ length: 201 }, () => ({ text: 'x' })));
      expect(await call(world, 'find')).toMatchObject({
        kind: 'failed',
        failure: { class: 'too-large', started: true },
      });
      world.server.answer = says(...Array.from({ length: 200 }, () => ({ text: 'x' })));
      expect(textsOf(await call(world, 'find'))).toHaveLength(200);
    }));

  test('a call that hangs ends after 30 seconds, and may have happened', () =>
    withServer(kind, async (world) => {
      world.server.answer = () => 'hang';
      const outcome = call(world, 'find');
      await world.server.heard(1);
      world.clock.advance(30_000);
      expect(await outcome).toMatchObject({ kind: 'failed', failure: { class: 'timeout', started: true } });
    }));

  test('A87 a redirect is not followed', () =>
    withServer(kind, async (world) => {
      await using other = await ToolServer.start();
      world.server.answer = () => ({ redirect: `${other.url}/http/find` });
      expect(await call(world, 'find')).toMatchObject({
        kind: 'failed',
        failure: { class: 'address', detail: 'redirect' },
      });
      world.server.answer = () => ({ redirect: 'http://169.254.169.254/latest/meta-data/' });
      expect(await call(world, 'find')).toMatchObject({ kind: 'failed', failure: { class: 'address' } });
      expect(other.calls).toEqual([]);
    }));

  test('refusals that mean that nothing was done say so, the others do not', () =>
    withServer(kind, async (world) => {
      const table = [
        [401, 'unauthorized', false],
        [403, 'unauthorized', false],
        [429, 'refused', false],
        [500, 'refused', true],
        [503, 'refused', true],
      ] as const;
      for (const [status, failure, started] of table) {
        world.server.answer = () => ({ status });
        expect(await call(world, 'find'), String(status)).toMatchObject({ failure: { class: failure, started } });
      }
    }));

  test('bytes that nest without end, or are no JSON, break nothing', () =>
    withServer(kind, async (world) => {
      for (const raw of ['[', '{"items":', '['.repeat(400_000), '{"a":'.repeat(100_000), '\u0000']) {
        world.server.answer = () => ({ raw });
        expect((await call(world, 'find')).kind).toBeOneOf(['failed', 'result']);
      }
    }));

  test('functions that cannot be offered are left out: bad names, schemas that nest or weigh too much, names twice', () =>
    withServer(kind, async (world) => {
      const deep = JSON.parse(`${'{"properties":{"x":'.repeat(20)}{}${'}}'.repeat(20)}`) as object;
      const wide = {
        type: 'object',
        properties: Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`p${n}`, { type: 'string' }])),
      };
      world.server.functions = [
        { name: 'has.dot', description: '', parameters: NOTHING },
        { name: 'deep', description: '', parameters: { type: 'object', properties: { deep } } },
        { name: 'wide', description: '', parameters: wide },
        { name: 'good', description: 'd'.repeat(9_000), parameters: NOTHING },
      ];
      const found = await functions(world);
      expect(found.filter(({ name }) => name !== 'deep').map(({ name }) => name)).toEqual(['good']);
      expect(found.every(({ parameters }) => JSON.stringify(parameters).length < 32_768)).toBe(true);
      expect(found.at(-1)?.description).toHaveLength(4_096);
    }));

  test('a list of functions is read to its end, and its end comes: at most 128', () =>
    withServer(kind, async (world) => {
      world.server.pageSize = 50;
      world.server.functions = Array.from({ length: 120 }, (_, n) => ({
        name: `f${n}`,
        description: '',
        parameters: NOTHING,
      }));
      expect(await functions(world)).toHaveLength(120);
      world.server.functions = Array.from({ length: 300 }, (_, n) => ({
        name: `f${n}`,
        description: '',
        parameters: NOTHING,
      }));
      expect(await functions(world)).toHaveLength(128);
    }));

  test('R12 what became of an operation is what the tool says in so many words; silence and 404 are no answer', () =>
    withServer(kind, async (world) => {
      world.server.operations.set('op-1', 'never-happened').set('op-2', 'done');
      const status = (operation: string) =>
        world.tools.status({ ...invocation(world.target, 'find'), operation }, quiet());
      expect(await status('op-1')).toEqual({ kind: 'never-happened' });
      expect(await status('op-2')).toMatchObject({ kind: 'result', items: [{ text: 'as before' }] });
      expect(await status('op-3')).toMatchObject({ kind: 'failed', failure: { started: true } });
      expect(world.server.calls).toEqual([]);
    }));
});

test('MCP a session is ended when its call has ended', () =>
  withServer('mcp', async (world) => {
    world.server.answer = says({ text: 'x' });
    await call(world, 'find');
    while (world.server.sessions.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }));

test('R3 MCP a resource is called by its address, unless the block says what its authority calls it', async () => {
  const mock = new MCPMock();
  mock.addTool({ name: 'read' });
  mock.onToolCall('read', () => [
    { type: 'resource', resource: { uri: 'doc://plan', text: 'the plan' } },
    { type: 'resource', resource: { uri: 'doc://scan', blob: 'aGk=', mimeType: 'image/png' } },
    { type: 'image', data: 'aGk=', mimeType: 'image/png' },
  ]);
  const url = await mock.start();
  expect(await call({ ...toolParts(), target: targetAt('mcp', url) }, 'read')).toMatchObject({
    items: [
      { text: 'the plan', resource: 'doc://plan' },
      { text: '[image/png]', resource: 'doc://scan' },
      { text: '[image: image/png]', resource: null },
    ],
  });
  await mock.stop();
});
