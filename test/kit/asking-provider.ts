import { chunk, sseServer, type SseServer } from './sse-server.ts';

interface Message {
  readonly role: string;
  readonly content: string;
}

/** A provider that asks for the call that its prompt names, `[drive__find {"q":1}]`, and repeats whatever it was told last. */
export class AskingProvider implements AsyncDisposable {
  readonly requests: string[] = [];
  readonly #server: SseServer;

  private constructor(server: SseServer) {
    this.#server = server;
  }

  static async start(): Promise<AskingProvider> {
    const provider = new AskingProvider(await sseServer());
    void provider.#answerAll();
    return provider;
  }

  /** What makes the server use it. */
  get env(): Readonly<Record<string, string>> {
    return { OPENAI_BASE_URL: this.#server.baseURL, OPENAI_API_KEY: 'k', PARLEY_MODEL: 'm' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  /** Until the server is gone: the last `next` is never answered. */
  async #answerAll(): Promise<never> {
    for (;;) {
      const exchange = await this.#server.next();
      this.requests.push(JSON.stringify(exchange.body));
      const { messages } = exchange.body as { messages: Message[] };
      const wish = wishOf(messages.at(-1));
      if (wish === null) {
        exchange.send(chunk({ content: `It says: ${messages.at(-1)?.content ?? ''}` }));
        exchange.send(chunk({}, 'stop'));
      } else {
        exchange.send(chunk({ tool_calls: [{ index: 0, id: 'x', type: 'function', function: wish }] }));
        exchange.send(chunk({}, 'tool_calls'));
      }
      exchange.send('[DONE]');
      exchange.response.end();
    }
  }
}

/** The call that a prompt names. */
export function wishOf(last: Message | undefined): { readonly name: string; readonly arguments: string } | null {
  if (last?.role !== 'user') return null;
  const [, name = '', given = ''] = [...last.content.matchAll(/\[(\w+__\w+) (\{[^\]]*\})\]/g)].at(-1) ?? [];
  return name === '' ? null : { name, arguments: given };
}
