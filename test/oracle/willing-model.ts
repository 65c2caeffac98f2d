import type { Model, ModelEnd, ModelEvent, ModelRequest } from '@parley/server/ports/model';
import { asksFor } from '../kit/tooled-room.ts';

type Calls = readonly { readonly call: string; readonly given?: unknown }[];

/** What a model does with one prompt, step by step. */
export interface Plan {
  /** Reads what it can, then wants what it wants, then says this. */
  readonly reads: Calls;
  readonly wants: Calls;
  readonly says: string;
}

/** A model that does with each prompt what was planned for its words, whenever that prompt's turn comes. */
export class WillingModel implements Model {
  readonly name = 'willing';
  readonly requests: ModelRequest[] = [];
  readonly #plans = new Map<string, Plan>();

  plan(words: string, plan: Plan): void {
    this.#plans.set(words, plan);
  }

  async *stream(request: ModelRequest): AsyncGenerator<ModelEvent, void, undefined> {
    this.requests.push(request);
    const { plan, step } = this.#place(request);
    const steps = [plan.reads, plan.wants.filter(({ call }) => isDeclared(request, call))].filter(
      (calls) => calls.length > 0,
    );
    const calls = steps[step];
    if (calls === undefined) yield { type: 'text', text: plan.says };
    yield { type: 'end', end: calls === undefined ? STOP : asksFor(...calls) };
  }

  /** The prompt comes last among the messages of people; behind it stand the steps that were taken. */
  #place({ messages }: ModelRequest): { readonly plan: Plan; readonly step: number } {
    const last = messages.findLastIndex(({ role }) => role === 'user');
    const words = wordsIn(messages[last]?.content ?? '').at(-1) ?? '';
    const plan = this.#plans.get(words);
    if (plan === undefined) throw new Error(`nothing is planned for ${words}`);
    return { plan, step: messages.slice(last).filter(({ role }) => role === 'assistant').length };
  }
}

const STOP: ModelEnd = {
  reason: 'stop',
  usage: { model: 'willing', inputTokens: 1, cachedTokens: 0, outputTokens: 1 },
};

/** Words of people in a text, in their order. */
export function wordsIn(text: string): readonly string[] {
  return text.match(/w\.\w+\.\w+\.\d+\./g) ?? [];
}

function isDeclared({ tools }: ModelRequest, call: string): boolean {
  return tools.some(({ name }) => name === call.replace('.', '__'));
}
