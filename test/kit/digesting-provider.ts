import { wishOf } from './asking-provider.ts';
import { chunk, sseServer, type SseServer } from './sse-server.ts';

interface Message {
  readonly role: string;
  readonly content: string;
}

const CANARY = /canary(?:\.\w+)+/gu;
const INSTRUCTION = /Sum up what was said up to and including entry .*?; name at least (.*?)\. Add nothing/su;

/**
 * A provider that asks for the call that its prompt names, and whose summaries say whatever it is told to, with the numbers that
 * it has to name: by default every canary of all that it was sent, which is the worst that a summary can do.
 */
export class DigestingProvider implements AsyncDisposable {
  /** Bodies, as they came. */
  readonly answers: string[] = [];
  readonly digests: string[] = [];
  summary: (sent: string) => string = (sent) => [...new Set(sent.match(CANARY))].join(' ');
  readonly #server: SseServer;

  private constructor(server: SseServer) {
    this.#server = server;
  }

  static async start(): Promise<DigestingProvider> {
    const provider = new DigestingProvider(await sseServer());
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
      const { messages } = exchange.body as { messages: Message[] };
      const sent = JSON.stringify(exchange.body);
      const [, cites] = INSTRUCTION.exec(messages.at(-1)?.content ?? '') ?? [];
      (cites === undefined ? this.answers : this.digests).push(sent);
      const wish = cites === undefined ? wishOf(messages.at(-1)) : null;
      if (wish !== null)
        exchange.send(chunk({ tool_calls: [{ index: 0, id: 'x', type: 'function', function: wish }] }));
      else exchange.send(chunk({ content: cites === undefined ? told(messages) : `${this.summary(sent)} ${cites}` }));
      exchange.send(chunk({}, wish === null ? 'stop' : 'tool_calls'));
      exchange.send('[DONE]');
      exchange.response.end();
    }
  }
}

/** What a tool said, or nothing worth keeping. */
function told(messages: readonly Message[]): string {
  const last = messages.at(-1);
  return last?.role === 'tool' ? `It says: ${last.content}` : 'I see.';
}
