import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, TurnView } from '@parley/shared/entry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Observer } from '../kit/observer.ts';
import { RecordingModel } from '../kit/recording-model.ts';
import { RealServer, type RestPerson } from '../kit/server.ts';
import { inStoredCopy, roomOf, storedParts } from '../kit/stored-copy.ts';

const WORDS = 'canary.redacted.41fe';

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

async function asked(person: RestPerson, id: string, text: string, audience: 'room' | 'me'): Promise<TurnView> {
  const { turn } = await person.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', { id, text, audience });
  return person.must('GET', `/v1/rooms/den/turns/${turn}?wait=20`);
}

/** Somebody who comes now, and is sent and told everything that there is for them. */
async function newcomer(person: RestPerson, turns: readonly string[]): Promise<string> {
  const observer = new Observer(server, person);
  await observer.look('den');
  await observer.ask('den', turns);
  const found = await person.must('GET', `/v1/rooms/den/search?q=${WORDS}`);
  observer.leave();
  return `${observer.text}${JSON.stringify(found)}`;
}

/** Everything that is kept of the room, opened with its key. */
async function kept(): Promise<string> {
  const parts = await inStoredCopy(server.data, (journal) => storedParts(journal, roomOf('default', 'den')));
  return Buffer.concat([...parts.values()]).toString('latin1');
}

test('A36 what was redacted is in no document, record, file, reply, event, export, search, prompt or log line, also after a crash', async () => {
  const ana = await server.person('ana');
  const bob = await server.person('bob');
  await ana.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
  await ana.must('PUT', '/v1/rooms/den/members/bob', { role: 'speaker' });
  const watching = new Observer(server, ana);
  await watching.look('den');

  const message = { id: 'message-1', text: `a message ${WORDS}`, audience: 'room' };
  const { entry } = await bob.must<{ entry: Entry }>('POST', '/v1/rooms/den/messages', message);
  // The model says back what it is told, so that its answers hold the words too.
  const inRoom = await asked(bob, 'prompt-1', `in the room ${WORDS}`, 'room');
  const alone = await asked(bob, 'prompt-2', `privately ${WORDS}`, 'me');
  const release = `/v1/rooms/den/entries/${alone.answerEntry}/release`;
  const { digest } = await bob.must<{ digest: string }>('GET', release);
  await bob.must('POST', release, { digest, to: 'room' });
  const turns = [inRoom.turn, alone.turn];
  expect(await newcomer(ana, turns)).toContain(WORDS);
  expect(await kept()).toContain(WORDS);
  expect(watching.text.split(WORDS).length).toBeGreaterThan(4);

  const before = model.requests.length;
  for (const id of [entry.id, inRoom.promptEntry, inRoom.answerEntry, alone.promptEntry, alone.answerEntry])
    await bob.must('POST', `/v1/rooms/den/entries/${id}/redact`);

  for (const crashed of [false, true]) {
    if (crashed) {
      await server.kill();
      await server.restart();
    }
    const files = readdirSync(server.data).map((name) => readFileSync(join(server.data, name)));
    expect(files.some((file) => file.includes(WORDS))).toBe(false);
    expect(await kept()).not.toContain(WORDS);
    for (const person of [ana, bob]) expect(await newcomer(person, turns)).not.toContain(WORDS);
    for (const audience of ['room', 'me'] as const)
      await asked(bob, `after-${audience}-${crashed}`, 'and now?', audience);
    expect(server.program.output).not.toContain(WORDS);
  }
  expect(model.requests.slice(before).join()).not.toContain(WORDS);
  expect(watching.text).toContain('redactedBy');
  watching.leave();
});
