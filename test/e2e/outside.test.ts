import { expect, test } from 'vitest';
import { startServer } from '../kit/server.ts';

interface Published {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

test('R12 a real server publishes the keys of its calls, the same after a crash, and never their private halves', async () => {
  await using server = await startServer();
  const published = async (): Promise<Published> =>
    (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as Published;
  const before = await published();
  expect(before.keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }]);
  expect(before.keys[0]).not.toHaveProperty('d');
  await server.kill();
  await server.restart();
  expect(await published()).toEqual(before);
});

test('R3 what an admin says of a resource is there after a crash', async () => {
  await using server = await startServer();
  const answer = await fetch(`${server.url}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'root', role: 'admin' }),
  });
  const { token } = (await answer.json()) as { token: string };
  const url = `${server.url}/v1/resources/${encodeURIComponent('doc:plan')}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ readers: ['ana'] }) });
  await server.kill();
  await server.restart();
  expect(await (await fetch(url, { headers })).json()).toEqual({ readers: ['ana'] });
});
