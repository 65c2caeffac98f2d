import { afterAll, beforeAll, expect, test } from 'vitest';
import { DigestingProvider } from '../kit/digesting-provider.ts';
import { DriveWorld } from '../kit/drive-world.ts';
import { Observer } from '../kit/observer.ts';
import type { RestPerson } from '../kit/server.ts';
import { inStoredCopy, roomOf, storedParts } from '../kit/stored-copy.ts';

/** What Ana wrote to herself, what a tool gave for those who may read it, and what everybody in the room was told. */
const PRIVATE = 'canary.private.aa01';
const SHELVED = 'canary.shelved.bb02';
const ROOM = 'canary.room.cc03';
const OTHERS = new RegExp(`${PRIVATE}|${SHELVED}`, 'u');

let world: DriveWorld<DigestingProvider>;
beforeAll(async () => {
  world = await DriveWorld.start(await DigestingProvider.start());
  world.drive.answer = () => ({ items: [{ text: SHELVED, resource: 'doc:menu' }] });
  await world.root.must('PUT', '/v1/resources/doc:menu', { readers: ['ana', 'bob'] });
  await world.register({ find: { class: 'read', effect: 'read' } });
  await world.room('den', { limits: { turnTokens: 5_000 } });
});
afterAll(() => world[Symbol.asyncDispose]());

/** Many words, none of them in another turn. */
function many(turn: number): string {
  return Array.from({ length: 120 }, (_, index) => `${turn}w${index}`).join(' ');
}

const digestIn = async (person: RestPerson) =>
  (await person.must<{ digest: { text: string } | null }>('GET', '/v1/rooms/den/digest')).digest;

test('A42 A44 A47 A81 R4 R7 R9 a digest of a room holds what was said in it: nothing of a private lane or a shelf is in its request, its row, a frame, the log or a metric', async () => {
  const { ana, bob, root, server, provider } = world;
  await world.asked(ana, 'den', `remember ${PRIVATE}`, 'me');
  await world.asked(ana, 'den', 'look [drive__find {}]');
  expect(JSON.stringify(await ana.must('GET', '/v1/rooms/den/transcript'))).toContain(SHELVED);
  // From now on what was made from it is Ana's alone, and Bob comes in.
  await root.must('PUT', '/v1/resources/doc:menu', { readers: ['ana'] });
  const eyes = new Observer(server, bob);
  await eyes.look('den');
  const turns = [await world.asked(bob, 'den', `everybody knows ${ROOM}`)];
  for (let turn = 0; turn < 30 && (await digestIn(bob)) === null; turn += 1)
    turns.push(await world.asked(turn % 2 === 0 ? ana : bob, 'den', many(turn)));
  turns.push(await world.asked(bob, 'den', 'and now?'));
  await eyes.ask('den', turns.slice(-2));

  expect(await digestIn(bob)).toMatchObject({ text: expect.stringContaining(ROOM) });
  expect(await digestIn(ana)).toEqual(await digestIn(bob));
  expect(eyes.text).toContain(ROOM);
  expect(eyes.text).not.toMatch(OTHERS);
  expect(provider.digests.length).toBeGreaterThan(0);
  for (const request of provider.digests) expect(request).not.toMatch(OTHERS);
  expect(provider.answers.at(-1)).toContain('your own summary');
  expect(provider.answers.at(-1)).not.toMatch(OTHERS);

  for (const text of await world.operatorsSee()) expect(text).not.toContain('canary');
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
