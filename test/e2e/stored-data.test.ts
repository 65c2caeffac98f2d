import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RealServer, type RestPerson } from '../kit/server.ts';

test('D6 no token is ever on disk, neither while the server runs nor after it was killed', async () => {
  await using server = await RealServer.start();
  const ana = await server.person('ana', 'Ana');
  await use(ana);
  expect(filesWith(server.data, 'a sentence to look for')).not.toEqual([]);
  expect(filesWith(server.data, secretOf(ana.token))).toEqual([]);
  await server.kill();
  expect(filesWith(server.data, secretOf(ana.token))).toEqual([]);
  await server.restart();
});

/** A little of everything that carries a token. */
async function use(person: RestPerson): Promise<void> {
  const room = '/v1/rooms/lobby';
  await person.must('POST', `${room}/messages`, { id: 'm-1', text: 'a sentence to look for' });
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
