import { hostDigest } from '@parley/server/adapters/host/system';
import { MemoryKeyPolicies } from '@parley/server/adapters/store/key-policies-memory';
import { MemoryVault } from '@parley/server/adapters/store/vault-memory';
import { readConfig } from '@parley/server/config';
import { openModels } from '@parley/server/models';
import { afterEach, expect, test } from 'vitest';
import { endOf, eventsOf, REQUEST } from '../contracts/model.ts';
import { user } from '../contracts/journal-samples.ts';
import { TestClock } from '../kit/clock.ts';
import { RecordingLog } from '../kit/log.ts';
import { REF } from '../kit/room-ref.ts';
import { settled } from '../kit/room-world.ts';
import { chunk, responsesEvents, sseServer, type Exchange, type SseServer } from '../kit/sse-server.ts';

const POLICY = { region: 'here', retention: 'none', tools: true };
const servers: SseServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

/** Two models over the same two providers, as the configuration says them. */
async function opened(more: object = {}) {
  const [gateway, direct] = [await sseServer(), await sseServer()];
  servers.push(gateway, direct);
  const targets = [
    { baseUrl: gateway.baseURL, model: 'm', policy: POLICY, ...more },
    { baseUrl: direct.baseURL, model: 'm', api: 'responses', policy: POLICY, ...more },
  ];
  const PARLEY_MODELS = JSON.stringify(['Large', 'Small'].map((name) => ({ name, targets })));
  const read = readConfig({ PARLEY_MODELS });
  if (!read.ok) throw new Error(read.problems.join());
  const clock = new TestClock();
  const log = new RecordingLog();
  const models = await openModels(read.config, {
    ...{ clock, log, tokenizer: { count: (text) => text.length }, digest: hostDigest, random: () => 0.5 },
    ...{ vault: new MemoryVault(), keyPolicies: new MemoryKeyPolicies() },
    pseudonym: (tenant, person) => `hash of ${tenant.id.length + person.length}`,
  });
  return { ...models, gateway, direct, clock, log };
}

function finish({ send, response }: Exchange, events: readonly unknown[]): void {
  events.forEach(send);
  response.end();
}

test('G4 stand-ins alone are called by the clock, with nobody’s words, and what works is said', async () => {
  const { gateway, direct, clock, log } = await opened();
  const asked: Exchange[] = [];
  void gateway.next().then((exchange) => asked.push(exchange));
  clock.advance(60_000);
  const exchange = await direct.next();
  expect(exchange.body).toMatchObject({
    input: [{ role: 'user', content: 'Answer with the word ready.' }],
    max_output_tokens: 16,
    store: false,
  });
  expect(Object.keys(exchange.body)).not.toContain('safety_identifier');
  finish(exchange, responsesEvents(['ready']));
  while (log.lines.length === 0) await settled();
  expect(log.lines.map(({ event }) => event)).toEqual(['model.standby-works']);
  expect(asked).toEqual([]);
});

test('G5 a key can be for each provider that is named, once, whatever it may answer as', async () => {
  const { keys, gateway, direct } = await opened();
  const hosts = [gateway, direct].map(({ baseURL }) => new URL(baseURL).host);
  expect([...keys.providers]).toEqual(hosts.map((host) => [host, ['Large', 'Small']]));
});

test('G5 G6 R10 what a target declares is in its calls, with whichever key', async () => {
  const price = { input: 1, output: 2 };
  const { model, keys, gateway } = await opened({ price, cacheSalt: true, breakpoints: 'cache_control' });
  const ana = user('ana');
  await keys.put(REF.tenant, ana, new URL(gateway.baseURL).host, 'anas-own-key');
  const reading = eventsOf(model, undefined, { ...REQUEST, caller: { ...REF, user: ana } });
  const exchange = await gateway.next();
  expect(exchange.authorization).toBe('Bearer anas-own-key');
  expect(exchange.body).toMatchObject({ cache_salt: REQUEST.cacheKey, safety_identifier: 'hash of 7' });
  expect(JSON.stringify(exchange.body)).toContain('"cache_control":{"type":"ephemeral"}');
  finish(exchange, [chunk({ content: 'ok' }, 'stop'), '[DONE]']);
  const events = await reading;
  expect(endOf(events).reason).toBe('stop');
  expect(events.at(-1)).toMatchObject({ from: { keyOf: 'speaker', price } });
});

test('G6 G9 batches are for who says so, at a price of their own where one is named, and never at that of a call', async () => {
  const price = { input: 2, output: 8 };
  const at = async (batch: unknown) => (await opened({ price, batch })).model.batches?.for(REF);
  expect(await at(false)).toBeUndefined();
  expect((await at(true))?.provider).not.toHaveProperty('price');
  expect((await at({ input: 1, output: 4 }))?.provider).toMatchObject({ price: { input: 1, output: 4 } });
});

test('C17 what is said of a cache is known of the model, and with nothing said it has to be seen', async () => {
  const told = (await opened({ cacheSeconds: 3_600 })).model;
  expect(told.cachingOf?.('Small')).toEqual({ lifetimeMs: 3_600_000, leastTokens: 1_024, isDeclared: true });
  expect((await opened({ cacheSeconds: 0 })).model.cachingOf?.('Large')).toMatchObject({ lifetimeMs: 0 });
  expect((await opened()).model.cachingOf?.('Large')).toBeUndefined();
});

test('C17 where a wire takes no fewer than sixteen tokens of output, a warm-up asks for sixteen', async () => {
  const { model, gateway, direct } = await opened();
  const one = { ...REQUEST, maxOutputTokens: 1 };
  const reading = eventsOf(model, undefined, one);
  const refused = await gateway.next();
  expect(refused.body).toMatchObject({ max_tokens: 1 });
  refused.response.statusCode = 401;
  refused.response.end();
  const exchange = await direct.next();
  expect(exchange.body).toMatchObject({ max_output_tokens: 16 });
  finish(exchange, responsesEvents(['ready']));
  await reading;
});

test('G5 a target that may not be asked for tools is not, with whichever key', async () => {
  const { model, keys, gateway } = await opened({ policy: { ...POLICY, tools: false } });
  const tools = [{ name: 'mail__send', description: '', parameters: {} }];
  await keys.put(REF.tenant, null, new URL(gateway.baseURL).host, 'acmes-own-key');
  const reading = eventsOf(model, undefined, { ...REQUEST, tools, allowedTools: ['mail__send'] });
  const exchange = await gateway.next();
  expect(exchange.authorization).toBe('Bearer acmes-own-key');
  expect(Object.keys(exchange.body)).not.toContain('tools');
  finish(exchange, [chunk({ content: 'ok' }, 'stop'), '[DONE]']);
  await reading;
});
