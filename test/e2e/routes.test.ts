import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RealServer, type RestPerson } from '../kit/server.ts';

const POLICY = { region: 'here', retention: 'none', tools: true };
const gateway = new LLMock({ port: 0 });
const direct = new LLMock({ port: 0 });
let server: RealServer;
let ana: RestPerson;
let prompts = 0;

beforeAll(async () => {
  await Promise.all([gateway.start(), direct.start()]);
  const targets = [gateway, direct].map(({ url }, index) => ({
    baseUrl: `${url}/v1`,
    model: `m-${index}`,
    // The stand-in speaks the other wire.
    api: index === 0 ? 'chat' : 'responses',
    keyEnv: 'MODEL_KEY',
    policy: POLICY,
  }));
  const models = JSON.stringify([{ name: 'The model', targets }]);
  server = await RealServer.start({ env: { PARLEY_MODELS: models, MODEL_KEY: 'sk-canary-77', PARLEY_LOG: 'debug' } });
  ana = await server.person('ana', 'Ana');
  await ana.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
});
beforeEach(() => {
  for (const mock of [gateway, direct]) {
    mock.clearFixtures();
    mock.clearChaos();
    mock.clearRequests();
  }
  direct.onMessage(/./su, { content: 'the direct route says this' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  expect(server.program.output).not.toContain('"level":"error"');
  expect(server.program.output).not.toContain('canary');
  await Promise.allSettled([gateway.stop(), direct.stop()]);
});

async function answer(): Promise<{ outcome: string; text: string }> {
  const text = `question ${++prompts}`;
  const { turn } = await ana.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', { id: `p-${prompts}`, text });
  return ana.must('GET', `/v1/rooms/den/turns/${turn}?wait=30`);
}

test('G2 people see the name of the model, and its first target answers', async () => {
  gateway.onMessage(/./su, { content: 'the gateway says this' });
  expect(server.program.output).toContain('"model":"The model"');
  expect(await answer()).toMatchObject({ outcome: 'completed', text: 'the gateway says this' });
  expect(direct.getRequests()).toHaveLength(0);
});

test('G2 a stream that the gateway cuts is answered whole by the direct route', async () => {
  gateway.onMessage(/./su, { content: 'a b c d e f g h i j' }, { chunkSize: 2, truncateAfterChunks: 3, latency: 20 });
  expect(await answer()).toMatchObject({ outcome: 'completed', text: 'the direct route says this' });
});

test('G2 a gateway that is too busy is left alone, and the direct route answers', async () => {
  gateway.onMessage(/./su, { content: 'never' });
  gateway.setChaos({ rateLimitRate: 1 });
  for (let n = 0; n < 3; n += 1) expect(await answer()).toMatchObject({ text: 'the direct route says this' });
  expect(gateway.getRequests().length).toBeLessThanOrEqual(1);
});

test('G4 the gateway is gone: the direct route answers every turn', async () => {
  await gateway.stop();
  for (let n = 0; n < 8; n += 1)
    expect(await answer()).toMatchObject({ outcome: 'completed', text: 'the direct route says this' });
});
