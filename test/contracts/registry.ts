import type { RegisteredTool, Registry, ToolAuth } from '@parley/server/ports/registry';
import { ToolFunction, ToolName } from '@parley/shared/tools';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tenant } from './journal-samples.ts';
import type { StoreWorld } from './store-world.ts';

const acme = tenant('acme');
const rival = tenant('rival');
const named = (name: string): ToolName => ToolName.parse(name);

/** A tool with one function. */
export function tool(name: string, more: Partial<RegisteredTool> = {}): RegisteredTool {
  const send = { name: 'send', description: 'Sends mail', parameters: { type: 'object' }, class: 'egress' };
  return {
    tenant: acme,
    name: named(name),
    kind: 'mcp',
    url: 'https://tools.example/mcp',
    title: 'Mail "Ω"',
    auth: { kind: 'none' },
    functions: [ToolFunction.parse(send)],
    revision: 1,
    by: 'ada',
    at: 1_750_000_000_000.5,
    ...more,
  };
}

const AUTHS: readonly ToolAuth[] = [
  { kind: 'none' },
  { kind: 'parley', audience: 'mail' },
  { kind: 'exchange', tokenUrl: 'https://a.example/token', audience: 'mail', clientId: 'c', clientSecret: 's' },
  {
    kind: 'oauth',
    authorizeUrl: 'https://a.example/authorize',
    tokenUrl: 'https://a.example/token',
    revokeUrl: 'https://a.example/revoke',
    clientId: 'c',
    clientSecret: null,
    scopes: ['read', 'send'],
  },
  { kind: 'secret', secret: 'k' },
];

/** What every registry of tools promises, whatever keeps it. */
export function registryContract(name: string, open: () => Promise<StoreWorld>): void {
  describe(`registry contract: ${name}`, () => {
    let world: StoreWorld;
    let registry: Registry;
    beforeEach(async () => {
      world = await open();
      registry = world.store.registry;
    });
    afterEach(() => world.dispose());

    test('a tool is found by its name, and all of them in the order of their names', async () => {
      for (const one of ['mail', 'calendar', 'wiki']) await registry.put(tool(one));
      expect(registry.tool(acme, named('mail'))).toEqual(tool('mail'));
      expect(registry.tools(acme).map((found) => found.name)).toEqual(['calendar', 'mail', 'wiki']);
      expect(registry.tool(acme, named('other'))).toBeNull();
    });

    test('R11 a tool is of its tenant alone', async () => {
      await registry.put(tool('mail'));
      await registry.put(tool('mail', { tenant: rival, title: 'Theirs' }));
      expect(registry.tool(acme, named('mail'))?.title).toBe('Mail "Ω"');
      expect(registry.tools(rival).map(({ title }) => title)).toEqual(['Theirs']);
      expect(await registry.drop(rival, named('mail'))).toBe(true);
      expect([registry.tools(rival).length, registry.tools(acme).length]).toEqual([0, 1]);
    });

    test.each(AUTHS.map((auth) => [auth.kind, auth] as const))('the way in %s is kept whole', async (_, auth) => {
      await registry.put(tool('mail', { auth }));
      expect(registry.tool(acme, named('mail'))?.auth).toEqual(auth);
      expect((await world.reopen()).registry.tool(acme, named('mail'))).toEqual(tool('mail', { auth }));
    });

    test('registering again replaces; dropping says whether there was one', async () => {
      await registry.put(tool('mail'));
      await registry.put(tool('mail', { revision: 2, functions: [] }));
      expect(registry.tools(acme)).toEqual([tool('mail', { revision: 2, functions: [] })]);
      expect(await registry.drop(acme, named('mail'))).toBe(true);
      expect(await registry.drop(acme, named('mail'))).toBe(false);
      expect((await world.reopen()).registry.tools(acme)).toEqual([]);
    });

    test('whoever watches is told of each change, after it is in effect, until they cancel', async () => {
      const seen: unknown[] = [];
      const cancel = registry.watch((of, changed) => seen.push([of.id, changed, registry.tool(of, changed)?.revision]));
      await registry.put(tool('mail'));
      await registry.put(tool('mail', { revision: 2 }));
      await registry.drop(acme, named('mail'));
      await registry.drop(acme, named('mail'));
      cancel();
      await registry.put(tool('mail'));
      expect(seen).toEqual([
        ['acme', 'mail', 1],
        ['acme', 'mail', 2],
        ['acme', 'mail', undefined],
      ]);
    });
  });
}
