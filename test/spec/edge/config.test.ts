import { readConfig } from '@parley/server/config';
import { describe, expect, test } from 'vitest';

function problemsOf(env: Record<string, string>): readonly string[] {
  const result = readConfig(env);
  return result.ok ? [] : result.problems;
}

const REAL = {
  PARLEY_JWT_SECRET: 's'.repeat(32),
  PARLEY_JWT_ISSUER: 'https://id.example',
  PARLEY_JWT_AUDIENCE: 'parley',
};

describe('configuration', () => {
  test('W30 nothing set is development mode on this machine with the embedded store', () => {
    const result = readConfig({ HOME: '/root' });
    expect(result).toEqual({
      ok: true,
      config: {
        host: '127.0.0.1',
        port: 8787,
        data: './data',
        masterKeys: [],
        auth: { kind: 'development' },
        origins: [],
        model: { baseUrl: undefined, apiKey: undefined, name: undefined },
        models: [],
        issuer: null,
        inviteUrl: null,
        toolHosts: [],
        openFga: null,
        logLevel: 'info',
      },
    });
  });

  test('A87 W29 hosts of tools are hosts as an address writes them', () => {
    const read = (PARLEY_TOOL_HOSTS: string) => readConfig({ PARLEY_TOOL_HOSTS });
    expect(read('Tools.internal, 10.0.0.7:8080,[fd00::1]')).toMatchObject({
      config: { toolHosts: ['tools.internal', '10.0.0.7:8080', '[fd00::1]'] },
    });
    for (const wrong of ['http://tools', '*', '*.internal', 'a/b', '10.0.0.0/8', '0x7f.1', 'a b', 'u@h', 'a:80'])
      expect(problemsOf({ PARLEY_TOOL_HOSTS: wrong }), wrong).toHaveLength(1);
  });

  test('W29 OpenFGA has an address and a store for each tenant, or neither', () => {
    const url = 'http://fga.internal:8080';
    const store = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
    expect(readConfig({ PARLEY_OPENFGA_URL: url, PARLEY_OPENFGA_STORES: `acme=${store}` })).toMatchObject({
      config: { openFga: { url, token: null, stores: { acme: store } } },
    });
    expect(problemsOf({ PARLEY_OPENFGA_URL: url })).toHaveLength(1);
    expect(problemsOf({ PARLEY_OPENFGA_STORES: `acme=${store}` })).toHaveLength(1);
    expect(problemsOf({ PARLEY_OPENFGA_URL: url, PARLEY_OPENFGA_STORES: 'acme=short' })).toHaveLength(1);
  });

  test('W29 by what address tools know this server is a base to which paths are added', () => {
    expect(readConfig({ PARLEY_ISSUER: 'https://parley.example' })).toMatchObject({
      config: { issuer: 'https://parley.example' },
    });
    for (const wrong of ['https://parley.example/', 'https://p.example/?a', 'parley.example'])
      expect(problemsOf({ PARLEY_ISSUER: wrong }), wrong).not.toEqual([]);
  });

  test('W29 R19 where invitations go on is an address to which their code is added', () => {
    const url = 'https://app.example/join?from=parley';
    expect(readConfig({ PARLEY_INVITE_URL: url })).toMatchObject({ config: { inviteUrl: url } });
    for (const wrong of ['https://app.example/#join', 'https://app.example/#', 'javascript:alert(1)', '/join'])
      expect(problemsOf({ PARLEY_INVITE_URL: wrong }), wrong).toHaveLength(1);
  });

  test('W29 what is read is frozen all the way down', () => {
    const result = readConfig({});
    if (!result.ok) throw new Error('expected a configuration');
    expect(Object.isFrozen(result.config)).toBe(true);
    expect(Object.isFrozen(result.config.auth)).toBe(true);
    expect(Object.isFrozen(result.config.origins)).toBe(true);
  });

  test('W29 every problem is reported at once and names its variable', () => {
    const problems = problemsOf({
      PARLEY_PORT: 'eighty',
      PARLEY_LOG: 'loud',
      PARLEY_HOSTNAME: 'x',
      PARLEY_REDIS_URL: 'redis://x',
      PARLEY_ORIGINS: 'https://a.example/path',
      OPENAI_BASE_URL: 'ftp://x',
      PARLEY_JWT_ISSUER: 'https://id.example',
    });
    const names = problems.map((problem) => problem.split(':')[0]);
    expect(new Set(names)).toEqual(
      new Set([
        'OPENAI_BASE_URL',
        'PARLEY_HOSTNAME',
        'PARLEY_JWT_ISSUER',
        'PARLEY_LOG',
        'PARLEY_ORIGINS',
        'PARLEY_PORT',
        'PARLEY_REDIS_URL',
      ]),
    );
  });

  test.each(['PARLEY_REDIS_URL', 'PARLEY_DATABASE_URL'])('W29 %s says that this version does not have it', (name) => {
    expect(problemsOf({ [name]: 'anything' })).toEqual([
      expect.stringMatching(new RegExp(`^${name}: .*not supported in this version`)),
    ]);
  });

  test('W30 development mode refuses any host but loopback', () => {
    expect(problemsOf({ PARLEY_HOST: '0.0.0.0' })).toEqual([expect.stringContaining('PARLEY_HOST')]);
    for (const host of ['127.0.0.1', '::1', 'localhost']) expect(problemsOf({ PARLEY_HOST: host })).toEqual([]);
    expect(problemsOf({ ...REAL, PARLEY_HOST: '0.0.0.0' })).toEqual([]);
  });

  test('W29 a short secret, a missing issuer or audience, and two sources of keys are refused', () => {
    expect(problemsOf({ ...REAL, PARLEY_JWT_SECRET: 'short' })).toEqual([
      expect.stringContaining('PARLEY_JWT_SECRET: must be at least 32 bytes'),
    ]);
    expect(problemsOf({ PARLEY_JWT_SECRET: REAL.PARLEY_JWT_SECRET })).toHaveLength(2);
    expect(problemsOf({ ...REAL, PARLEY_JWKS_URL: 'https://id.example/keys' })).toEqual([
      expect.stringContaining('not both'),
    ]);
  });

  test('W29 values, secrets above all, never appear in a problem', () => {
    const text = problemsOf({
      PARLEY_JWT_SECRET: 'hunter2',
      PARLEY_PORT: 'hunter2',
      OPENAI_BASE_URL: 'hunter2',
      PARLEY_ORIGINS: 'hunter2',
    }).join('\n');
    expect(text).not.toContain('hunter2');
  });

  test('W29 an empty variable counts as absent', () => {
    expect(problemsOf({ PARLEY_PORT: '', PARLEY_REDIS_URL: '' })).toEqual([]);
  });
});
