import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Bytes sent to a server as they are, well-formed or not, and what it answers. */
export class RawHttp {
  readonly #port: number;

  /** `url` is the server's own. */
  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** All that comes back until the server closes; the request has to ask for that, or be refused. */
  async exchange(bytes: string | Uint8Array): Promise<string> {
    const socket = await this.#open();
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.write(bytes);
    await closing(socket);
    return Buffer.concat(parts).toString('latin1');
  }

  /** Sends and resets the connection without waiting for anything. */
  async hitAndRun(bytes: string | Uint8Array): Promise<void> {
    const socket = await this.#open();
    const closed = closing(socket);
    socket.write(bytes);
    socket.resetAndDestroy();
    await closed;
  }

  /** A request whose connection closes after the answer. */
  request(method: string, path: string, headers: readonly string[] = [], body = ''): string {
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    const lines = [`${method} ${path} HTTP/1.1`, `Host: ${this.host}`, 'Connection: close', ...headers, ...length];
    return `${lines.join('\r\n')}\r\n\r\n${body}`;
  }

  /** A WebSocket handshake. */
  upgrade(path: string, headers: readonly string[] = []): string {
    const lines = [
      `GET ${path} HTTP/1.1`,
      ...(headers.some((line) => line.startsWith('Host:')) ? [] : [`Host: ${this.host}`]),
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    ];
    return `${lines.join('\r\n')}\r\n\r\n`;
  }

  async #open(): Promise<Socket> {
    const socket = connect(this.#port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }
}

function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    // A reset is an answer too.
    socket.on('error', () => {});
    socket.once('close', () => resolve());
  });
}
