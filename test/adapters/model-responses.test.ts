import { LLMock, type FixtureOpts } from '@copilotkit/aimock';
import { hostClock } from '@parley/server/adapters/host/system';
import { openAiModel, type OpenAiOptions } from '@parley/server/adapters/model/model-openai';
import { responsesRequest } from '@parley/server/adapters/model/responses-request';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { UnknownFields } from '@parley/server/adapters/model/unknown-fields';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { endOf, eventsOf, modelContract, REQUEST, textOf, type ModelWorld } from '../contracts/model.ts';
import { RecordingLog } from '../kit/log.ts';
import { responsesEvents, sseServer, type Exchange, type SseServer } from '../kit/sse-server.ts';

const tokenizer = o200kTokenizer();
const KEY = 'sk-canary-3f1b';
const mock = new LLMock({ port: 0 });
const servers: SseServer[] = [];

beforeAll(async () => {
  await mock.start();
});
afterAll(() => mock.stop());
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
  mock.clearFixtures();
  mock.clearChaos();
  mock.clearRequests();
});

function responses(baseURL: string, more: Partial<OpenAiOptions> = {}) {
  const unknown = new UnknownFields({ provider: 'p', model: 'asked-model' }, new RecordingLog());
  return openAiModel({
    unknown,
    api: 'responses',
    baseURL,
    apiKey: KEY,
    model: 'asked-model',
    tokenizer,
    clock: hostClock,
    ...more,
  });
}

function served(content: string, more: Record<string, unknown> = {}, opts: FixtureOpts = {}): ModelWorld {
  mock.onMessage(/./s, { content, ...more }, opts);
  return {
    model: responses(`${mock.url}/v1`),
    sent: () => mock.getLastRequest()?.body ?? null,
    closed: () => Promise.resolve(),
  };
}

/** Says one word and then nothing, and knows when its client went away. */
async function silent(): Promise<ModelWorld> {
  const server = await sseServer();
  servers.push(server);
  const asked = server.next();
  void asked.then(({ send }) => responsesEvents(['word']).slice(0, -1).forEach(send));
  return { model: responses(server.baseURL), sent: () => null, closed: async () => (await asked).closed };
}

modelContract('the Responses API against aimock', {
  answering: async () => served('Two people may speak at once.'),
  cut: async () => served('An answer that was', { finishReason: 'length' }),
  endless: silent,
});

const OFFERED = {
  ...REQUEST,
  tools: [
    { name: 'mail__send', description: 'sends', parameters: { type: 'object' } },
    { name: 'drive__search', description: 'searches', parameters: { type: 'object' } },
  ],
  allowedTools: ['mail__send', 'drive__search'],
};

/** Reads a call while the test plays the server. */
async function played(play: (exchange: Exchange) => void, request = REQUEST) {
  await using server = await sseServer();
  const reading = eventsOf(responses(server.baseURL), undefined, request);
  play(await server.next());
  return await reading;
}

/** The same, of a server that says these events and hangs up. */
function told(events: readonly unknown[], request = REQUEST) {
  return played(({ send, response }) => {
    events.forEach(send);
    response.end();
  }, request);
}

const WIRE = { baseURL: 'https://models.test/v1', model: 'any' };
const call = (index: number, more: object) => ({
  output_index: index,
  item: { type: 'function_call', id: `fc${index}`, arguments: '', ...more },
});

