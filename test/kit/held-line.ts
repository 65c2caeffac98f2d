import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A line to a server of the loopback that a test can cut, stop reading from, or hold altogether, as a network does that nobody hears of. */
export class HeldLine implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  #isCut = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(port: number): Promise<HeldLine> {
    const server = createServer();
    const line = new HeldLine(server);
    server.on('connection', (near) => {
      if (line.#isCut) near.destroy();
      else line.#join(near, connect(port, '127.0.0.1'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get port(): number {
    // A listening TCP server has an address object.
    return (this.#server.address() as AddressInfo).port;
  }

  /** What the server says is not read any more, so that it waits at the server; what is said to it arrives. */
  stopReading(): void {
    for (const { far } of this.#pairs) far.pause();
  }

  /** Ends what goes over it, and lets nobody in. */
  cut(): void {
    this.#isCut = true;
    this.#end();
  }

  /** Nothing arrives at either end, and neither is told. */
  hold(): void {
    for (const { near, far } of this.#pairs) {
      near.pause();
      far.pause();
    }
  }

  release(): void {
    this.#isCut = false;
    for (const { near, far } of this.#pairs) {
      near.resume();
      far.resume();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #end(): void {
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  #join(near: Socket, far: Socket): void {
    const pair = { near, far };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => to.write(bytes));
      // Either end may go at any moment: then the other one goes too.
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }
}
