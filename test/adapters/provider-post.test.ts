import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
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
    (await postTo({ baseURL, apiKey: 'k' })('/chat/completions', { said: 'é' }, never)()).resume();
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
  const send = postTo({ baseURL: world.origin, apiKey: 'k' })('/responses', {}, never);
  await expect(send()).rejects.toMatchObject({ status: 400 });
  await closed.promise;
});

test('G1 a request that is made ready says nothing before it is sent, and then all of it', async () => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an address object.
  const { port } = server.address() as AddressInfo;
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const send = postTo({ baseURL: `http://127.0.0.1:${port}`, apiKey: 'k' })('/x', { said: 1 }, never);
  const [socket] = await connected;
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  for (let n = 0; n < 20; n += 1) await turn();
  expect(heard).toBe('');
  const answering = send();
  await once(socket, 'data');
  expect(heard).toMatch(/^POST \/x HTTP\/1\.1\r\n.*\r\n\r\n\{"said":1\}$/su);
  socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
  expect((await answering).statusCode).toBe(204);
  server.close();
  await once(server, 'close');
});

test('G1 what goes wrong before a request is sent is said when it is sent, and to nobody where it is not', async () => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an address object.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const post = postTo({ baseURL: `http://127.0.0.1:${port}`, apiKey: 'k' });
  post('/unsent', {}, never);
  const refused = post('/late', {}, never);
  const given = new AbortController();
  const givenUp = post('/given-up', {}, given.signal);
  given.abort();
  for (let n = 0; n < 20; n += 1) await turn();
  await expect(refused()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(givenUp()).rejects.toMatchObject({ name: 'AbortError' });
});
