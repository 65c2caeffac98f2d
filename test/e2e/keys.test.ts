import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RealServer, RestPerson } from '../kit/server.ts';
import { chunk } from '../kit/sse-server.ts';

const [SERVERS, ANAS, ACMES, BAD] = ['sk-server-1', 'sk-canary-ana', 'sk-canary-acme', 'sk-canary-bad'];
const USAGE = {
  ...{ prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 20 },
};
let provider: Server;
let host: string;
/** The key of each call, newest last. */
const called: string[] = [];
let server: RealServer;
let ana: RestPerson;
let ben: RestPerson;
let root: RestPerson;
let prompts = 0;

beforeAll(async () => {
  provider = createServer((request, response) => {
    const key = request.headers.authorization?.replace('Bearer ', '') ?? '';
    called.push(key);
    if (key === BAD) return response.writeHead(401).end(`{"error":{"code":"bad_key","message":"no such key ${key}"}}`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const each of [chunk({ content: 'an answer' }), { ...chunk({}, 'stop'), usage: USAGE }])
      response.write(`data: ${JSON.stringify(each)}\n\n`);
    return response.end('data: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const policy = { region: 'here', retention: 'none', tools: true };
  const price = { input: 2, cached: 0.5, cacheWrite: 2.5, output: 8 };
  const targets = [{ baseUrl: `http://${host}/v1`, model: 'm', keyEnv: 'MODEL_KEY', policy, price }];
  const PARLEY_MODELS = JSON.stringify([{ name: 'The model', targets }]);
  server = await RealServer.start({ env: { PARLEY_MODELS, MODEL_KEY: SERVERS ?? '', PARLEY_LOG: 'debug' } });
  const person = async (user: string, role: 'admin' | 'member') =>
    new RestPerson(server.url, user, await server.token(user, user, 'acme', role));
  [ana, ben, root] = [await person('ana', 'member'), await person('ben', 'member'), await person('root', 'admin')];
  await ana.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
  await ana.must('PUT', '/v1/rooms/den/members/ben', { role: 'speaker' });
});
beforeEach(() => {
  called.length = 0;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  expect(server.program.output).not.toMatch(/"level":"error"|sk-/u);
  provider.close();
});

async function answer(who: RestPerson): Promise<{ outcome: string; text: string; reason?: string }> {
  const { turn } = await who.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', {
    id: `p-${++prompts}`,
    text: `question ${prompts}`,
  });
  return who.must('GET', `/v1/rooms/den/turns/${turn}?wait=30`);
}
const bring = (who: RestPerson, scope: string, key: string | undefined) =>
  who.must('PUT', `/v1/keys/${scope}/${encodeURIComponent(host)}`, { key });
const take = (who: RestPerson, scope: string) => who.must('DELETE', `/v1/keys/${scope}/${encodeURIComponent(host)}`);

test('G5 in a room each turn is made with the key of whoever asked, else their tenant’s, else the server’s', async () => {
  expect(await ana.must('GET', '/v1/keys')).toMatchObject({ items: [{ provider: host, models: ['The model'] }] });
  await answer(ana);
  await bring(ana, 'me', ANAS);
  await answer(ana);
  await answer(ben);
  await bring(root, 'tenant', ACMES);
  await answer(ben);
  await answer(ana);
  expect(called).toEqual([SERVERS, ANAS, SERVERS, ACMES, ANAS]);
});

test('G6 what calls cost is added up by whose key they were made with', async () => {
  const usage = async () =>
    (await root.must<{ items: Record<string, unknown>[] }>('GET', '/v1/usage?by=key,model')).items;
  // 20 × 2 + 60 × 0.5 + 20 × 2.5 + 10 × 8
  const calls = (count: number) => ({ calls: count, cost: 200 * count, unpriced: 0, cacheWriteTokens: 20 * count });
  await expect.poll(usage).toMatchObject([
    { key: 'server', model: 'm', ...calls(2) },
    { key: 'speaker', ...calls(2) },
    { key: 'tenant', ...calls(1) },
  ]);
});

test('G5 a key that is refused fails the turn; its owner alone is told that it was theirs, and nobody else pays', async () => {
  await bring(ana, 'me', BAD);
  expect(await answer(ana)).toMatchObject({ outcome: 'failed', reason: 'The model server did not accept the key.' });
  expect(called).toEqual([BAD]);
  const mine = async () =>
    (await ana.must<{ items: { text: string }[] }>('GET', '/v1/rooms/den/transcript?lane=me')).items;
  await expect
    .poll(mine)
    .toMatchObject([{ text: `Your own key for ${host} was not accepted. Replace it or take it away.` }]);
  const room = JSON.stringify(await ben.must('GET', '/v1/rooms/den/transcript'));
  expect(room).not.toContain('own key');
  expect(await answer(ben)).toMatchObject({ outcome: 'completed' });
});

test('G5 where an admin allows it the next key answers, and its owner is told all the same', async () => {
  await root.must('PUT', '/v1/keys/policy', { personal: true, fallback: true });
  await bring(ana, 'me', `${BAD}`);
  expect(await answer(ana)).toMatchObject({ outcome: 'completed', text: 'an answer' });
  expect(called.at(-1)).toBe(ACMES);
  await root.must('PUT', '/v1/keys/policy', { personal: false, fallback: false });
  called.length = 0;
  await answer(ana);
  expect(called).toEqual([ACMES]);
});

test('G5 A80 no key is in anything that anybody reads, nor in a byte on the disk', async () => {
  const told = [
    ...(await Promise.all(
      ['/v1/rooms/den/transcript', '/v1/rooms/den/export', '/v1/usage', '/v1/audit', '/v1/keys'].map((path) =>
        ana.must('GET', path),
      ),
    )),
    await root.must('GET', '/v1/audit'),
    await root.must('GET', '/v1/keys'),
  ];
  expect(JSON.stringify(told)).not.toMatch(/sk-/u);
  expect(JSON.stringify(await root.must('GET', '/v1/audit?action=key.set'))).toContain(`me ${host}`);
  await take(ana, 'me');
  await take(root, 'tenant');
  await answer(ana);
  expect(called).toEqual([SERVERS]);
  const bytes = readdirSync(server.data).map((name) => readFileSync(join(server.data, name)));
  expect(bytes.length).toBeGreaterThan(0);
  for (const text of ['sk-canary', Buffer.from(ANAS ?? '').toString('base64')])
    expect(bytes.some((file) => file.includes(text))).toBe(false);
});
