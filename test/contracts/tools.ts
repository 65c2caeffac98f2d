import type { DiscoveredFunction, ToolInvocation, ToolOutcome, Tools, ToolTarget } from '@parley/server/ports/tools';
import { must } from '@parley/shared/assert';
import { ToolFunction } from '@parley/shared/tools';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SentRequest } from '../kit/recording-fetch.ts';

export interface ToolsWorld {
  readonly tools: Tools;
  readonly target: ToolTarget;
  /** Everything that left for the server. */
  readonly sent: readonly SentRequest[];
  dispose(): Promise<void>;
}

/**
 * What every kind of tool server promises. The server at the other end offers `find` (takes `query`; answers
 * `found <query>`), `fails` (answers an error that says `no such thing`) and `waits` (never answers).
 */
export function toolsContract(name: string, open: () => Promise<ToolsWorld>): void {
  describe(`tools contract: ${name}`, () => {
    let world: ToolsWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.dispose());

    test('it says what it can do, as JSON Schema', async () => {
      const found = await functions(world);
      expect(found.map((one) => one.name).toSorted()).toEqual(['fails', 'find', 'waits']);
      expect(found.find((one) => one.name === 'find')?.parameters).toMatchObject({
        type: 'object',
        properties: { query: { type: 'string' } },
      });
    });

    test('A69 what was discovered says nothing of its class, so it is `act` and irreversible until an admin says', async () => {
      const [first] = await functions(world);
      expect(ToolFunction.parse(first)).toMatchObject({ class: 'act', effect: 'irreversible', results: 'labelled' });
    });

    test('a call gives what the tool said, with nobody named who may read it', async () => {
      expect(await call(world, 'find', { query: 'tea' })).toEqual({
        kind: 'result',
        isError: false,
        items: [{ text: 'found tea', resource: null, readers: null, tenant: null }],
      });
    });

    test('a tool that says no is a result, not a failure', async () => {
      const outcome = await call(world, 'fails');
      expect(outcome).toMatchObject({ kind: 'result', isError: true });
      expect(JSON.stringify(outcome)).toContain('no such thing');
    });

    test('R12 each call carries its own bearer and operation, and a call without a bearer carries none', async () => {
      await call(world, 'find', { query: 'a' }, { bearer: 'of-ana', operation: 'op-1' });
      const byAna = world.sent.length;
      await call(world, 'find', { query: 'b' }, { bearer: 'of-ben', operation: 'op-2' });
      const byBen = world.sent.length;
      await call(world, 'find', { query: 'c' }, { bearer: null, operation: 'op-3' });
      const bearers = world.sent.map(({ bearer }) => bearer);
      // The last request of a session is a courtesy that may come late.
      expect(new Set(bearers.slice(0, byAna))).toEqual(new Set(['of-ana']));
      expect(bearers.slice(byAna, byBen)).toContain('of-ben');
      expect(bearers.slice(byBen)).toContain(null);
      for (const operation of ['op-1', 'op-2', 'op-3'])
        expect(world.sent.filter((one) => one.operation === operation)).toHaveLength(1);
    });

    test('R12 of calls at once each request is made with the bearer of its own call', async () => {
      const people = ['ana', 'ben', 'cleo', 'dan'];
      await Promise.all(
        people.map((user) => call(world, 'find', { query: user }, { bearer: `of-${user}`, operation: `op-${user}` })),
      );
      for (const user of people)
        expect(world.sent.find((one) => one.operation === `op-${user}`)?.bearer).toBe(`of-${user}`);
    });

    test('aborting ends a call at once, and says that it had begun', async () => {
      const abort = new AbortController();
      const outcome = call(world, 'waits', {}, {}, abort.signal);
      while (!world.sent.some((one) => one.operation === 'op')) await new Promise((resolve) => setImmediate(resolve));
      abort.abort();
      expect(await outcome).toMatchObject({ kind: 'failed', failure: { class: 'aborted' } });
    });

    test('a call that was aborted before it began never left', async () => {
      expect(await call(world, 'find', { query: 'x' }, {}, AbortSignal.abort())).toMatchObject({
        kind: 'failed',
        failure: { class: 'aborted', started: false },
      });
    });

    test('a server that is not there was certainly not reached', async () => {
      const nowhere = { ...world.target, url: 'http://127.0.0.1:1' };
      expect(await call({ ...world, target: nowhere }, 'find', { query: 'x' })).toMatchObject({
        kind: 'failed',
        failure: { class: 'network', started: false },
      });
      expect(await world.tools.discover(nowhere, null, quiet())).toMatchObject({ kind: 'failed' });
    });
  });
}

export async function functions({
  tools,
  target,
}: Pick<ToolsWorld, 'tools' | 'target'>): Promise<readonly DiscoveredFunction[]> {
  const discovery = await tools.discover(target, null, quiet());
  if (discovery.kind === 'failed') throw new Error(`discovery failed: ${JSON.stringify(discovery.failure)}`);
  return discovery.functions;
}

export function invocation(
  target: ToolTarget,
  name: string,
  given: Readonly<Record<string, unknown>> = {},
): ToolInvocation {
  const http = { method: 'POST', path: `/${name}` };
  const called = ToolFunction.parse({ name, description: '', parameters: {}, http });
  return { target, function: called, arguments: given, operation: 'op', bearer: null };
}

export function call(
  { tools, target }: Pick<ToolsWorld, 'tools' | 'target'>,
  name: string,
  given: Readonly<Record<string, unknown>> = {},
  ...[more = {}, signal = quiet()]: [Partial<ToolInvocation>?, AbortSignal?]
): Promise<ToolOutcome> {
  return tools.call({ ...invocation(target, name, given), ...more }, signal);
}

export function quiet(): AbortSignal {
  return new AbortController().signal;
}

export function textsOf(outcome: ToolOutcome): string[] {
  return must(outcome.kind === 'result' ? outcome.items.map(({ text }) => text) : null, JSON.stringify(outcome));
}
