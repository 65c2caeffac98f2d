import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal } from '@parley/server/ports/journal';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Observer } from '../kit/observer.ts';
import { RecordingModel } from '../kit/recording-model.ts';
import { RealServer, RestPerson } from '../kit/server.ts';
import { inStoredCopy, roomOf, storedParts } from '../kit/stored-copy.ts';

const SECRET = 'canary.ana.private.7f3a';
const OTHERS = 'canary.other.tenant.91bc';
const LATER = 'canary.after.removal.55d0';
const OPEN = 'canary.for.everybody.20ee';

let model: RecordingModel;
let server: RealServer;
beforeAll(async () => {
  model = await RecordingModel.start();
  server = await RealServer.start({
    env: { OPENAI_BASE_URL: model.baseURL, OPENAI_API_KEY: 'k', PARLEY_MODEL: 'm', PARLEY_LOG: 'debug' },
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

async function asked(person: RestPerson, text: string, audience: 'room' | 'me' = 'room'): Promise<string> {
  const id = text.replaceAll(/[^a-z0-9]/g, '-').slice(-60);
  const { turn } = await person.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', { id, text, audience });
  await person.must('GET', `/v1/rooms/den/turns/${turn}?wait=20`);
  return turn;
}

test('A5 A10 A42 A46 A47 A48 A75 A76 A78 A80 A81 A82 A88 canaries of a private lane, of another tenant and after a removal reach nobody else', async () => {
  const ana = await server.person('ana');
  const bob = await server.person('bob');
  const cyd = await server.person('cyd');
  const otherAna = new RestPerson(server.url, 'ana', await server.token('ana', 'ana', 'other'));
  const otherBob = new RestPerson(server.url, 'bob', await server.token('bob', 'bob', 'other'));
  for (const owner of [ana, otherAna]) {
    await owner.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
    await owner.must('PUT', '/v1/rooms/den/members/bob', { role: 'owner' });
  }
  await ana.must('PUT', '/v1/rooms/den/members/cyd', { role: 'speaker' });
  const eyes = {
    ana: new Observer(server, ana),
    bob: new Observer(server, bob),
    cyd: new Observer(server, cyd),
    otherBob: new Observer(server, otherBob),
  };
  for (const observer of Object.values(eyes)) await observer.look('den');

  const turns = [
    await asked(ana, `remember ${SECRET}`, 'me'),
    await asked(otherAna, `remember ${OTHERS}`),
    await asked(otherAna, `remember ${OTHERS} too`, 'me'),
    await asked(bob, `hello ${OPEN}`),
    await asked(ana, 'and again', 'me'),
  ];
  await ana.must('POST', '/v1/rooms/den/messages', { id: 'note', text: `note ${SECRET}`, audience: 'me' });
  await ana.must('DELETE', '/v1/rooms/den/members/cyd');
  turns.push(
    await asked(bob, `now we are alone ${LATER}`),
    await asked(bob, 'what do you know?', 'me'),
    await asked(otherBob, 'and you?'),
  );
  for (const observer of Object.values(eyes)) await observer.ask('den', turns);

  const holders = (canary: string): string[] =>
    Object.entries(eyes).flatMap(([who, { text }]) => (text.includes(canary) ? [who] : []));
  expect({ secret: holders(SECRET), others: holders(OTHERS), later: holders(LATER), open: holders(OPEN) }).toEqual({
    secret: ['ana'],
    others: ['otherBob'],
    later: ['ana', 'bob'],
    open: ['ana', 'bob', 'cyd'],
  });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  for (const text of [server.program.output, metrics]) expect(text).not.toMatch(/canary|\b(ana|bob|cyd)\b/);
  expect(server.program.output).not.toContain(ana.token);
  checkRequests();
  await checkRows();
  // A88: at rest nobody's words can be read.
  const files = readdirSync(server.data).map((name) => readFileSync(join(server.data, name)));
  for (const canary of [SECRET, OTHERS, LATER, OPEN]) expect(files.some((file) => file.includes(canary))).toBe(false);
  for (const observer of Object.values(eyes)) observer.leave();
});

const KEYS = [
  ...['max_tokens', 'messages', 'model', 'prompt_cache_key', 'safety_identifier', 'store', 'stream', 'stream_options'],
];

/** What a canary's owner did not ask holds none of it, and no request names a state that the provider keeps. */
function checkRequests(): void {
  expect(model.requests).toHaveLength(8);
  const [privately, , , bobs, again, later, bobPrivate, otherBob] = model.requests;
  expect([privately, again].every((request) => request?.includes(SECRET))).toBe(true);
  for (const request of [bobs, later, bobPrivate]) expect(request).not.toMatch(new RegExp(`${SECRET}|${OTHERS}`));
  expect(otherBob).not.toMatch(new RegExp(`${SECRET}|${LATER}|${OPEN}`));
  expect(otherBob?.match(new RegExp(OTHERS, 'g')) ?? []).not.toHaveLength(0);
  for (const request of model.requests) {
    expect(Object.keys(JSON.parse(request) as object).toSorted()).toEqual(
      // Every room has functions of its own, so tools are always declared.
      [...KEYS, 'tool_choice', 'tools'].toSorted(),
    );
    expect(JSON.parse(request)).toMatchObject({ store: false });
  }
  // A person is one and the same to the provider in all rooms and lanes of a tenant, and somebody else in another one.
  const people = model.requests.map(
    (request) => (JSON.parse(request) as { safety_identifier: string }).safety_identifier,
  );
  expect(people.map((person) => people.indexOf(person))).toEqual([0, 1, 1, 3, 0, 3, 3, 7]);
  const openings = model.requests.map((request) => firstLine(request));
  // Lanes in the order of the requests: ana's, other room, other ana's, room, ana's, room, bob's, other room.
  expect(openings.map((line) => openings.indexOf(line))).toEqual([0, 1, 2, 3, 0, 3, 6, 1]);
}

function firstLine(request: string): string {
  const { messages } = JSON.parse(request) as { messages: { content: string }[] };
  return messages[0]?.content.split('\n')[0] ?? '';
}

/** One tenant's rows hold none of another's words, and a private lane's words stand in no other document. */
async function checkRows(): Promise<void> {
  await inStoredCopy(server.data, async (journal) => {
    expect(await placesOf(journal, SECRET)).toEqual(['default null', 'default transcript.me:ana']);
    expect(await placesOf(journal, OTHERS)).toEqual(['other null', 'other transcript', 'other transcript.me:ana']);
  });
}

/** Where a canary stands: tenant and document, `null` for the records. */
async function placesOf(journal: Journal, canary: string): Promise<string[]> {
  const places: string[] = [];
  for (const tenant of ['default', 'other']) {
    const parts = await storedParts(journal, roomOf(tenant, 'den'));
    for (const [place, bytes] of parts) if (bytes.includes(canary)) places.push(`${tenant} ${place}`);
  }
  return places;
}
