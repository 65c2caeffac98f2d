import { hostClock } from '@parley/server/adapters/host/system';
import { openAiModel, type Api } from '@parley/server/adapters/model/model-openai';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { UnknownFields } from '@parley/server/adapters/model/unknown-fields';
import type { Target } from '@parley/server/adapters/model/target-healths';
import { afterEach, describe, expect, test } from 'vitest';
import { REQUEST } from '../contracts/model.ts';
import { RecordingLog } from '../kit/log.ts';
import { played, PlayedTarget, RouteWorld } from '../kit/route-world.ts';
import { chunk, responsesEvents, sseServer, type Exchange, type SseServer } from '../kit/sse-server.ts';

/** What holds of every wire when its provider fails: through the real library, over a real connection, in a route. */
const tokenizer = o200kTokenizer();
const WORDS = ['One ', 'answer ', 'of ', 'seven ', 'words ', 'in ', 'all.'];
const servers: SseServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

/** A whole answer as each wire tells it, with a count that its provider made up. */
const EVENTS: Readonly<Record<Api, (usage?: unknown) => readonly unknown[]>> = {
  chat: (usage) => [...WORDS.map((content) => chunk({ content })), { ...chunk({}, 'stop'), usage }, '[DONE]'],
  responses: (usage) => responsesEvents(WORDS, { usage }),
};

/** A target whose provider does this with each call; `calls` counts them. */
async function target(api: Api, answer: (exchange: Exchange) => void | Promise<void>, idleMs = 30_000) {
  const server = await sseServer();
  servers.push(server);
  const seen = { calls: 0 };
  void (async () => {
    for (;;) {
      const exchange = await server.next();
      seen.calls += 1;
      await answer(exchange);
    }
  })();
  const unknown = new UnknownFields({ provider: 'p', model: 'm' }, new RecordingLog());
  const model = openAiModel({
    unknown,
    ...{ api, baseURL: server.baseURL, apiKey: 'k', model: 'm', tokenizer, clock: hostClock },
    ...{ firstTokenMs: idleMs, idleMs },
  });
  const called: Target = { provider: { provider: server.baseURL, model: 'm' }, key: 'k', model };
  return { called, seen };
}

function refusing(status: number) {
  return ({ response }: Exchange) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"code":"no"}}');
  };
}

const other = () => new PlayedTarget('other', () => ({ pieces: ['Another ', 'whole ', 'answer.'] }));

describe.each(['chat', 'responses'] as const)('G2 the %s wire', (api) => {
  test('G2 a stream cut behind every event is replaced as a whole by the stand-in', async () => {
    const events = EVENTS[api]();
    for (let cut = 0; cut < events.length; cut += 1) {
      const { called } = await target(api, ({ send, response }) => {
        events.slice(0, cut).forEach(send);
        // A head must have been sent for a body to break off.
        if (cut === 0) response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.socket?.end();
      });
      const { text, end } = await played(new RouteWorld().route(called, other()), REQUEST);
      expect(end.reason).toBe('stop');
      // Once the end itself came, nothing is missing.
      const ended = api === 'chat' && cut === events.length - 1;
      expect(text).toBe(ended ? WORDS.join('') : 'Another whole answer.');
    }
  });

  test('G3 a provider that answers 500 always loses no turn, and is left alone once it is known', async () => {
    const { called, seen } = await target(api, refusing(500));
    const route = new RouteWorld().route(called, other());
    for (let turn = 0; turn < 50; turn += 1) expect((await played(route, REQUEST)).text).toBe('Another whole answer.');
    expect(seen.calls).toBeLessThan(12);
  });

  test('G2 a storm of 429 reaches the provider once, and no turn is lost', async () => {
    const { called, seen } = await target(api, refusing(429));
    const route = new RouteWorld().route(called, other());
    for (let turn = 0; turn < 50; turn += 1) expect((await played(route, REQUEST)).text).toBe('Another whole answer.');
    expect(seen.calls).toBe(1);
  });

  test('G3 a provider that falls silent in the middle gives way', async () => {
    const { called } = await target(api, ({ send }) => EVENTS[api]().slice(0, 3).forEach(send), 60);
    const { text, events } = await played(new RouteWorld().route(called, other()), REQUEST);
    expect(text).toBe('Another whole answer.');
    expect(events.find(({ type }) => type === 'again')).toMatchObject({ failed: 'stall' });
  });

  test('G6 usage that cannot be is counted here and marked so; parts are no more than the whole', async () => {
    const told = async (input: unknown, output: unknown, cached: unknown, thought: unknown) => {
      const usage = {
        ...{ input_tokens: input, prompt_tokens: input, output_tokens: output, completion_tokens: output },
        ...{ input_tokens_details: { cached_tokens: cached, cache_write_tokens: cached } },
        ...{ prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: cached } },
        ...{ output_tokens_details: { reasoning_tokens: thought } },
        ...{ completion_tokens_details: { reasoning_tokens: thought } },
      };
      const { called } = await target(api, ({ send, response }) => {
        EVENTS[api](usage).forEach(send);
        response.end();
      });
      const { end } = await played(called.model, REQUEST);
      expect(end.reason).toBe('stop');
      return end;
    };
    const counted = {
      estimated: true,
      usage: {
        inputTokens: REQUEST.inputTokens,
        cachedTokens: 0,
        outputTokens: tokenizer.count(WORDS.join('')),
      },
    };
    for (const wrong of [-5, '7', null, undefined, Number.NaN, 1e300, 0, {}])
      expect(await told(wrong, wrong, wrong, wrong)).toMatchObject(counted);
    const end = await told(10, 4, 30, 9);
    expect(end).toMatchObject({ usage: { inputTokens: 10, cachedTokens: 10, outputTokens: 4 }, reasoningTokens: 4 });
    expect(end).toMatchObject({ cacheWriteTokens: 0 });
    expect(end).not.toHaveProperty('estimated');
  });
});
