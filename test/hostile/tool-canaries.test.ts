import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApprovalView } from '@parley/shared/tools';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AskingProvider } from '../kit/asking-provider.ts';
import { DriveWorld } from '../kit/drive-world.ts';
import { Observer } from '../kit/observer.ts';
import type { RestPerson } from '../kit/server.ts';

/** What a tool gave Ana alone, what she asked it, what waits for her word, and what another room says. */
const RESULT = 'canary.result.aa01';
const ARGUMENT = 'canary.argument.bb02';
const WAITING = 'canary.waiting.cc03';
const NEXT_DOOR = 'canary.next.door.dd04';
const SHARED = 'canary.for.all.ee05';

let world: DriveWorld<AskingProvider>;
beforeAll(async () => {
  world = await DriveWorld.start(await AskingProvider.start());
  const { root } = world;
  world.drive.answer = () => ({
    items: [
      { text: RESULT, resource: 'doc:plan' },
      { text: SHARED, resource: 'doc:menu' },
    ],
  });
  await root.must('PUT', '/v1/resources/doc:plan', { readers: ['ana'] });
  await root.must('PUT', '/v1/resources/doc:menu', { readers: ['ana', 'bob'] });
  const functions = { find: { class: 'read', effect: 'read' }, send: { class: 'act', recipients: ['/to'] } };
  await world.register(functions, { q: { type: 'string' }, to: { type: 'string' } });
  for (const id of ['den', 'attic']) await world.room(id);
});
afterAll(() => world[Symbol.asyncDispose]());

const find = (q: string) => `look [drive__find {"q":"${q}"}]`;

test('A41 A42 A72 A82 A88 what tools gave, were asked and wait to be asked reaches whom it is for: no frame, route, prompt, log line, metric, audit line or file of others', async () => {
  const { ana, bob, provider, server } = world;
  const [annas, bobs] = [new Observer(server, ana), new Observer(server, bob)];
  for (const eyes of [annas, bobs]) await eyes.look('den');
  const turns = [
    await world.asked(ana, 'den', find(ARGUMENT), 'me'),
    // Bob reads along: the plan is taken out before the model sees it.
    await world.asked(ana, 'den', find('for both')),
    await world.asked(bob, 'den', 'what did she find?'),
    await world.asked(bob, 'den', 'and in private?', 'me'),
    await world.asked(bob, 'attic', NEXT_DOOR),
  ];
  const waits = await world.submitted(ana, 'den', `send it [drive__send {"to":"${WAITING}"}]`);
  const mine = async () => (await ana.must<{ items: ApprovalView[] }>('GET', '/v1/rooms/den/approvals')).items;
  while ((await mine()).length === 0) await ana.must('GET', '/v1/rooms/den');
  for (const eyes of [annas, bobs]) await eyes.ask('den', [...turns, waits].slice(0, 4));
  for (const eyes of [annas, bobs]) await answers(eyes.person);
  const holders = (canary: string) =>
    [annas, bobs].filter(({ text }) => text.includes(canary)).map((eyes) => eyes.person.id);
  expect([RESULT, ARGUMENT, SHARED].map(holders)).toEqual([['ana'], ['ana'], ['ana', 'bob']]);
  // The prompt that Ana wrote into the room is Bob's to read; what the call would be is hers.
  expect(JSON.stringify(await answers(bob))).not.toMatch(new RegExp(`${RESULT}|${ARGUMENT}|"arguments"`));
  expect(JSON.stringify(await mine())).toContain(WAITING);

  const [, , ...others] = provider.requests;
  expect(provider.requests.slice(0, 2).join('')).toContain(RESULT);
  for (const request of others) expect(request).not.toMatch(new RegExp(`${RESULT}|${ARGUMENT}`));
  const inAttic = provider.requests.find((request) => request.includes(NEXT_DOOR)) ?? '';
  expect(inAttic).not.toMatch(/canary\.(?!next)|what did she find/);
  expect(others.filter((request) => request !== inAttic).join('')).not.toContain(NEXT_DOOR);

  const [log, metrics, trail] = await world.operatorsSee();
  for (const text of [log, metrics, trail]) expect(text).not.toContain('canary');
  expect(trail).toContain('drive');
  const files = readdirSync(server.data).map((name) => readFileSync(join(server.data, name)));
  expect(files.some((file) => file.includes('canary'))).toBe(false);
  for (const eyes of [annas, bobs]) eyes.leave();
  await ana.must('POST', `/v1/rooms/den/turns/${waits}/stop`);
});

/** Every route about tools, approvals and what is found. */
async function answers(person: RestPerson): Promise<unknown[]> {
  const paths = [
    'approvals',
    'tools',
    'trust',
    'documents',
    'search?q=canary',
    'search?q=look',
    'invites',
    'transcript',
    'export',
  ];
  const all: unknown[] = [];
  for (const path of paths) all.push(await person.call('GET', `/v1/rooms/den/${path}`));
  return all;
}

test('A84 a tool of a whole room never sees what anybody came in with: each call has a token of its own, for its speaker and this room', async () => {
  const { ana, bob, drive, server } = world;
  const before = drive.calls.length;
  await world.asked(ana, 'den', find('one'));
  await world.asked(bob, 'den', find('two'));
  const heard = drive.calls.slice(before).map(({ bearer, arguments: given }) => ({ bearer: bearer ?? '', given }));
  expect(heard).toHaveLength(2);
  const claims = heard.map(({ bearer }) => decodeJwt(bearer));
  expect(claims.map(({ sub, aud }) => [sub, aud])).toEqual([
    [expect.stringContaining('ana'), 'https://drive.example'],
    [expect.stringContaining('bob'), 'https://drive.example'],
  ]);
  expect(new Set(claims.map(({ jti }) => jti)).size).toBe(2);
  for (const { bearer } of heard) {
    expect([ana.token, bob.token]).not.toContain(bearer);
    // And it opens nothing here.
    expect((await fetch(`${server.url}/v1/rooms/den`, { headers: { authorization: `Bearer ${bearer}` } })).status).toBe(
      401,
    );
  }
  expect(JSON.stringify(drive.calls)).not.toContain(ana.token.split('.')[2]);
});

test('A68 an answer that names addresses, as pictures, links or previews, makes the server fetch none of them', async () => {
  const { bob } = world;
  let fetched = 0;
  const trap = createServer((_request, response) => {
    fetched += 1;
    response.end();
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/${RESULT}`;
  const turn = await world.asked(bob, 'attic', `![x](${url}) [y](${url}) <img src="${url}"> ${url}`);
  const { text } = await bob.must<{ text: string }>('GET', `/v1/rooms/attic/turns/${turn}`);
  expect(text).toContain(url);
  await answers(bob);
  trap.close();
  expect(fetched).toBe(0);
});
