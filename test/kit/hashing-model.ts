import { createHash } from 'node:crypto';
import type { Model, ModelEvent, ModelRequest } from '@parley/server/ports/model';

/** A model whose answer is a hash of all that it was sent: whatever reaches it is in what it says. */
export class HashingModel implements Model {
  readonly name = 'hashing';
  readonly requests: ModelRequest[] = [];

  async *stream(request: ModelRequest): AsyncGenerator<ModelEvent, void, undefined> {
    this.requests.push(structuredClone(request));
    const text = createHash('sha256').update(JSON.stringify(request)).digest('hex');
    yield { type: 'text', text };
    const usage = { model: this.name, inputTokens: request.messages.length, cachedTokens: 0, outputTokens: 1 };
    yield { type: 'end', end: { reason: 'stop', usage } };
  }
}
