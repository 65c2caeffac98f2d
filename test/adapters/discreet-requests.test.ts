import { hostClock } from '@parley/server/adapters/host/system';
import { chatRequest } from '@parley/server/adapters/model/chat-request';
import { openAiModel, type Api, type OpenAiOptions } from '@parley/server/adapters/model/model-openai';
import { responsesRequest } from '@parley/server/adapters/model/responses-request';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { UnknownFields } from '@parley/server/adapters/model/unknown-fields';
import type { ModelMessage } from '@parley/server/ports/model';
import { afterEach, describe, expect, test } from 'vitest';
import { endOf, eventsOf, REQUEST } from '../contracts/model.ts';
import { user } from '../contracts/journal-samples.ts';
import { RecordingLog } from '../kit/log.ts';
import { REF } from '../kit/room-ref.ts';
import { chunk, responsesEvents, sseServer, type SseServer } from '../kit/sse-server.ts';

const WIRE = { baseURL: 'https://models.test/v1', model: 'any' };
const ASKED = { ...REQUEST, caller: { ...REF, user: user('ana') } };
const APIS = ['chat', 'responses'] as const;
const bodyOf = (api: Api, to: object, request = ASKED): Record<string, unknown> => ({
  ...(api === 'chat' ? chatRequest({ ...WIRE, ...to }, request) : responsesRequest({ ...WIRE, ...to }, request)),
});

const servers: SseServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

/** A server that refuses some fields in its own words, one after another, and a model of it. */
async function strict(api: Api, refusal: (field: string) => object, unknown: readonly string[], status = 400) {
  const server = await sseServer();
  servers.push(server);
  const bodies: Record<string, unknown>[] = [];
  void (async () => {
    for (;;) {
      const { body, response, send } = await server.next();
      bodies.push(body);
      const field = unknown.find((each) => each in body);
      if (field !== undefined) {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(refusal(field)));
        continue;
      }
      for (const event of api === 'chat' ? [chunk({ content: 'ok' }, 'stop'), '[DONE]'] : responsesEvents(['ok']))
        send(event);
      response.end();
    }
  })();
  const log = new RecordingLog();
  const options: OpenAiOptions = {
    ...{ api, baseURL: server.baseURL, apiKey: 'k', model: 'm', tokenizer: o200kTokenizer(), clock: hostClock },
    unknown: new UnknownFields({ provider: 'p', model: 'm' }, log),
    pseudonym: () => 'a-pseudonym',
  };
  return { model: openAiModel(options), options, bodies, log };
}

const openAis = (field: string) => ({
  error: {
    message: `Unknown parameter: '${field}'.`,
    type: 'invalid_request_error',
    param: field,
    code: 'unknown_parameter',
  },
});
const extra = (field: string) => [{ type: 'extra_forbidden', loc: ['body', field], msg: 'Extra inputs', input: false }];
/** How servers say it, as they were seen to. */
const REFUSALS: Readonly<Record<string, (field: string) => object>> = {
  OpenAI: openAis,
  'OpenAI, older': (field) => ({
    error: { message: `Unrecognized request argument supplied: ${field}`, param: null, code: null },
  }),
  'a gateway': (field) => ({ detail: `Unsupported parameter: ${field}` }),
  NVIDIA: (field) => ({ title: 'Bad Request', detail: `Validation: Unsupported parameter(s): \`${field}\`` }),
  Groq: (field) => ({ error: { message: `property '${field}' is unsupported` } }),
  Mistral: (field) => ({ object: 'error', message: { detail: extra(field) }, param: null, code: null }),
  FastAPI: (field) => ({ detail: extra(field) }),
  Gemini: (field) => ({
    error: { code: 400, message: `Invalid JSON payload received. Unknown name "${field}": Cannot find field.` },
  }),
};

