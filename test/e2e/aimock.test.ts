import { LLMock, type ChaosConfig, type FixtureOpts } from '@copilotkit/aimock';
import type { TurnView } from '@parley/shared/entry';
import type * as z from 'zod';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RealServer, type RestPerson } from '../kit/server.ts';
import { chunk, sseServer } from '../kit/sse-server.ts';

const mock = new LLMock({ port: 0 });
let server: RealServer;
let ana: RestPerson;
let prompts = 0;

beforeAll(async () => {
  await mock.start();
  server = await RealServer.start({ env: { OPENAI_BASE_URL: `${mock.url}/v1`, PARLEY_LOG: 'error' } });
  ana = await server.person('ana', 'Ana');
  await ana.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
});
afterEach(() => {
  mock.clearFixtures();
  mock.clearChaos();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await mock.stop();
  expect(server.program.output).not.toContain('"level":"error"');
});

function answers(content: string, opts: FixtureOpts = {}): void {
  mock.onMessage(/./su, { content }, opts);
}

/** A prompt, and its turn once that is over. */
async function outcomeOf(text: string): Promise<z.infer<typeof TurnView>> {
  const { turn } = await ana.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', { id: `p-${++prompts}`, text });
  return ana.must('GET', `/v1/rooms/den/turns/${turn}?wait=30`);
}

async function lastText(): Promise<string> {
  const { items } = await ana.must<{ items: { text: string }[] }>(
    'GET',
    '/v1/rooms/den/transcript?before=1000000&limit=1',
  );
  return items[0]?.text ?? '';
}

/** Names and values of a server-sent event stream, until the turn has ended. */
async function eventsOf(path: string): Promise<{ name: string; data: Record<string, unknown> }[]> {
  const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${ana.token}` } });
  const events: { name: string; data: Record<string, unknown> }[] = [];
  for (const block of (await response.text()).split('\n\n')) {
    const name = /^event: (.+)$/mu.exec(block)?.[1];
    const data = /^data: (.+)$/mu.exec(block)?.[1];
    if (name !== undefined && data !== undefined)
      events.push({ name, data: JSON.parse(data) as Record<string, unknown> });
  }
  return events;
}

test('G1 an answer of an independent model server streams to the end, and its pieces are the whole', async () => {
  const whole = 'Rooms are shared, and so is what the AI says in them. '.repeat(20).trim();
  answers(whole, { chunkSize: 12, latency: 5 });
  const { turn } = await ana.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', {
    id: 'streamed',
    text: 'What is a room?',
  });
  const events = await eventsOf(`/v1/rooms/den/turns/${turn}/events`);
  const pieces = events.filter(({ name }) => name === 'delta').map(({ data }) => data['text']);
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join('')).toBe(whole);
  expect(events.at(-1)).toMatchObject({ name: 'ended', data: { outcome: 'completed' } });
  expect(await lastText()).toBe(whole);
});

const SWITCHES: readonly (readonly [string, ChaosConfig, RegExp])[] = [
  ['answers 500', { dropRate: 1 }, /failed/u],
  ['answers what is not JSON', { malformedRate: 1 }, /./u],
  ['hangs up', { disconnectRate: 1 }, /reached|failed/u],
  ['says that it is too busy', { rateLimitRate: 1 }, /busy/u],
];
test.each(SWITCHES)(
  'T3 T14 a model server that %s ends the turn with a reason, and the next turn is answered',
  async (_name, chaos, reason) => {
    answers('never said');
    mock.setChaos(chaos);
    const turn = await outcomeOf('anything');
    expect(turn).toMatchObject({ state: 'ended', outcome: 'failed', reason: expect.stringMatching(reason) });
    expect(turn.answerEntry).toBeDefined();
    mock.clearChaos();
    expect(await outcomeOf('once more')).toMatchObject({ outcome: 'completed' });
  },
);

test('T34 a stream that is cut keeps what came and says so', async () => {
  const whole = 'one two three four five six';
  answers(whole, { chunkSize: 4, truncateAfterChunks: 4, latency: 50 });
  expect(await outcomeOf('count')).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/./u) });
  // How much of it got out before the connection broke is the network's business.
  const text = await lastText();
  expect(whole.startsWith(text) && text !== '' && text !== whole, text).toBe(true);
});

test('a slow model server is waited for', async () => {
  answers('late but whole');
  mock.setChaos({ latencyMs: 1_500 });
  expect(await outcomeOf('patience')).toMatchObject({ outcome: 'completed' });
  expect(await lastText()).toBe('late but whole');
});

test('T33 stop closes the request at the provider', async () => {
  await using provider = await sseServer();
  await using other = await RealServer.start({ env: { OPENAI_BASE_URL: provider.baseURL } });
  const ben = await other.person('ben');
  await ben.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
  const { turn } = await ben.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', { id: 'p', text: 'for ever' });
  const running = await provider.next();
  running.send(chunk({ content: 'and ' }));
  await ben.must('POST', `/v1/rooms/den/turns/${turn}/stop`);
  await running.closed;
  expect(await ben.must('GET', `/v1/rooms/den/turns/${turn}?wait=30`)).toMatchObject({
    outcome: 'cancelled',
    by: 'ben',
  });
});
