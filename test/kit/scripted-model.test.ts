import type { ModelEvent, ModelRequest } from '@parley/server/ports/model';
import { describe, expect, test } from 'vitest';
import { ScriptedModel } from './scripted-model.ts';
import { REF } from './room-ref.ts';

const request: ModelRequest = {
  messages: [{ role: 'user', content: 'hi' }],
  inputTokens: 5,
  maxOutputTokens: 10,
  tools: [],
  allowedTools: [],
  cacheKey: 'k',
  caller: REF,
};
const never = new AbortController().signal;

/** All that comes after it is ready. */
async function all(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const [ready, ...rest] = await Array.fromAsync(events);
  expect(ready).toEqual({ type: 'ready' });
  return rest;
}

describe('the scripted model', () => {
  test('streams its pieces and ends as told', async () => {
    const model = new ScriptedModel();
    model.expect({ pieces: ['a', 'b'] });
    const events = await all(model.stream(request, never));
    expect(events.map((event) => (event.type === 'text' ? event.text : event.type))).toEqual(['a', 'b', 'end']);
    model.assertDone();
  });

  test('a call without a step fails, to the caller and to the test', async () => {
    const model = new ScriptedModel();
    expect(await all(model.stream(request, never))).toMatchObject([{ type: 'end', end: { class: 'request' } }]);
    expect(() => model.assertDone()).toThrow('without a step: hi');
  });

  test('a call that is not wanted once it is ready takes no step', async () => {
    const model = new ScriptedModel();
    model.expect({ pieces: ['never said'] });
    for await (const event of model.stream(request, never)) if (event.type === 'ready') break;
    expect(await all(model.stream(request, AbortSignal.abort()))).toMatchObject([{ end: { asked: false } }]);
    expect(model.requests).toEqual([]);
    expect(() => model.assertDone()).toThrow('not used: ["never said"]');
  });

  test('a step that was not used fails the test', () => {
    const model = new ScriptedModel();
    model.expect({ pieces: ['never said'] });
    expect(() => model.assertDone()).toThrow('not used: ["never said"]');
  });

  test('a request that the step does not expect fails', async () => {
    const model = new ScriptedModel();
    model.expect({ check: () => expect.fail('the wrong prompt') });
    await all(model.stream(request, never));
    expect(() => model.assertDone()).toThrow('the wrong prompt');
  });

  test('holds in mid-stream until released', async () => {
    const model = new ScriptedModel();
    const call = model.expect({ pieces: ['a', 'b'], holdAfter: 1 });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of model.stream(request, never))
        if (event.type !== 'ready') seen.push(event.type === 'text' ? event.text : 'end');
    })();
    await call.held;
    expect(seen).toEqual(['a']);
    call.release();
    await reading;
    expect(seen).toEqual(['a', 'b', 'end']);
    await call.over;
  });

  test('holds before the end, and before the first piece', async () => {
    const model = new ScriptedModel();
    const first = model.expect({ pieces: ['a'], holdAfter: 0 });
    const second = model.expect({ pieces: ['a'], holdAfter: 1 });
    const one = all(model.stream(request, never));
    const two = all(model.stream(request, never));
    await Promise.all([first.held, second.held]);
    first.release();
    second.release();
    expect(await one).toHaveLength(2);
    expect(await two).toHaveLength(2);
  });

  test('an aborted hold ends as aborted', async () => {
    const model = new ScriptedModel();
    const call = model.expect({ pieces: ['a', 'b'], holdAfter: 1 });
    const abort = new AbortController();
    const reading = all(model.stream(request, abort.signal));
    await call.held;
    abort.abort();
    expect((await reading).at(-1)).toMatchObject({ end: { reason: 'failed', class: 'aborted' } });
  });

  test('keeps what it was sent, whatever happens to it later', async () => {
    const model = new ScriptedModel();
    const call = model.expect({});
    const messages = [{ role: 'user' as const, content: 'before' }];
    const reading = all(model.stream({ ...request, messages }, never));
    messages[0] = { role: 'user', content: 'after' };
    await reading;
    expect((await call.called).messages[0]?.content).toBe('before');
    expect(Object.isFrozen(model.requests[0])).toBe(true);
  });
});
