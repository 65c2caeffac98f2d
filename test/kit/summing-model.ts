import type { Model, ModelEvent, ModelRequest } from '@parley/server/ports/model';

/** What a summary says, given the numbers that it was told to name. */
export type Summary = (cite: readonly string[], request: ModelRequest) => string;

export const HONEST: Summary = (cite) => `- What was said: ${cite.map((one) => `[${one}]`).join(' ')}`;

/** A model that answers every prompt with a long text, and a request for a digest as it is told. */
export class SummingModel implements Model {
  readonly name = 'summing';
  readonly answers: ModelRequest[] = [];
  readonly digests: ModelRequest[] = [];
  answer = `An answer of some length. ${'More of it. '.repeat(60)}`;
  summary: Summary = HONEST;
  /** An answer waits for it. */
  before: Promise<void> = Promise.resolve();

  async *stream(request: ModelRequest, _signal?: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    const isDigest = request.background === 'digest';
    (isDigest ? this.digests : this.answers).push(structuredClone(request));
    if (!isDigest) await this.before;
    const text = isDigest ? this.summary(toldToCite(request), request) : this.answer;
    yield { type: 'text', text };
    const usage = { model: this.name, inputTokens: 100, cachedTokens: 80, outputTokens: 20 };
    yield { type: 'end', end: { reason: 'stop', usage } };
  }
}

/** The numbers in the instruction, which comes last. */
export function toldToCite({ messages }: ModelRequest): readonly string[] {
  const instruction = /name at least (.*?)\. Add nothing/.exec(messages.at(-1)?.content ?? '')?.[1] ?? '';
  return [...instruction.matchAll(/\[([^\]]+)\]/g)].map(([, one = '']) => one);
}
