import { expect, test } from 'vitest';
import { OpenFgaDouble } from './openfga-double.ts';
import { ToolServer } from './tool-server.ts';

const CHECK = { tuple_key: { user: 'user:ana', relation: 'reader', object: 'resource:d' }, correlation_id: '0' };
const ASK = { checks: [CHECK], consistency: 'HIGHER_CONSISTENCY' };

test('the double of OpenFGA refuses what OpenFGA would, and what this server must not leave out', async () => {
  await using fga = await OpenFgaDouble.start();
  fga.set('s', { user: 'user:ana', object: 'resource:d' }, true);
  const ask = async (body: unknown): Promise<number> =>
    (await fetch(`${fga.url}/stores/s/batch-check`, { method: 'POST', body: JSON.stringify(body) })).status;
  expect(await ask(ASK)).toBe(200);
  const key = CHECK.tuple_key;
  const wrong = [
    { ...ASK, consistency: 'MINIMIZE_LATENCY' },
    { checks: [CHECK] },
    { ...ASK, checks: [] },
    { ...ASK, checks: Array.from({ length: 51 }, (_, n) => ({ ...CHECK, correlation_id: String(n) })) },
    { ...ASK, checks: [{ ...CHECK, correlation_id: 'a b' }] },
    { ...ASK, checks: [{ ...CHECK, tuple_key: { ...key, relation: 'owner' } }] },
    { ...ASK, checks: [{ ...CHECK, tuple_key: { ...key, user: 'user:*' } }] },
    { ...ASK, checks: [{ ...CHECK, tuple_key: { ...key, object: 'resource:a:b' } }] },
    { ...ASK, checks: [{ ...CHECK, tuple_key: { ...key, object: `resource:${'x'.repeat(256)}` } }] },
  ];
  for (const body of wrong) expect(await ask(body), JSON.stringify(body).slice(0, 200)).toBe(400);
  expect(fga.batches).toBe(1);
});

test('the double of a tool keeps who called what with what, and whether a session was left', async () => {
  await using server = await ToolServer.start();
  server.answer = () => ({ items: [{ text: 'x' }] });
  const headers = { authorization: 'Bearer b', 'idempotency-key': 'op' };
  await fetch(`${server.url}/http/find`, { method: 'POST', body: '{"a":1}', headers });
  expect(server.calls).toEqual([{ name: 'find', arguments: { a: 1 }, operation: 'op', bearer: 'b' }]);
  const begin = { jsonrpc: '2.0', id: 1, method: 'initialize', params: {} };
  const begun = await fetch(`${server.url}/mcp`, { method: 'POST', body: JSON.stringify(begin) });
  const session = begun.headers.get('mcp-session-id') ?? '';
  expect([...server.sessions]).toEqual([session]);
  await fetch(`${server.url}/mcp`, { method: 'DELETE', headers: { 'mcp-session-id': session } });
  expect(server.sessions.size).toBe(0);
});
