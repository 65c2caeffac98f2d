import { afterAll, beforeAll, expect, test } from 'vitest';
import { DigestingProvider } from '../kit/digesting-provider.ts';
import { Observer } from '../kit/observer.ts';
import { RealServer, RestPerson } from '../kit/server.ts';
import { inStoredCopy, roomOf, storedParts } from '../kit/stored-copy.ts';
import { ToolServer } from '../kit/tool-server.ts';

/** What Ana wrote to herself, what a tool gave for those who may read it, and what everybody in the room was told. */
const PRIVATE = 'canary.private.aa01';
const SHELVED = 'canary.shelved.bb02';
const ROOM = 'canary.room.cc03';
const OTHERS = new RegExp(`${PRIVATE}|${SHELVED}`, 'u');

let provider: DigestingProvider;
let drive: ToolServer;
let server: RealServer;
let ana: RestPerson;
let bob: RestPerson;
let root: RestPerson;
beforeAll(async () => {
  provider = await DigestingProvider.start();
  drive = await ToolServer.start();
  server = await RealServer.start({ env: { ...provider.env, PARLEY_LOG: 'debug' } });
  [ana, bob] = await Promise.all([server.person('ana'), server.person('bob')]);
  root = new RestPerson(server.url, 'root', await server.token('root', 'root', undefined, 'admin'));
  await furnish();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await drive[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

async function furnish(): Promise<void> {
  drive.functions = [{ name: 'find', description: 'find', parameters: { type: 'object', properties: {} } }];
  drive.answer = () => ({ items: [{ text: SHELVED, resource: 'doc:menu' }] });
  await root.must('PUT', '/v1/resources/doc:menu', { readers: ['ana', 'bob'] });
  const auth = { kind: 'parley', audience: 'https://drive.example' };
  const functions = { find: { class: 'read', effect: 'read' } };
  const tool = { title: 'Drive', kind: 'http', url: `${drive.url}/http`, auth, functions };
  await root.must('PUT', '/v1/tools/drive', tool);
  const policy = { limits: { turnTokens: 5_000 } };
  await ana.must('POST', '/v1/rooms', { id: 'den', title: 'Den', policy });
  await ana.must('PUT', '/v1/rooms/den/members/bob', { role: 'speaker' });
  await ana.must('PUT', '/v1/rooms/den/tools/drive', { as: 'speaker' });
}

let prompts = 0;
async function asked(person: RestPerson, text: string, audience: 'room' | 'me' = 'room'): Promise<string> {
  const prompt = { id: `p-${(prompts += 1)}`, text, audience };
  const { turn } = await person.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', prompt);
  await person.must('GET', `/v1/rooms/den/turns/${turn}?wait=20`);
  return turn;
}

/** Many words, none of them twice. */
function many(): string {
  return Array.from({ length: 120 }, (_, index) => `${prompts}w${index}`).join(' ');
}

const digestIn = async (person: RestPerson) =>
  (await person.must<{ digest: { text: string } | null }>('GET', '/v1/rooms/den/digest')).digest;

test('A42 A44 A47 A81 R4 R7 R9 a digest of a room holds what was said in it: nothing of a private lane or a shelf is in its request, its row, a frame, the log or a metric', async () => {
  await asked(ana, `remember ${PRIVATE}`, 'me');
  await asked(ana, 'look [drive__find {}]');
  expect(JSON.stringify(await ana.must('GET', '/v1/rooms/den/transcript'))).toContain(SHELVED);
  // From now on what was made from it is Ana's alone, and Bob comes in.
  await root.must('PUT', '/v1/resources/doc:menu', { readers: ['ana'] });
  const eyes = new Observer(server, bob);
  await eyes.look('den');
  const turns = [await asked(bob, `everybody knows ${ROOM}`)];
  for (let turn = 0; turn < 30 && (await digestIn(bob)) === null; turn += 1)
    turns.push(await asked(turn % 2 === 0 ? ana : bob, many()));
  turns.push(await asked(bob, 'and now?'));
  await eyes.ask('den', turns.slice(-2));

  expect(await digestIn(bob)).toMatchObject({ text: expect.stringContaining(ROOM) });
  expect(await digestIn(ana)).toEqual(await digestIn(bob));
  expect(eyes.text).toContain(ROOM);
  expect(eyes.text).not.toMatch(OTHERS);
  expect(provider.digests.length).toBeGreaterThan(0);
  for (const request of provider.digests) expect(request).not.toMatch(OTHERS);
  expect(provider.answers.at(-1)).toContain('your own summary');
  expect(provider.answers.at(-1)).not.toMatch(OTHERS);

  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const trail = JSON.stringify(await root.must('GET', '/v1/audit?limit=500'));
  for (const text of [server.program.output, metrics, trail]) expect(text).not.toContain('canary');
  await inStoredCopy(server.data, async (journal) => {
    const ref = roomOf('default', 'den');
    const records = (await journal.read(ref, 0)).map(({ record }) => record);
    const ofDigests = records.filter(({ type }) => /^(?:digest|background)\./u.test(type));
    expect(JSON.stringify(ofDigests)).toContain(ROOM);
    expect(JSON.stringify(ofDigests)).not.toMatch(OTHERS);
    expect((await storedParts(journal, ref)).get('transcript')?.toString()).not.toMatch(OTHERS);
  });
  eyes.leave();
});
