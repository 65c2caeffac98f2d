import { setImmediate as turn } from 'node:timers/promises';
import { LLMock, type FixtureOpts } from '@copilotkit/aimock';
import { openAiModel, type OpenAiOptions } from '@parley/server/adapters/model/model-openai';
import { hostClock } from '@parley/server/adapters/host/system';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { UnknownFields } from '@parley/server/adapters/model/unknown-fields';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { endOf, eventsOf, modelContract, REQUEST, textOf, type ModelWorld } from '../contracts/model.ts';
import { TestClock } from '../kit/clock.ts';
import { RecordingLog } from '../kit/log.ts';
import { chunk, sseServer, type SseServer } from '../kit/sse-server.ts';

const tokenizer = o200kTokenizer();
const clock = hostClock;
const KEY = 'sk-canary-3f1b';
const mock = new LLMock({ port: 0 });

beforeAll(async () => {
  await mock.start();
});
afterAll(() => mock.stop());
const servers: SseServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
  mock.clearFixtures();
  mock.clearChaos();
  mock.clearRequests();
});

function openAi(baseURL: string, more: Partial<OpenAiOptions> = {}) {
  const unknown = new UnknownFields({ provider: 'p', model: 'asked-model' }, new RecordingLog());
  return openAiModel({ baseURL, apiKey: KEY, model: 'asked-model', tokenizer, clock, unknown, ...more });
}

function served(content: string, more: Record<string, unknown> = {}, opts: FixtureOpts = {}): ModelWorld {
  mock.onMessage(/./s, { content, ...more }, opts);
  return {
    model: openAi(`${mock.url}/v1`),
    sent: () => mock.getLastRequest()?.body ?? null,
    closed: () => Promise.resolve(),
  };
}

/** A provider that says one word and then nothing, and knows when its client went away: aimock does not tell. */
async function silent(): Promise<ModelWorld> {
  const server = await sseServer();
  servers.push(server);
  const asked = server.next();
  void asked.then(({ send }) => send(chunk({ content: 'word' })));
  return { model: openAi(server.baseURL), sent: () => null, closed: async () => (await asked).closed };
}

modelContract('openai against aimock', {
  answering: async () => served('Two people may speak at once.'),
  cut: async () => served('An answer that was', { finishReason: 'length' }),
  endless: silent,
});

test('G11 text behind the first is told in pieces as far apart as they are wanted', async () => {
  const provider = await sseServer();
  servers.push(provider);
  const still = new TestClock();
  const events = openAi(provider.baseURL, { clock: still })
    .stream({ ...REQUEST, pieceMs: 66 }, new AbortController().signal)
    [Symbol.asyncIterator]();
  await events.next();
  const first = events.next();
  const exchange = await provider.next();
  exchange.send(chunk({ content: 'a' }));
  expect((await first).value).toEqual({ type: 'text', text: 'a' });
  const second = events.next();
  exchange.send(chunk({ content: 'b' }));
  expect(still.pending.length).toBeGreaterThan(0);
  still.advance(66);
  exchange.send(chunk({ content: 'c' }));
  const early = await Promise.race([second.then(() => 'told'), quiet().then(() => 'held')]);
  expect(early).toBe('held');
  still.advance(1);
  expect((await second).value).toEqual({ type: 'text', text: 'bc' });
  await events.return?.();
});

/** Long enough for a connection on this machine to have said what it has to say. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await turn();
}

describe('G1 the openai adapter', () => {
  test('A46 A80 R10 the provider keeps nothing: store is false, nothing names a person, the cache key is the hash it was given', async () => {
    const { model, sent } = served('ok');
    await eventsOf(model);
    expect(sent()).toMatchObject({
      store: false,
      prompt_cache_key: REQUEST.cacheKey,
      stream: true,
      max_tokens: REQUEST.maxOutputTokens,
    });
    const known = ['max_tokens', 'messages', 'model', 'prompt_cache_key', 'store', 'stream', 'stream_options'];
    expect(
      Object.keys(sent() ?? {})
        .filter((key) => !key.startsWith('_'))
        .toSorted(),
    ).toEqual(known);
    expect(sent()?.['messages']).toEqual(REQUEST.messages);
  });

  test('G1 usage is the provider’s', async () => {
    const usage = {
      prompt_tokens: 120,
      completion_tokens: 7,
      total_tokens: 127,
      prompt_tokens_details: { cached_tokens: 64 },
    };
    const { model } = served('counted', { usage, model: 'served-model' });
    const end = endOf(await eventsOf(model));
    expect(end).toMatchObject({ usage: { inputTokens: 120, outputTokens: 7, model: 'served-model' } });
  });

  test.for([
    [400, 'request'],
    [401, 'auth'],
    [403, 'auth'],
    [404, 'request'],
    [422, 'request'],
    [429, 'rate'],
    [500, 'server'],
    [503, 'server'],
  ] as const)('G1 status %i is %s, after one attempt', async ([status, failure]) => {
    const { model } = served('never');
    mock.nextRequestError(status, { message: `the key ${KEY} and the words of Ana`, code: 'a_code' });
    const end = endOf(await eventsOf(model));
    expect(end).toMatchObject({ reason: 'failed', class: failure });
    expect(mock.getRequests()).toHaveLength(1);
    expect(JSON.stringify(end)).not.toContain('canary');
    expect(JSON.stringify(end)).not.toContain('Ana');
  });

  test.for([
    [{ rateLimitRate: 1 }, ['rate']],
    [{ dropRate: 1 }, ['server', 'network']],
    [{ malformedRate: 1 }, ['server', 'network']],
    [{ disconnectRate: 1 }, ['network']],
  ] as const)('G1 chaos %o ends the call as %s', async ([chaos, failures]) => {
    const { model } = served('never');
    mock.setChaos(chaos);
    const end = endOf(await eventsOf(model));
    expect(end.reason === 'failed' ? failures : []).toContain(end.reason === 'failed' ? end.class : '');
  });

  test('G1 a stream cut at any chunk is a network failure that keeps the text so far', async () => {
    const words = 'one two three four five six';
    for (let after = 1; after < 6; after++) {
      mock.clearFixtures();
      const { model } = served(words, {}, { truncateAfterChunks: after, chunkSize: 4 });
      const events = await eventsOf(model);
      expect(endOf(events)).toMatchObject({ reason: 'failed', class: 'network' });
      expect(words.startsWith(textOf(events))).toBe(true);
    }
  });

  test('G1 nobody listens: a network failure', async () => {
    const { port } = new URL(mock.url);
    const end = endOf(await eventsOf(openAi(`http://127.0.0.1:${Number(port) === 1 ? 2 : 1}/v1`)));
    expect(end).toMatchObject({ reason: 'failed', class: 'network' });
  });
});
