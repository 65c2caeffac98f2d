import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChildProgram } from '../kit/child-program.ts';
import { RealServer, RestPerson } from '../kit/server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-data-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** One run of the command: its exit code and what it said. */
async function data(words: readonly string[], env: Record<string, string> = {}): Promise<[code: number, said: string]> {
  const program = new ChildProgram(['server/src/data.ts', ...words], { PARLEY_DATA: folder, ...env });
  return [await program.ended, program.output];
}

async function say(server: RealServer, text: string, tenant?: string): Promise<void> {
  const name = `ana-of-${tenant ?? 'default'}`;
  const ana = new RestPerson(server.url, name, await server.token(name, 'Ana', tenant));
  await ana.must('POST', '/v1/rooms/lobby/messages', { id: text.replaceAll(' ', '-'), text });
}

function filesWith(words: string): string[] {
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(words));
}

/** What ana reads in the lobby; null when it is not to be had. */
async function read(server: RealServer, tenant?: string): Promise<string[] | null> {
  const ana = new RestPerson(server.url, 'ana', await server.token('ana', 'Ana', tenant));
  const { status, body } = await ana.call<{ items?: { text: string }[] }>('GET', '/v1/rooms/lobby/transcript');
  return status === 200 ? (body.items ?? []).map(({ text }) => text) : null;
}

test('D4 A88 a backup is made with one command while the server runs, and with the master key it is the rooms again', async () => {
  await using server = await RealServer.start({ data: folder });
  await say(server, 'hello there');
  const copy = join(folder, 'copies', 'today');
  expect(await data(['backup', join(copy, 'parley.sqlite')])).toEqual([0, '']);
  await say(server, 'later');
  expect(readdirSync(copy)).toEqual(['parley.sqlite']);
  copyFileSync(join(folder, 'master-key'), join(copy, 'master-key'));
  await using restored = await RealServer.start({ data: copy });
  expect(await read(restored)).toEqual(['hello there']);
});

test('D12 A88 a forgotten tenant cannot be read again, nothing of its people is in the files, and others go on', async () => {
  {
    await using server = await RealServer.start({ data: folder });
    for (const tenant of ['gone', 'kept']) await say(server, `canary of ${tenant}`, tenant);
    const [code, said] = await data(['forget', 'gone']);
    expect(code).toBe(70);
    expect(said).toContain('another server already runs');
  }
  expect(await data(['new-key', 'kept'])).toEqual([0, '']);
  expect(await data(['forget', 'misspelt'])).toEqual([70, 'no such tenant was ever here\n']);
  for (let again = 0; again < 2; again += 1) expect(await data(['forget', 'gone'])).toEqual([0, '']);
  for (const id of ['canary', 'ana']) {
    expect(filesWith(`${id}-of-gone`)).toEqual([]);
    expect(filesWith(`${id}-of-kept`)).not.toEqual([]);
  }
  await using server = await RealServer.start({ data: folder });
  expect(await read(server, 'gone')).toBeNull();
  await say(server, 'after', 'kept');
  expect(await read(server, 'kept')).toEqual(['canary of kept', 'after']);
});

test.each([[[]], [['backup']], [['forget', 'no tenant/name']], [['burn', 'everything']]])(
  'words that are no command change nothing and say what there is: %j',
  async (words) => {
    const [code, said] = await data(words);
    expect(code).toBe(64);
    expect(said).toContain('usage: data backup FILE');
    expect(readdirSync(folder)).toEqual([]);
  },
);
