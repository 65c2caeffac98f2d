import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ChildProgram } from './child-program.ts';
import { sseServer, type SseServer } from './sse-server.ts';

/** Loaded before it: each time that a file is synced its size is written down, before the program goes on. */
const WATCH = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { fsyncSync } = fs;
  fs.fsyncSync = (file) => {
    fsyncSync(file);
    fs.appendFileSync(process.env.SYNCED, fs.fstatSync(file).size + '\\n');
  };
  syncBuiltinESMExports();
`)}`;
/** Less is no prompt: what a database writes for one is pages. */
const PAGE = 4_096;

let folder: string;
let model: SseServer;
let program: ChildProgram;
let url: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-least-'));
  model = await sseServer();
  const env = { OPENAI_BASE_URL: model.baseURL, TMPDIR: folder, SYNCED: join(folder, 'synced') };
  program = new ChildProgram([`--import=${WATCH}`, 'test/bench/servers/least.ts'], env);
  url = (await program.said(/"event":"listening","url":"http(.*?)"/))[1] ?? '';
});
afterAll(async () => {
  expect(await program.stop()).toBe(0);
  // What it wrote goes with it.
  expect(readdirSync(folder)).toEqual(['synced']);
  await model[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** How long the file was each time that it was synced. */
const synced = () => readFileSync(join(folder, 'synced'), 'utf8').trim().split('\n').map(Number);

/** Somebody in a room, and all that they were sent, without what frames it. */
class Reader {
  readonly #socket: WebSocket;
  #heard = '';

  constructor(room: string) {
    this.#socket = new WebSocket(`ws${url}/${room}`);
    this.#socket.on('message', (frame: Buffer) => (this.#heard += frame.subarray(3).toString()));
  }

  static async in(room: string): Promise<Reader> {
    const reader = new Reader(room);
    await once(reader.#socket, 'open');
    return reader;
  }

  /** The words of the answers. */
  get heard(): string {
    return this.#heard.replaceAll(/data: (.*?)\n\n/gu, '$1');
  }

  say(prompt: string): void {
    this.#socket.send(prompt);
  }
}

test('the least server keeps a prompt before it asks, and tells every piece of its answer to everybody else of the room alone', async () => {
  const [ana, ben, cy, dee, eve] = await Promise.all(['den', 'den', 'den', 'hall', 'hall'].map(Reader.in));
  if (!ana || !ben || !cy || !dee || !eve) throw new Error('somebody is missing');
  ana.say('who is there?');
  const first = await model.next();
  expect(first.body).toMatchObject({ stream: true, messages: [{ role: 'user', content: 'who is there?' }] });
  const kept = synced();
  expect(kept.at(-1)).toBeGreaterThanOrEqual(PAGE);
  first.send('Ben, ');
  // The answer goes on, and its first piece is there.
  for (const each of [ben, cy]) await expect.poll(() => each.heard, { timeout: 30_000 }).toBe('Ben, ');
  first.send('and Cy.');
  first.response.end();
  for (const each of [ben, cy]) await expect.poll(() => each.heard, { timeout: 30_000 }).toBe('Ben, and Cy.');

  const before = synced();
  dee.say('and here?');
  const second = await model.next();
  const after = synced();
  expect(after.length).toBeGreaterThan(before.length);
  expect(after.at(-1)).toBeGreaterThanOrEqual((before.at(-1) ?? 0) + PAGE);
  ben.say('and I?');
  const third = await model.next();
  second.send('Eve.');
  third.send('You.');
  // What a socket was sent comes in its order: nothing of the first answer was on the way to these.
  await expect.poll(() => eve.heard, { timeout: 30_000 }).toBe('Eve.');
  await expect.poll(() => ana.heard, { timeout: 30_000 }).toBe('You.');
  await expect.poll(() => cy.heard, { timeout: 30_000 }).toBe('Ben, and Cy.You.');
  expect([ben.heard, dee.heard]).toEqual(['Ben, and Cy.', '']);
});
