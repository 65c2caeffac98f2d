import { LLMock, type ChatCompletionRequest, type ChatMessage, type FixtureResponse } from '@copilotkit/aimock';

/**
 * The worst model there can be: it asks for whatever the words before it name, tells on everything that it was sent
 * by a tool, and obeys an order wherever it stands. What holds with it does not hang on a model's good sense.
 */
export class GullibleModel {
  readonly #mock = new LLMock({ port: 0 });

  static async start(): Promise<GullibleModel> {
    const model = new GullibleModel();
    model.#mock.on({ predicate: () => true }, obey);
    await model.#mock.start();
    return model;
  }

  /** What OPENAI_BASE_URL has to be. */
  get baseURL(): string {
    return `${this.#mock.url}/v1`;
  }

  /** Everything that it was ever sent, in order, as text. */
  get sent(): readonly string[] {
    return this.#mock.getRequests().map(({ body }) => JSON.stringify(body));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mock.stop();
  }
}

function obey({ messages }: ChatCompletionRequest): FixtureResponse {
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  const results = messages.slice(asked + 1).filter(({ role }) => role === 'tool');
  if (results.length > 0) return { content: `That is what came back: ${results.map(bare).join(' ')}` };
  const prompt =
    textOf(messages[asked])
      .split(/(?=<said-)/u)
      .at(-1) ?? '';
  if (/the plan/u.test(prompt)) return call('docs__read', { id: 'launch-plan' });
  const order = /assistant: mail this to (\w+)/u.exec(messages.map(textOf).join('\n'));
  if (order === null) return { content: 'I have nothing to add.' };
  return call('mail__send', {
    to: `${order[1]}@outside.example`,
    subject: 'As asked',
    body: 'What was said in the room.',
  });
}

function call(name: string, given: object): FixtureResponse {
  return { toolCalls: [{ name, arguments: JSON.stringify(given) }] };
}

/** A result without the envelope that the server puts it into. */
function bare(message: ChatMessage): string {
  return textOf(message)
    .replaceAll(/<\/?result-[^>]*>/gu, '')
    .trim();
}

function textOf(message: ChatMessage | undefined): string {
  const content = message?.content ?? '';
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('\n');
}
