import { chunk, sseServer, type SseServer } from './sse-server.ts';

export interface Message {
  readonly role: string;
  readonly content: string;
}

/** A provider that asks for the call that its prompt names, `[drive__find {"q":1}]`, and repeats whatever it was told last. */
export class AskingProvider implements AsyncDisposable {
  /** Bodies, as they came. */
  readonly requests: string[] = [];
  readonly #server: SseServer;

  protected constructor(server: SseServer) {
    this.#server = server;
    void this.#answerAll();
  }

  static async start(): Promise<AskingProvider> {
    return new AskingProvider(await sseServer());
  }

  /** What makes the server use it. */
  get env(): Readonly<Record<string, string>> {
    return { OPENAI_BASE_URL: this.#server.baseURL, OPENAI_API_KEY: 'k', PARLEY_MODEL: 'm' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  /** What it says to somebody who names no call. */
  protected says(messages: readonly Message[], _sent: string): string {
    return `It says: ${messages.at(-1)?.content ?? ''}`;
  }

  /** Until the server is gone: the last `next` is never answered. */
  async #answerAll(): Promise<never> {
    for (;;) {
      const exchange = await this.#server.next();
      const sent = JSON.stringify(exchange.body);
      this.requests.push(sent);
      const { messages } = exchange.body as { messages: Message[] };
      const wish = wishOf(messages.at(-1));
      if (wish === null) exchange.send(chunk({ content: this.says(messages, sent) }));
      else exchange.send(chunk({ tool_calls: [{ index: 0, id: 'x', type: 'function', function: wish }] }));
      exchange.send(chunk({}, wish === null ? 'stop' : 'tool_calls'));
      exchange.send('[DONE]');
      exchange.response.end();
    }
  }
}

/** The call that a prompt names. */
function wishOf(last: Message | undefined): { readonly name: string; readonly arguments: string } | null {
  if (last?.role !== 'user') return null;
  const [, name = '', given = ''] = [...last.content.matchAll(/\[(\w+__\w+) (\{[^\]]*\})\]/g)].at(-1) ?? [];
  return name === '' ? null : { name, arguments: given };
}
