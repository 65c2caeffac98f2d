import { createHash } from 'node:crypto';
import type { Model, ModelCall, ModelEnd, ModelEvent, ModelRequest } from '@parley/server/ports/model';

/** What a prompt may make the model want, as the prompt says in brackets. */
export type Wish = 'none' | 'find' | 'send' | 'note';

/**
 * The worst there can be: whatever reached it is in all that it says and in all that it asks for, as a hash. It
 * wants one call of a tool where its prompt says so, and then it answers.
 */
export class TellingModel implements Model {
  readonly name = 'telling';
  readonly requests: ModelRequest[] = [];

  async *stream(request: ModelRequest): AsyncGenerator<ModelEvent, void, undefined> {
    this.requests.push(structuredClone(request));
    const told = createHash('sha256').update(JSON.stringify(request)).digest('hex');
    yield { type: 'text', text: told };
    yield { type: 'end', end: endOf(request, told) };
  }
}

function endOf({ messages }: ModelRequest, told: string): ModelEnd {
  const usage = { model: 'telling', inputTokens: told.charCodeAt(0), cachedTokens: 0, outputTokens: 1 };
  const last = messages.at(-1);
  const wish = last?.role === 'user' ? wishIn(last.content) : 'none';
  const call = callFor(wish, told);
  return call === null ? { reason: 'stop', usage } : { reason: 'tool', calls: [call], usage };
}

function wishIn(prompt: string): Wish {
  const [, wish = 'none'] = [...prompt.matchAll(/\[(none|find|send|note)\]/g)].at(-1) ?? [];
  return wish as Wish;
}

function callFor(wish: Wish, told: string): ModelCall | null {
  switch (wish) {
    case 'none':
      return null;
    case 'find':
      return { id: 'x', name: 'drive__find', arguments: JSON.stringify({ query: told }) };
    case 'send':
      return { id: 'x', name: 'drive__send', arguments: JSON.stringify({ to: 'cyd', text: told }) };
    case 'note':
      return { id: 'x', name: 'room__edit_notes', arguments: JSON.stringify({ append: told }) };
  }
}
