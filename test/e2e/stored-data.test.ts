import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '@parley/server/adapters/store/store-sqlite';
import { mintTenant } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { RoomId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { RealServer, type RestPerson } from '../kit/server.ts';

const SENTENCE = 'a sentence to look for';

test('D12 D6 A88 no token is ever on disk, sealed neither, and what was said is there sealed', async () => {
  await using server = await RealServer.start();
  const ana = await server.person('ana', 'Ana');
  await use(ana);
  const absent = [secretOf(ana.token), SENTENCE];
  for (const words of absent) expect(filesWith(server.data, words)).toEqual([]);
  await server.kill();
  for (const words of absent) expect(filesWith(server.data, words)).toEqual([]);
  const opened = await everythingIn(server.data);
  expect([opened.includes(SENTENCE), opened.includes(secretOf(ana.token))]).toEqual([true, false]);
  await server.restart();
});

test('D12 A88 a server refuses data whose master key it was not given, and leaves it as it was', async () => {
  await using server = await RealServer.start({ env: { PARLEY_MASTER_KEY: 'A'.repeat(43) } });
  await use(await server.person('ana', 'Ana'));
  await server.stop();
  await expect(RealServer.start({ data: server.data })).rejects.toThrow('the master key does not fit this data');
  await server.restart();
  expect(readdirSync(server.data)).toContain('parley.sqlite');
});

test('W31 SIGTERM drains: the process ends with 0 and what was accepted is there at the next start', async () => {
  await using one = await RealServer.start();
  const cal = await one.person('cal');
  const { turn } = await cal.must<{ turn: string }>('POST', '/v1/rooms/lobby/prompts', { id: 'p', text: 'hi' });
  expect(await one.stop()).toBe(0);
  await one.restart();
  expect(await cal.must('GET', `/v1/rooms/lobby/turns/${turn}?wait=30`)).toMatchObject({
    state: 'ended',
    outcome: 'completed',
  });
});

/** A little of everything that carries a token. */
async function use(person: RestPerson): Promise<void> {
  const room = '/v1/rooms/lobby';
  await person.must('POST', `${room}/messages`, { id: 'm-1', text: SENTENCE });
  await person.must('POST', `${room}/prompts`, { id: 'p-1', text: 'who is here?' });
  await person.must('POST', `${room}/tickets`);
}

/** The signature: the part without which a token opens nothing. */
function secretOf(token: string): string {
  return token.split('.')[2] ?? token;
}

function filesWith(folder: string, words: string): string[] {
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(words));
}

/** Records and documents of the lobby, opened. */
async function everythingIn(folder: string): Promise<string> {
  const { journal } = openSqliteStore(folder);
  const ref = { tenant: must(mintTenant('default'), 'a tenant'), room: RoomId.parse('lobby') };
  const parts = [Buffer.from(JSON.stringify(await journal.read(ref, 0)))];
  for (const doc of await journal.docs(ref)) parts.push(Buffer.concat(await journal.loadDoc(ref, doc)));
  await journal.close();
  return Buffer.concat(parts).toString('latin1');
}