describe('G1 the Responses adapter', () => {
  test('A46 A80 R10 the provider keeps nothing and is told to go on from nothing it kept; no field names anybody', async () => {
    await using server = await sseServer();
    const reading = eventsOf(responses(server.baseURL));
    const { body, send, response } = await server.next();
    responsesEvents(['ok']).forEach(send);
    response.end();
    await reading;
    expect(body).toEqual({
      model: 'asked-model',
      input: REQUEST.messages,
      stream: true,
      store: false,
      prompt_cache_key: REQUEST.cacheKey,
      max_output_tokens: REQUEST.maxOutputTokens,
    });
  });

  test('G1 a conversation with calls is items, none of which has an id of the provider’s', () => {
    const { input } = responsesRequest(WIRE, {
      ...OFFERED,
      messages: [
        { role: 'user', content: 'Find it.' },
        { role: 'assistant', content: '', calls: [{ id: 'c1', name: 'drive__search', arguments: '{"q":1}' }] },
        { role: 'tool', call: 'c1', content: 'found' },
        { role: 'assistant', content: 'Here.', calls: [{ id: 'c2', name: 'mail__send', arguments: '{}' }] },
        { role: 'tool', call: 'c2', content: 'sent' },
      ],
    });
    expect(input).toEqual([
      { role: 'user', content: 'Find it.' },
      { type: 'function_call', call_id: 'c1', name: 'drive__search', arguments: '{"q":1}' },
      { type: 'function_call_output', call_id: 'c1', output: 'found' },
      { role: 'assistant', content: 'Here.' },
      { type: 'function_call', call_id: 'c2', name: 'mail__send', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c2', output: 'sent' },
    ]);
  });

  test('C1 what this speaker may not use is declared all the same, and kept from being chosen', () => {
    const all = responsesRequest(WIRE, OFFERED);
    const some = responsesRequest(WIRE, { ...OFFERED, allowedTools: ['drive__search'] });
    const none = responsesRequest(WIRE, { ...OFFERED, allowedTools: [] });
    expect(all.tools).toMatchObject([{ type: 'function', name: 'mail__send' }, { name: 'drive__search' }]);
    expect([some.tools, none.tools]).toEqual([all.tools, all.tools]);
    expect([all.tool_choice, none.tool_choice]).toEqual(['auto', 'none']);
    expect(some.tool_choice).toEqual({
      type: 'allowed_tools',
      mode: 'auto',
      tools: [{ type: 'function', name: 'drive__search' }],
    });
  });

  test('G1 aimock’s calls are read, with their ids and arguments', async () => {
    mock.onMessage(/./s, { toolCalls: [{ id: 'c9', name: 'mail__send', arguments: '{"to":"bob"}' }] });
    const end = endOf(await eventsOf(responses(`${mock.url}/v1`), undefined, OFFERED));
    expect(end).toMatchObject({ reason: 'tool', calls: [{ id: 'c9', name: 'mail__send', arguments: '{"to":"bob"}' }] });
  });

  test('G1 calls that arrive in pieces and mixed are put together by their places', async () => {
    const events = await told(
      [
        ...responsesEvents(['One moment.']).slice(0, -1),
        { type: 'response.output_item.added', ...call(2, { call_id: 'b', name: 'drive__search' }) },
        { type: 'response.output_item.added', ...call(1, { call_id: 'a', name: 'mail__send' }) },
        { type: 'response.function_call_arguments.delta', output_index: 1, item_id: 'fc1', delta: '{"to":' },
        { type: 'response.function_call_arguments.delta', output_index: 2, item_id: 'fc2', delta: '{}' },
        { type: 'response.function_call_arguments.delta', output_index: 1, item_id: 'fc1', delta: '"bob"}' },
        {
          type: 'response.output_item.done',
          ...call(2, { call_id: 'b', name: 'drive__search', arguments: '{"q":2}' }),
        },
        responsesEvents([]).at(-1),
      ],
      OFFERED,
    );
    expect(textOf(events)).toBe('One moment.');
    expect(endOf(events)).toMatchObject({
      reason: 'tool',
      calls: [
        { id: 'a', name: 'mail__send', arguments: '{"to":"bob"}' },
        { id: 'b', name: 'drive__search', arguments: '{"q":2}' },
      ],
    });
  });

  test('G1 a reply that was cut by its length runs no tool, and a call that nobody offered is a failure', async () => {
    const whole = { type: 'response.output_item.done', ...call(0, { call_id: 'a', name: 'rm', arguments: '{}' }) };
    const cut = responsesEvents([], { type: 'response.incomplete', status: 'incomplete' });
    expect(endOf(await told([whole, ...cut], OFFERED)).reason).toBe('length');
    expect(endOf(await told([whole, ...responsesEvents([])], OFFERED))).toMatchObject({
      reason: 'failed',
      class: 'server',
    });
  });

  test('G1 a filtered answer and a refusal are refused, an answer cut by its length says so', async () => {
    const incomplete = (reason: string) =>
      responsesEvents(['I'], { type: 'response.incomplete', status: 'incomplete', incomplete_details: { reason } });
    expect(endOf(await told(incomplete('content_filter'))).reason).toBe('refused');
    expect(endOf(await told(incomplete('max_output_tokens'))).reason).toBe('length');
    const refusal = { type: 'response.refusal.delta', output_index: 0, content_index: 0, delta: 'I will not.' };
    const refused = await told([refusal, ...responsesEvents([])]);
    expect(endOf(refused).reason).toBe('refused');
    expect(textOf(refused)).toBe('I will not.');
  });

  test('G1 several parts of an answer are told as paragraphs', async () => {
    const part = (output_index: number, delta: string) => ({
      type: 'response.output_text.delta',
      output_index,
      content_index: 0,
      delta,
    });
    const events = await told([part(0, 'One '), part(0, 'part.'), part(2, 'Two.'), responsesEvents([]).at(-1)]);
    expect(textOf(events)).toBe('One part.\n\nTwo.');
  });

  test('G6 usage is the provider’s: cached, written to the cache, and thought', async () => {
    const usage = {
      input_tokens: 120,
      input_tokens_details: { cached_tokens: 64, cache_write_tokens: 32 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 5 },
    };
    const end = endOf(await told(responsesEvents(['ok'], { usage })));
    expect(end).toEqual({
      reason: 'stop',
      usage: { model: 'served-model', inputTokens: 120, cachedTokens: 64, outputTokens: 9 },
      cacheWriteTokens: 32,
      reasoningTokens: 5,
    });
  });

  test.for([
    ['rate_limit_exceeded', 'rate'],
    ['server_error', 'server'],
    ['invalid_prompt', 'request'],
  ] as const)(
    'G1 a response that failed with %s is %s, also when it had spoken, and no word of it is told',
    async ([code, failure]) => {
      const error = { code, message: `the key ${KEY} and the words of Ana` };
      for (const last of [
        { type: 'response.failed', status: 'failed', error },
        { type: 'error', ...error },
      ]) {
        const events = await told(
          responsesEvents(['partial'], last).map((event) => (event['type'] === 'error' ? last : event)),
        );
        const end = endOf(events);
        expect(end).toMatchObject({ reason: 'failed', class: failure, detail: code });
        expect(textOf(events)).toBe('partial');
        expect(JSON.stringify(end)).not.toMatch(/canary|Ana/u);
      }
    },
  );

  test('G1 what is no event, an event of another shape, and a stream that ends early are failures', async () => {
    for (const last of ['{"not json', 'null', { type: 'response.completed' }, null]) {
      const events = await told([...responsesEvents(['partial']).slice(0, -1), ...(last === null ? [] : [last])]);
      expect(endOf(events).reason).toBe('failed');
      expect(textOf(events)).toBe('partial');
    }
  });

  test('G1 what breaks after the last event costs nothing, and what follows it is not read', async () => {
    const events = await played(({ send, response }) => {
      [...responsesEvents(['done']), ...responsesEvents([' more'])].forEach(send);
      response.socket?.end();
    });
    expect(endOf(events).reason).toBe('stop');
    expect(textOf(events)).toBe('done');
  });
});
