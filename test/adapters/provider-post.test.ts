import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { postTo } from '@parley/server/adapters/model/provider-post';
import { expect, test } from 'vitest';

const never = new AbortController().signal;

/** A provider that does this with each request. */
async function provider(answer: RequestListener): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an address object.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('G1 an address may end in a slash or not, and what is sent is whole', async () => {
  const asked: (string | undefined)[] = [];
  await using world = await provider((request, response) => {
    asked.push(request.url, request.headers['content-length']);
    request.resume();
    response.end();
  });
  for (const baseURL of [`${world.origin}/v1`, `${world.origin}/v1/`])
    (await postTo({ baseURL, apiKey: 'k' })('/chat/completions', { said: 'é' }, never)).resume();
  expect(asked).toEqual(['/v1/chat/completions', '13', '/v1/chat/completions', '13']);
});

test('G1 a refusal that never ends is read no further than it may be', async () => {
  const closed = Promise.withResolvers<void>();
  await using world = await provider((_, response) => {
    response.on('close', () => closed.resolve());
    response.writeHead(400);
    const more = (): void => {
      if (!response.destroyed) response.write('x'.repeat(8_192), more);
    };
    more();
  });
  const asked = postTo({ baseURL: world.origin, apiKey: 'k' })('/responses', {}, never);
  await expect(asked).rejects.toMatchObject({ status: 400 });
  await closed.promise;
});