describe.each(APIS)('R10 the %s wire', (api) => {
  test('R10 A80 a person is named by a pseudonym, nobody where nobody asks, and the salt is sent where it is known', () => {
    const told: unknown[][] = [];
    const pseudonym = (...who: unknown[]) => {
      told.push(who);
      return 'a-pseudonym';
    };
    expect(bodyOf(api, { pseudonym })).toMatchObject({ store: false, safety_identifier: 'a-pseudonym' });
    expect(told).toEqual([[REF.tenant, 'ana']]);
    expect(bodyOf(api, { pseudonym, cacheSalt: true })).toMatchObject({ cache_salt: REQUEST.cacheKey });
    expect(JSON.stringify(bodyOf(api, { pseudonym, cacheSalt: true }))).not.toMatch(/ana|acme|lobby/u);
    for (const [to, request] of [
      [{ pseudonym }, { ...ASKED, caller: null }],
      [{ pseudonym }, { ...ASKED, caller: REF }],
      [{ pseudonym: () => null }, ASKED],
      [{}, ASKED],
    ] as const)
      expect(Object.keys(bodyOf(api, to, request as typeof ASKED))).not.toContain('safety_identifier');
    expect(Object.keys(bodyOf(api, { pseudonym }))).not.toContain('cache_salt');
  });

  test.for(Object.keys(REFUSALS))(
    'R10 a field that is refused in the words of %s is left out, once asked and then always',
    async (name) => {
      const fields = ['prompt_cache_key', 'safety_identifier'];
      const status = name === 'Mistral' || name === 'FastAPI' ? 422 : 400;
      const { model, options, bodies, log } = await strict(api, REFUSALS[name] ?? openAis, fields, status);
      expect(endOf(await eventsOf(model, undefined, ASKED)).reason).toBe('stop');
      expect(bodies.map((body) => fields.filter((field) => field in body).length)).toEqual([2, 1, 0]);
      // Also with another key: it is the target that does not know them.
      expect(endOf(await eventsOf(openAiModel({ ...options, apiKey: 'other' }), undefined, ASKED)).reason).toBe('stop');
      expect(bodies).toHaveLength(4);
      expect(bodies.every(({ store }) => store === false)).toBe(true);
      expect(log.lines.map(({ level, fields: said }) => [level, said['field']])).toEqual([
        ['info', 'prompt_cache_key'],
        ['info', 'safety_identifier'],
      ]);
    },
  );

  test('R10 what a refusal says of anything else changes nothing, whoever wrote its words', async () => {
    const said = [
      { error: { message: 'The words "Unknown parameter: \'store\'" are not allowed', param: 'messages' } },
      { error: { message: "Invalid value: 'x'. Unknown parameter: 'prompt_cache_key'", code: 'invalid_value' } },
      { error: { message: 'no', param: 'prompt_cache_key', code: 'invalid_value' } },
      { error: { message: "Unknown parameter: 'messages'.", param: 'messages', code: 'unknown_parameter' } },
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'messages', 0, 'store'] }] },
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'prompt_cache_key', 0] }] },
      { detail: 7, message: null },
    ];
    for (const each of said) {
      const { model, bodies, log } = await strict(api, () => each, ['model']);
      expect(endOf(await eventsOf(model, undefined, ASKED))).toMatchObject({ reason: 'failed', class: 'request' });
      expect([bodies.length, log.lines]).toEqual([1, []]);
    }
    const { model, bodies } = await strict(api, openAis, ['prompt_cache_key'], 500);
    expect(endOf(await eventsOf(model, undefined, ASKED))).toMatchObject({ class: 'server' });
    expect(bodies).toHaveLength(1);
  });

  test('C5 breakpoints stand where a target declares them: behind the system text and the newest messages of people', () => {
    const messages: ModelMessage[] = [
      { role: 'system', content: 'rules' },
      ...[1, 2, 3, 4].flatMap((n): ModelMessage[] => [
        { role: 'user', content: `u${n}` },
        { role: 'assistant', content: `a${n}` },
      ]),
      { role: 'user', content: 'prompt' },
    ];
    const marked = (breakpoints: OpenAiOptions['breakpoints']) => {
      const body = bodyOf(api, { breakpoints }, { ...ASKED, messages });
      const sent = (api === 'chat' ? body['messages'] : body['input']) as { content: unknown }[];
      return sent.flatMap(({ content }) => (Array.isArray(content) ? (content as Record<string, unknown>[]) : []));
    };
    const type = api === 'chat' ? 'text' : 'input_text';
    const mark = { cache_control: { type: 'ephemeral' } };
    expect(marked('cache_control')).toEqual(['rules', 'u3', 'u4', 'prompt'].map((text) => ({ type, text, ...mark })));
    expect(marked('prompt_cache_breakpoint')[0]).toEqual({
      ...{ type, text: 'rules' },
      prompt_cache_breakpoint: { mode: 'explicit' },
    });
    expect(marked(undefined)).toEqual([]);
  });
});

test('R10 chat: a server that cannot be told to keep nothing is used, and a person has to look', async () => {
  const { model, bodies, log } = await strict('chat', openAis, ['store']);
  expect(endOf(await eventsOf(model, undefined, ASKED)).reason).toBe('stop');
  expect(bodies).toHaveLength(2);
  expect(log.lines).toEqual([{ level: 'error', event: 'model.store-unsaid', fields: { provider: 'p', model: 'm' } }]);
});

test('R10 Responses: a server that cannot be told to keep nothing is not used, for there it would keep it', async () => {
  const { model, bodies } = await strict('responses', openAis, ['store']);
  expect(endOf(await eventsOf(model, undefined, ASKED))).toMatchObject({ reason: 'failed', class: 'request' });
  expect(bodies).toHaveLength(1);
});
