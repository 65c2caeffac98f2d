import type { Model, ModelEnd, ModelEvent, ModelRequest } from '@parley/server/ports/model';
import type { Clock } from '@parley/server/ports/system';

export interface ClockedModelDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** Sees every request before it is answered. */
  readonly sees: (request: ModelRequest) => void;
  /** What the answer says again: the last words of the prompt. */
  readonly echo: (request: ModelRequest) => string;
}

/** A model that answers in whole words at moments drawn from a seed, and now and then ends badly. */
export class ClockedModel implements Model {
  readonly name = 'clocked';
  readonly saysReady = true;
  readonly #deps: ClockedModelDeps;

  constructor(deps: ClockedModelDeps) {
    this.#deps = deps;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    yield { type: 'ready' };
    if (signal.aborted)
      return yield { type: 'end', end: { reason: 'failed', class: 'aborted', detail: '', asked: false } };
    const { random, sees, echo } = this.#deps;
    sees(request);
    const words = ['re', echo(request), ...Array.from({ length: Math.floor(random() * 9) }, () => word(random))];
    const end = asks(request, random()) ?? endOf(random(), words.length);
    for (const text of words) {
      await this.#pause(Math.floor(random() * 60), signal);
      if (signal.aborted) break;
      yield { type: 'text', text: `${text} ` };
    }
    if (!signal.aborted) await this.#pause(Math.floor(random() * 20), signal);
    yield { type: 'end', end: signal.aborted ? { reason: 'failed', class: 'aborted', detail: '' } : end };
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        cancel();
        resolve();
      };
      const cancel = this.#deps.clock.after(ms, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

function word(random: () => number): string {
  return `w${Math.floor(random() * 1_000_000)}`;
}

/** Now and then it asks for one or two of the tools that it may call, and not for ever. */
function asks({ messages, allowedTools }: ModelRequest, luck: number): ModelEnd | null {
  const asked = messages.filter(({ role }) => role === 'tool').length;
  if (allowedTools.length === 0 || asked >= MOST_CALLS || luck >= TOOL_LUCK) return null;
  const first = Math.floor((luck / TOOL_LUCK) * allowedTools.length);
  const names = luck < TOOL_LUCK / 2 ? [first] : [first, (first + 1) % allowedTools.length];
  const calls = names.map((at, index) => ({
    id: `call-${index + 1}`,
    name: allowedTools[at] ?? '',
    arguments: `{"n":${asked}}`,
  }));
  return { reason: 'tool', calls, usage: { model: 'clocked', inputTokens: 1, cachedTokens: 0, outputTokens: 1 } };
}
const MOST_CALLS = 3;
const TOOL_LUCK = 0.45;

function endOf(luck: number, words: number): ModelEnd {
  if (luck < 0.08) return { reason: 'failed', class: 'server', detail: 'out of luck' };
  const usage = { model: 'clocked', inputTokens: 1, cachedTokens: 0, outputTokens: words };
  return { reason: luck < 0.12 ? 'length' : 'stop', usage };
}
