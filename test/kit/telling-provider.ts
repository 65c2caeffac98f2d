import { createHash } from 'node:crypto';
import { chunk, sseServer, type Exchange, type SseServer } from './sse-server.ts';

/** What a prompt may make the model want, as the prompt says in brackets. `held`: no answer before {@link TellingProvider.release}. */
export type Wish = 'none' | 'held' | 'find' | 'send' | 'note' | 'read';

interface Message {
  readonly role: string;
  readonly content: string;
}

/**
 * The worst there can be: whatever reached it is in all that it says and in all that it asks for, as a hash. It
 * wants one call of a tool where its prompt says so, and then it answers.
 */
export class TellingProvider implements AsyncDisposable {
  /** Bodies of what came for turns that are not held, as they came. */
  readonly requests: string[] = [];
  readonly #server: SseServer;
  #held: (() => void)[] | null = [];

  private constructor(server: SseServer) {
    this.#server = server;
  }

  static async start(): Promise<TellingProvider> {
    const provider = new TellingProvider(await sseServer());
    void provider.#answerAll();
    return provider;
  }

  get baseURL(): string {
    return this.#server.baseURL;
  }

  /** From now on nothing is held, until {@link hold}. */
  release(): void {
    for (const answer of this.#held ?? []) answer();
    this.#held = null;
  }

  hold(): void {
    this.#held = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  /** Until the server is gone: the last `next` is never answered. */
  async #answerAll(): Promise<never> {
    for (;;) {
      const exchange = await this.#server.next();
      // As the server under test writes it; a double does not check a wire that its own adapter's tests hold.
      const { messages } = exchange.body as unknown as { messages: readonly Message[] };
      const last = messages.at(-1);
      const wish = last?.role === 'user' ? wishIn(last.content) : 'none';
      if (wish !== 'held') this.requests.push(JSON.stringify(exchange.body));
      if (wish === 'held' && this.#held !== null) this.#held.push(() => answer(exchange, wish));
      else answer(exchange, wish);
    }
  }
}

function answer({ body, response, send }: Exchange, wish: Wish): void {
  const told = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  const call = callFor(wish, told);
  send(chunk({ content: told }));
  if (call !== null) send(chunk({ tool_calls: [{ index: 0, id: 'x', type: 'function', function: call }] }));
  const usage = { prompt_tokens: told.charCodeAt(0), completion_tokens: 1, total_tokens: 1 };
  send({ ...chunk({}, call === null ? 'stop' : 'tool_calls'), usage });
  send('[DONE]');
  response.end();
}

function wishIn(prompt: string): Wish {
  const [, wish = 'none'] = [...prompt.matchAll(/\[(none|held|find|send|note|read)\]/g)].at(-1) ?? [];
  return wish as Wish;
}

function callFor(wish: Wish, told: string): { readonly name: string; readonly arguments: string } | null {
  switch (wish) {
    case 'none':
    case 'held':
      return null;
    case 'find':
      return { name: 'drive__find', arguments: JSON.stringify({ query: told }) };
    case 'send':
      return { name: 'drive__send', arguments: JSON.stringify({ to: 'cyd', text: told }) };
    case 'read':
      return { name: 'room__read_notes', arguments: '{}' };
    case 'note':
      return { name: 'room__edit_notes', arguments: JSON.stringify({ append: told }) };
  }
}
