import type { Model, ModelEnd, ModelEvent, ModelRequest } from '@parley/server/ports/model';
import { describe, expect, test } from 'vitest';
import { REF } from '../kit/room-ref.ts';

/** A model that will behave in one way when it is called. */
export interface ModelWorld {
  readonly model: Model;
  /** What the provider was sent, where there is one to ask: null otherwise. */
  readonly sent: () => Record<string, unknown> | null;
  /** Resolves once the provider has seen its request closed, or at once where there is none. */
  readonly closed: () => Promise<void>;
}

export interface ModelWorlds {
  /** Answers `words`, at any pace. */
  readonly answering: () => Promise<ModelWorld>;
  /** Gives at least one text and then none for very long. */
  readonly endless: () => Promise<ModelWorld>;
  /** Ends because the answer became too long. */
  readonly cut: () => Promise<ModelWorld>;
}

export const REQUEST: ModelRequest = {
  messages: [
    { role: 'system', content: '[salt]\nYou are in a room.' },
    { role: 'user', content: 'Say something.' },
  ],
  inputTokens: 21,
  maxOutputTokens: 400,
  tools: [],
  allowedTools: [],
  cacheKey: 'a-keyed-hash',
  caller: REF,
};

/** Every event of a call. */
export function eventsOf(
  model: Model,
  signal: AbortSignal = new AbortController().signal,
  request = REQUEST,
): Promise<ModelEvent[]> {
  return Array.fromAsync(model.stream(request, signal));
}

/** How a call ended; fails when it ended more than once, never, or went on afterwards. */
export function endOf(events: readonly ModelEvent[]): ModelEnd {
  const ends = events.flatMap((event) => (event.type === 'end' ? [event.end] : []));
  expect(ends).toHaveLength(1);
  expect(events.at(-1)?.type).toBe('end');
  return ends[0] as ModelEnd;
}

export function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('');
}

/** What every model must do (G1), run on each adapter and on the double. */
export function modelContract(name: string, worlds: ModelWorlds): void {
  describe(`G1 the model port: ${name}`, () => {
    test('G1 text, then exactly one end, then nothing; usage is whole numbers', async () => {
      const { model } = await worlds.answering();
      const events = await eventsOf(model);
      const end = endOf(events);
      expect(textOf(events)).not.toBe('');
      expect(end.reason).toBe('stop');
      if (end.reason === 'failed') return;
      expect(Number.isInteger(end.usage.inputTokens) && Number.isInteger(end.usage.outputTokens)).toBe(true);
      expect(end.usage.inputTokens).toBeGreaterThan(0);
      expect(end.usage.outputTokens).toBeGreaterThan(0);
      expect(end.usage.model).not.toBe('');
    });

    test('G1 an answer cut by its length says so, and no text is empty', async () => {
      const { model } = await worlds.cut();
      const events = await eventsOf(model);
      expect(endOf(events).reason).toBe('length');
      expect(events.filter((event) => event.type === 'text' && event.text === '')).toEqual([]);
    });

    test('G1 a signal that fired before the call yields the end at once', async () => {
      const { model } = await worlds.endless();
      const events = await eventsOf(model, AbortSignal.abort());
      expect(endOf(events)).toMatchObject({ reason: 'failed', class: 'aborted' });
      expect(textOf(events)).toBe('');
    });

    test('G1 whoever says that a call is ready says it first, and asks nobody before the next event is wanted', async () => {
      const { model, sent } = await worlds.answering();
      const abort = new AbortController();
      const events = model.stream(REQUEST, abort.signal)[Symbol.asyncIterator]();
      const first = await events.next();
      expect(first.value?.type === 'ready').toBe(model.saysReady === true);
      if (model.saysReady !== true) return void (await events.return?.());
      await new Promise((resolve) => setImmediate(resolve));
      expect(sent()).toBeNull();
      abort.abort();
      expect((await events.next()).value).toMatchObject({ type: 'end', end: { class: 'aborted', asked: false } });
      expect(sent()).toBeNull();
    });

    test('G1 aborting in mid-stream yields failed: aborted and closes the provider’s request', async () => {
      const { model, closed } = await worlds.endless();
      const abort = new AbortController();
      const events: ModelEvent[] = [];
      for await (const event of model.stream(REQUEST, abort.signal)) {
        events.push(event);
        if (event.type === 'text') abort.abort();
      }
      expect(endOf(events)).toMatchObject({ reason: 'failed', class: 'aborted' });
      await closed();
    });

    test('G1 a reader that goes away closes the provider’s request', async () => {
      const { model, closed } = await worlds.endless();
      for await (const event of model.stream(REQUEST, new AbortController().signal)) if (event.type === 'text') break;
      await closed();
    });

    test('G1 two calls at once do not meet', async () => {
      const { model } = await worlds.answering();
      const [one, two] = await Promise.all([eventsOf(model), eventsOf(model)]);
      expect(endOf(one).reason).toBe('stop');
      expect(textOf(one)).toBe(textOf(two));
    });
  });
}
