import { readConfig } from '@parley/server/config';
import { expect, test } from 'vitest';

const POLICY = { region: 'eu', retention: 'none', tools: true };
const TARGET = { baseUrl: 'http://gateway:4000/v1', model: 'm', keyEnv: 'GATEWAY_KEY', policy: POLICY };

function read(models: unknown, env: Record<string, string> = { GATEWAY_KEY: 'hunter2' }) {
  return readConfig({ ...env, PARLEY_MODELS: typeof models === 'string' ? models : JSON.stringify(models) });
}
function problemsOf(...given: Parameters<typeof read>): readonly string[] {
  const result = read(...given);
  return result.ok ? [] : result.problems;
}

test('G2 W29 models have a name and targets in order, each with its key and its patience', () => {
  const direct = {
    baseUrl: 'https://api.example/v1',
    model: 'm-1',
    api: 'responses',
    price: { input: 2, output: 8.5 },
    cacheSalt: true,
    cacheSeconds: 3_600,
    breakpoints: 'cache_control',
    policy: POLICY,
    firstTokenSeconds: 5,
  };
  const plain = { api: 'chat', price: null, cacheSalt: false, breakpoints: null, cacheSeconds: null };
  expect(read([{ name: 'Large', targets: [TARGET, direct] }])).toMatchObject({
    ok: true,
    config: {
      models: [
        {
          name: 'Large',
          targets: [
            { ...TARGET, ...plain, apiKey: 'hunter2', firstTokenSeconds: 60, idleSeconds: 30 },
            { ...direct, keyEnv: null, apiKey: null, firstTokenSeconds: 5 },
          ],
        },
      ],
    },
  });
});

test('G3 a stand-in with another region, retention or tools is refused', () => {
  const other = (policy: object) => [
    { name: 'Large', targets: [TARGET, { ...TARGET, policy: { ...POLICY, ...policy } }] },
  ];
  expect(problemsOf(other({}))).toEqual([]);
  for (const [field, value] of Object.entries({ region: 'us', retention: '30 days', tools: false }))
    expect(problemsOf(other({ [field]: value }))).toEqual([
      `PARLEY_MODELS: [0].targets[1].policy.${field}: differs from the first target's, so it is no stand-in for it`,
    ]);
});

test('W29 every problem of the models is named with its place, all at once, and no value appears', () => {
  const problems = problemsOf(
    [
      { name: 'a', targets: [{ ...TARGET, baseUrl: 'hunter2', keyEnv: 'not a name' }] },
      { name: 'b', targets: [] },
      { targets: [{ ...TARGET, secret: 'hunter2' }] },
      { name: 'c', targets: [{ ...TARGET, price: { input: -1, output: 'hunter2' }, breakpoints: 'hunter2' }] },
      { name: 'd', targets: [{ ...TARGET, batch: { input: 'hunter2' } }] },
    ],
    { GATEWAY_KEY: 'hunter2', PARLEY_PORT: 'x' },
  );
  expect(problems.map((problem) => /^[A-Z_]+(: \[[^:]*)?/.exec(problem)?.[0])).toEqual(
    expect.arrayContaining([
      'PARLEY_PORT',
      'PARLEY_MODELS: [0].targets[0].baseUrl',
      'PARLEY_MODELS: [0].targets[0].keyEnv',
      'PARLEY_MODELS: [1].targets',
      'PARLEY_MODELS: [2].name',
      'PARLEY_MODELS: [3].targets[0].price.input',
      'PARLEY_MODELS: [3].targets[0].price.output',
      'PARLEY_MODELS: [3].targets[0].breakpoints',
      'PARLEY_MODELS: [4].targets[0].batch',
    ]),
  );
  expect(problems.join()).not.toContain('hunter2');
  expect(problemsOf('{"hunter2')).toEqual(['PARLEY_MODELS: must be JSON']);
  expect(problemsOf([])).toHaveLength(1);
});

test('W29 a key that is named and not set, a name given twice, and a second way to say the model are problems', () => {
  expect(problemsOf([{ name: 'a', targets: [TARGET] }], {})).toEqual([
    'PARLEY_MODELS: [0].targets[0].keyEnv: the variable that it names is not set',
  ]);
  const same = { name: 'a', targets: [TARGET] };
  expect(problemsOf([same, same])).toEqual(['PARLEY_MODELS: [1].name: another model has this name']);
  expect(problemsOf([same], { GATEWAY_KEY: 'k', PARLEY_MODEL: 'm', OPENAI_BASE_URL: 'http://m/v1' })).toEqual([
    'OPENAI_BASE_URL: has no effect beside PARLEY_MODELS',
    'PARLEY_MODEL: has no effect beside PARLEY_MODELS',
  ]);
});
