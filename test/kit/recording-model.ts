import { sseServer, chunk, type SseServer } from './sse-server.ts';

/** A provider that repeats the last words it is sent, and keeps every request as text. */
export class RecordingModel implements AsyncDisposable {
  readonly requests: string[] = [];
  readonly #server: SseServer;

  private constructor(server: SseServer) {
    this.#server = server;
  }

  static async start(): Promise<RecordingModel> {
    const model = new RecordingModel(await sseServer());
    void model.#answerAll();
    return model;
  }

  /** With `/v1`. */
  get baseURL(): string {
    return this.#server.baseURL;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  /** Until the server is gone: the last `next` is never answered. */
  async #answerAll(): Promise<never> {
    for (;;) {
      const exchange = await this.#server.next();
      const { messages } = exchange.body as { messages: { content: string }[] };
      this.requests.push(JSON.stringify(exchange.body));
      exchange.send(chunk({ content: `You said: ${messages.at(-1)?.content ?? ''}` }));
      exchange.send(chunk({}, 'stop'));
      exchange.send('[DONE]');
      exchange.response.end();
    }
  }
}
