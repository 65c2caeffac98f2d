import { openAiModel, type OpenAiOptions } from '@parley/server/adapters/model/model-openai';
import { chatRequest } from '@parley/server/adapters/model/chat-request';
import { MOST_EVENT_CHARS } from '@parley/server/adapters/model/sse-reader';
import { hostClock } from '@parley/server/adapters/host/system';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { UnknownFields } from '@parley/server/adapters/model/unknown-fields';
import type { ModelEvent } from '@parley/server/ports/model';
import { describe, expect, test, vi } from 'vitest';
import { endOf, eventsOf, REQUEST, textOf } from '../contracts/model.ts';
import { TestClock } from '../kit/clock.ts';
import { RecordingLog } from '../kit/log.ts';
import { chunk, sseServer, type Exchange } from '../kit/sse-server.ts';

const tokenizer = o200kTokenizer();
const clock = hostClock;
const KEY = 'sk-canary-3f1b';

function openAi(baseURL: string, more: Partial<OpenAiOptions> = {}) {
  const unknown = new UnknownFields({ provider: 'p', model: 'asked-model' }, new RecordingLog());
  return openAiModel({ baseURL, apiKey: KEY, model: 'asked-model', tokenizer, clock, unknown, ...more });
}

describe('G1 the openai adapter and servers that misbehave', () => {
  /** Reads a call while the test plays the server. */
  async function played(play: (exchange: Exchange) => void, request = REQUEST) {
    await using server = await sseServer();
    const reading = eventsOf(openAi(server.baseURL), undefined, request);
    play(await server.next());
    return await reading;
  }

  test.for([
    ['7', { retryAfterMs: 7_000 }],
    ['0.5', { retryAfterMs: 500 }],
    ['Sat, 28 Nov 2026 07:00:00 GMT', {}],
    ['-1', {}],
  ] as const)('G2 a provider that says when to come back (%s) is heard', async ([said, more]) => {
    const events = await played(({ response }) => {
      response.writeHead(429, { 'retry-after': said, 'content-type': 'application/json' });
      response.end('{"error":{"code":"slow_down"}}');
    });
    expect(endOf(events)).toEqual({ reason: 'failed', class: 'rate', detail: '429 slow_down', ...more });
  });

  test('G6 what was thought and not said is told apart', async () => {
    const usage = { prompt_tokens: 9, completion_tokens: 8, total_tokens: 17 };
    const events = await played(({ send, response }) => {
      send(chunk({ content: 'so' }, 'stop'));
      send({ ...chunk({}), choices: [], usage: { ...usage, completion_tokens_details: { reasoning_tokens: 6 } } });
      response.end('data: [DONE]\n\n');
    });
    const end = endOf(events);
    expect(end).toMatchObject({ reason: 'stop', reasoningTokens: 6, usage: { outputTokens: 8 } });
    expect(end).not.toHaveProperty('estimated');
  });

  test('G1 C16 missing usage is estimated: what was sent, by the counts that are stored with it', async () => {
    const events = await played(({ send, response }) => {
      send(chunk({ content: 'hello world' }));
      send(chunk({}, 'stop'));
      response.end('data: [DONE]\n\n');
    });
    const { inputTokens } = REQUEST;
    expect(endOf(events)).toEqual({
      reason: 'stop',
      estimated: true,
      usage: { model: 'served-model', inputTokens, cachedTokens: 0, outputTokens: 2 },
    });
  });

  test('G1 usage that is no number is estimated, so that the journal never holds it', async () => {
    const events = await played(({ send, response }) => {
      send(chunk({ content: 'hello world' }, 'stop'));
      send({ ...chunk({}), choices: [], usage: { prompt_tokens: 3.4, completion_tokens: 'many', total_tokens: -1 } });
      response.end('data: [DONE]\n\n');
    });
    expect(endOf(events)).toMatchObject({ usage: { inputTokens: 3, outputTokens: 2 } });
  });

  test('G1 a filtered answer and a refusal are refused', async () => {
    const filtered = await played(({ send, response }) => {
      send(chunk({ content: 'I' }, 'content_filter'));
      response.end('data: [DONE]\n\n');
    });
    const refused = await played(({ send, response }) => {
      send(chunk({ refusal: 'I will not.' }));
      send(chunk({}, 'stop'));
      response.end('data: [DONE]\n\n');
    });
    expect(endOf(filtered).reason).toBe('refused');
    expect(endOf(refused).reason).toBe('refused');
    expect(textOf(refused)).toBe('I will not.');
  });

  test('G1 a tool call that nobody offered is a failure of the server', async () => {
    const events = await played(({ send, response }) => {
      send(chunk({ tool_calls: [{ index: 0, id: 'x', type: 'function', function: { name: 'rm', arguments: '{}' } }] }));
      send(chunk({}, 'tool_calls'));
      response.end('data: [DONE]\n\n');
    });
    expect(endOf(events)).toMatchObject({ reason: 'failed', class: 'server' });
  });

  const WIRE = { baseURL: 'https://models.test/v1', model: 'any' };
  const OFFERED = {
    ...REQUEST,
    tools: [
      { name: 'mail__send', description: 'sends', parameters: { type: 'object' } },
      { name: 'drive__search', description: 'searches', parameters: { type: 'object' } },
    ],
    allowedTools: ['mail__send', 'drive__search'],
  };

  test('G1 calls that arrive in pieces and mixed are put together by their places, each under a name', async () => {
    const piece = (index: number, more: object) => chunk({ tool_calls: [{ index, ...more }] });
    const events = await played(({ send, response }) => {
      send(chunk({ content: 'One moment.' }));
      send(piece(1, { id: 'b', type: 'function', function: { name: 'drive__', arguments: '' } }));
      send(piece(0, { id: 'a', type: 'function', function: { name: 'mail__send', arguments: '{"to":' } }));
      send(piece(1, { function: { name: 'search', arguments: '{}' } }));
      send(piece(0, { function: { arguments: '"bob"}' } }));
      send(chunk({}, 'tool_calls'));
      response.end('data: [DONE]\n\n');
    }, OFFERED);
    expect(textOf(events)).toBe('One moment.');
    expect(endOf(events)).toMatchObject({
      reason: 'tool',
      calls: [
        { id: 'a', name: 'mail__send', arguments: '{"to":"bob"}' },
        { id: 'b', name: 'drive__search', arguments: '{}' },
      ],
    });
  });

  test('G1 a reply that was cut by its length runs no tool, however whole a call looks', async () => {
    const events = await played(({ send, response }) => {
      send(
        chunk({
          tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'mail__send', arguments: '{}' } }],
        }),
      );
      send(chunk({}, 'length'));
      response.end('data: [DONE]\n\n');
    }, OFFERED);
    expect(endOf(events).reason).toBe('length');
  });

  test('C1 what this speaker may not use is declared all the same, and kept from being chosen', () => {
    const all = chatRequest(WIRE, OFFERED);
    const some = chatRequest(WIRE, { ...OFFERED, allowedTools: ['drive__search'] });
    const none = chatRequest(WIRE, { ...OFFERED, allowedTools: [] });
    expect(some.tools).toEqual(all.tools);
    expect(none.tools).toEqual(all.tools);
    expect(all.tool_choice).toBe('auto');
    expect(none.tool_choice).toBe('none');
    expect(some.tool_choice).toMatchObject({ allowed_tools: { tools: [{ function: { name: 'drive__search' } }] } });
  });

  test('G1 an error event, unreadable chunks and chunks of another shape end the call as failures', async () => {
    const bodies = [
      { error: { message: 'the words of Ana', code: 'overloaded' } },
      '{"not json',
      'null',
      { choices: [{}] },
    ];
    for (const body of bodies) {
      const events = await played(({ send, response }) => {
        send(chunk({ content: 'partial' }));
        send(body);
        response.end();
      });
      const end = endOf(events);
      expect(end.reason).toBe('failed');
      expect(textOf(events)).toBe('partial');
      expect(JSON.stringify(end)).not.toContain('Ana');
    }
  });

  test('G1 what breaks after the last text costs nothing but the usage', async () => {
    const events = await played(({ send, response }) => {
      send(chunk({ content: 'done' }));
      send(chunk({}, 'stop'));
      // What was sent arrives, then the connection ends in the middle of the body.
      response.socket?.end();
    });
    expect(endOf(events)).toMatchObject({ reason: 'stop' });
  });

  test('G1 several events in one piece are told at once, and nothing after an abort', async () => {
    const text = ['a', 'b', 'c'].map((content) => `data: ${JSON.stringify(chunk({ content }))}\n\n`).join('');
    await using server = await sseServer();
    const abort = new AbortController();
    const told: ModelEvent[] = [];
    const asked = server.next();
    void asked.then(({ response }) => response.write(text));
    for await (const event of openAi(server.baseURL).stream(REQUEST, abort.signal)) {
      if (event.type === 'ready') continue;
      told.push(event);
      if (abort.signal.aborted) continue;
      (await asked).response.write(text);
      abort.abort();
    }
    expect(told[0]).toEqual({ type: 'text', text: 'abc' });
    expect(textOf(told)).toBe('abc');
    expect(endOf(told)).toMatchObject({ reason: 'failed', class: 'aborted' });
  });

  test('G1 an event without end is a failure of the server, and the request is closed', async () => {
    await using server = await sseServer();
    const reading = eventsOf(openAi(server.baseURL));
    const exchange = await server.next();
    exchange.send(chunk({ content: 'partial' }));
    exchange.response.write(`data: ${'x'.repeat(2 * MOST_EVENT_CHARS)}`);
    const events = await reading;
    expect(endOf(events)).toEqual({ reason: 'failed', class: 'server', detail: 'unreadable chunk' });
    expect(textOf(events)).toBe('partial');
    await exchange.closed;
  });

  test('G1 a connection serves the next call when its answer was read to the end', async () => {
    await using server = await sseServer();
    const model = openAi(server.baseURL);
    const sockets = new Set<unknown>();
    for (let call = 0; call < 3; call++) {
      const reading = eventsOf(model);
      const { send, response } = await server.next();
      sockets.add(response.socket);
      send(chunk({ content: 'all' }, 'stop'));
      response.end('data: [DONE]\n\n');
      expect(endOf(await reading).reason).toBe('stop');
    }
    expect(sockets.size).toBe(1);
  });

  test('G1 a provider that says it is done and stays on the line ends the answer all the same', async () => {
    const time = new TestClock();
    await using server = await sseServer();
    const reading = eventsOf(openAi(server.baseURL, { clock: time, firstTokenMs: 60_000, idleMs: 30_000 }));
    const exchange = await server.next();
    exchange.send(chunk({ content: 'all' }, 'stop'));
    exchange.send('[DONE]');
    // Either both come in one piece, or the second is read when the next text is due.
    await vi.waitFor(() => {
      time.advance(1);
      expect(time.pending).toEqual([expect.closeTo(time.now() + 250, -1)]);
    });
    time.advance(250);
    expect(endOf(await reading).reason).toBe('stop');
    await exchange.closed;
  });

  test('G1 a redirect is not followed: the key is for one address', async () => {
    const events = await played(({ response }) => {
      response.writeHead(307, { location: 'http://127.0.0.1:9/v1/chat/completions' }).end();
    });
    expect(endOf(events)).toMatchObject({ reason: 'failed', class: 'request' });
  });

  test('G1 a status that is none is a failure', async () => {
    const events = await played(({ response }) => {
      response.socket?.end('HTTP/1.1 777 What\r\n\r\n');
    });
    expect(endOf(events)).toMatchObject({ reason: 'failed', class: 'server', detail: '777' });
  });

  test('G1 no first token in time is a stall, and the request is closed', async () => {
    await using server = await sseServer();
    const time = new TestClock();
    const reading = eventsOf(openAi(server.baseURL, { clock: time, firstTokenMs: 5_000, idleMs: 1_000 }));
    const exchange = await server.next();
    time.advance(4_999);
    exchange.send(chunk({ role: 'assistant', content: '' }));
    await vi.waitFor(() => expect(time.pending).toHaveLength(1));
    time.advance(1);
    expect(endOf(await reading)).toMatchObject({ reason: 'failed', class: 'stall' });
    await exchange.closed;
    expect(time.pending).toEqual([]);
  });

  test('G1 silence between two tokens is a stall that keeps the text so far', async () => {
    await using server = await sseServer();
    const time = new TestClock();
    const texts: string[] = [];
    const ended = Promise.withResolvers<ModelEvent>();
    const first = Promise.withResolvers<void>();
    const model = openAi(server.baseURL, { clock: time, firstTokenMs: 5_000, idleMs: 1_000 });
    const reading = (async () => {
      for await (const event of model.stream(REQUEST, new AbortController().signal)) {
        if (event.type === 'end') ended.resolve(event);
        else if (event.type === 'text') texts.push(event.text);
        first.resolve();
      }
    })();
    const exchange = await server.next();
    exchange.send(chunk({ content: 'a beginning' }));
    await first.promise;
    await vi.waitFor(() => expect(time.pending).toHaveLength(2));
    time.advance(1_000);
    expect(await ended.promise).toMatchObject({ end: { class: 'stall' } });
    await reading;
    expect(texts).toEqual(['a beginning']);
    await exchange.closed;
  });

  test('G1 aborting while the provider is silent answers at once', async () => {
    await using server = await sseServer();
    const abort = new AbortController();
    const reading = eventsOf(openAi(server.baseURL), abort.signal);
    const exchange = await server.next();
    abort.abort(new Error('a reason of the caller’s own'));
    expect(endOf(await reading)).toMatchObject({ reason: 'failed', class: 'aborted' });
    await exchange.closed;
  });

  test.each([
    ['https://api.openai.com/v1', 'max_completion_tokens'],
    ['https://API.OpenAI.com', 'max_completion_tokens'],
    ['https://ours.openai.azure.com:443/openai/v1', 'max_completion_tokens'],
    ['https://api.openai.com.example/v1', 'max_tokens'],
    ['https://example/api.openai.com/v1', 'max_tokens'],
    ['http://127.0.0.1:11434/v1', 'max_tokens'],
  ])('G1 the newer limit field is used where OpenAI itself answers: %s', (baseURL, field) => {
    const sent = chatRequest({ baseURL, model: 'any' }, REQUEST);
    const limits = Object.entries(sent).filter(([name]) => name.startsWith('max_'));
    expect(limits).toEqual([[field, REQUEST.maxOutputTokens]]);
  });
});
