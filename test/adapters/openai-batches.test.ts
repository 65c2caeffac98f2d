import { LLMock } from '@copilotkit/aimock';
import { batchResults } from '@parley/server/adapters/model/batch-lines';
import { OpenAiBatches } from '@parley/server/adapters/model/openai-batches';
import { must } from '@parley/shared/assert';
import { afterAll, beforeAll, expect, test } from 'vitest';

const never = new AbortController().signal;
const mock = new LLMock({ port: 0 });
let batches: OpenAiBatches;
beforeAll(async () => {
  await mock.start();
  batches = new OpenAiBatches({ baseURL: `${mock.url}/v1`, model: 'm', apiKey: 'k' });
});
afterAll(() => mock.stop());

function question(operation: string) {
  const messages = [{ role: 'user', content: `words of ${operation}` }] as const;
  return { operation, request: { messages, maxOutputTokens: 9, cacheKey: 'c' } };
}

test('G9 an independent provider takes a batch, is asked for it by its label, and gives each answer under its operation', async () => {
  const submitted = await batches.submit('b_one', [question('op_1'), question('op_2')], never);
  if (submitted.kind !== 'submitted') throw new Error(submitted.class);
  const { batch } = submitted;
  expect(await batches.find('b_one', never)).toEqual({ kind: 'found', batch });
  expect(await batches.find('b_other', never)).toEqual({ kind: 'found', batch: null });
  expect(await batches.collect(batch, never)).toEqual({ kind: 'running' });
  const ended = await batches.collect(batch, never);
  const answers = ended.kind === 'ended' ? ended.results : [];
  expect(answers.map(({ operation, kind }) => `${operation} ${kind}`).toSorted()).toEqual([
    'op_1 answer',
    'op_2 answer',
  ]);
  expect(answers[0]).toMatchObject({
    text: 'Mock batch completion',
    usage: { model: 'm', inputTokens: 1, outputTokens: 1 },
  });
});

test('G9 R10 what the provider keeps of a batch is taken away once it was collected', async () => {
  const submitted = await batches.submit('b_two', [question('op_3')], never);
  const { batch } = must(submitted.kind === 'submitted' ? submitted : null, 'a batch');
  await batches.collect(batch, never);
  await batches.collect(batch, never);
  const files = async () => {
    const answer = await fetch(`${mock.url}/v1/files`, { headers: { authorization: 'Bearer k' } });
    return ((await answer.json()) as { data: unknown[] }).data.length;
  };
  const before = await files();
  expect(await batches.forget(batch, never)).toBe(true);
  expect(await files()).toBe(before - 2);
  expect(await batches.forget('batch_none', never)).toBe(false);
});

test('G9 G1 a provider that is not there, or says no, is a failure of its kind and never an exception', async () => {
  const nowhere = new OpenAiBatches({ baseURL: 'http://127.0.0.1:9/v1', model: 'm', apiKey: 'k' });
  expect(await nowhere.submit('b', [question('op')], never)).toMatchObject({ kind: 'failed', class: 'network' });
  expect(await nowhere.find('b', never)).toMatchObject({ kind: 'failed' });
  expect(await batches.collect('batch_none', never)).toEqual({ kind: 'failed', class: 'request' });
});

test('G9 lines that nobody can read, errors and doubles are told apart, and no provider’s words are repeated', () => {
  const body = { model: 'm', choices: [{ finish_reason: 'stop', message: { content: 'yes' } }], usage: null };
  const lines = [
    'not json',
    '{"custom_id": 7}',
    JSON.stringify({ custom_id: 'a', response: { status_code: 200, body } }),
    JSON.stringify({ custom_id: 'a', response: { status_code: 200, body: { ...body, model: 'second' } } }),
    JSON.stringify({ custom_id: 'b', response: { status_code: 400, body: { error: 'your words' } } }),
    JSON.stringify({ custom_id: 'c', response: null, error: { code: 'x', message: 'your words' } }),
    JSON.stringify({ custom_id: 'd', response: { status_code: 200, body: { choices: 'odd' } } }),
  ];
  const results = batchResults(lines.join('\n'));
  const found = new Map(results.map((result) => [result.operation, result]));
  expect([...found.keys()].toSorted()).toEqual(['a', 'b', 'c', 'd']);
  expect(found.get('a')).toMatchObject({ kind: 'answer', text: 'yes', usage: { model: 'm', inputTokens: 0 } });
  expect(found.get('b')).toEqual({ operation: 'b', kind: 'failed', class: 'batch 400' });
  expect(found.get('c')).toEqual({ operation: 'c', kind: 'failed', class: 'batch' });
  expect(found.get('d')).toMatchObject({ kind: 'failed' });
  expect(JSON.stringify(results)).not.toContain('your words');
});
