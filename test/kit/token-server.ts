import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenRequest {
  readonly form: Readonly<Record<string, string>>;
  readonly authorization: string | null;
}

/** The token endpoint of an authority that does what a test says. */
export class TokenServer implements AsyncDisposable {
  readonly requests: TokenRequest[] = [];
  /** Status and body; null keeps it waiting. */
  answer: (request: TokenRequest) => readonly [number, unknown] | null = () => {
    throw new Error('an unexpected request for a token');
  };
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const form = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()));
        const heard = { form, authorization: request.headers.authorization ?? null };
        this.requests.push(heard);
        const answer = this.answer(heard);
        if (answer === null) return;
        response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]));
      });
    });
  }

  static async start(): Promise<TokenServer> {
    const server = new TokenServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/token`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
