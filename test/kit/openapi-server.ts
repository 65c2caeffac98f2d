import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const DOCUMENT = {
  openapi: '3.0.0',
  info: { title: 'Mail', version: '1' },
  paths: {
    '/send': {
      post: {
        operationId: 'send',
        requestBody: {
          content: { 'application/json': { schema: { type: 'object', properties: { to: { type: 'string' } } } } },
        },
        responses: { 200: { description: 'Sent.' } },
      },
    },
  },
};

/** An HTTP tool that says what it can do, on this machine; nothing of it is called. */
export async function openApiServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const http = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(DOCUMENT)),
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address object.
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/openapi.json`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
