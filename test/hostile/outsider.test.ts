import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawHttp } from '../kit/raw-http.ts';
import { RealServer, RestPerson } from '../kit/server.ts';

let server: RealServer;
let wire: RawHttp;
beforeAll(async () => {
  server = await RealServer.start();
  wire = new RawHttp(server.url);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function errorLines(): string[] {
  return server.program.output.split('\n').filter((line) => line.includes('"level":"error"'));
}

test('A11 who is made to wait and resets the connection does not end the process', async () => {
  const handshake = wire.upgrade('/v1/rooms/den/socket');
  await Promise.all(
    Array.from({ length: 25 }, () => wire.exchange(Buffer.concat([Buffer.from(handshake), CLOSE_FRAME]))),
  );
  expect(await wire.exchange(handshake)).toContain('429 Too Many Requests');
  for (let n = 0; n < 20; n++) await Promise.all(Array.from({ length: 20 }, () => wire.hitAndRun(handshake)));
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test('A82 who hangs up in the middle of a body leaves no error for a person to look at', async () => {
  const headers = [`Authorization: Bearer ${await server.token('ana')}`, 'Content-Type: application/json'];
  for (const path of ['/v1/rooms', '/dev/token']) {
    const whole = wire.request('POST', path, headers, '{"title":"half a body"}');
    await wire.hitAndRun(whole.slice(0, -5));
  }
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect(errorLines()).toEqual([]);
});

/** An empty masked close frame: the other half of the farewell. */
const CLOSE_FRAME = Buffer.from([0x88, 0x80, 0, 0, 0, 0]);

test('A39 A15 names of rooms that are guessed leave no row, no room in memory, and all answer alike', async () => {
  const eve = await server.person('eve');
  const guests = new RestPerson(server.url, 'gus', await server.token('gus', 'gus', undefined, 'guest'));
  const calls = ['', '/members', '/transcript', '/export', '/events', '/turns/t_x', '/turns/t_x/events'];
  const before = rowsOf(server.data);
  const roomsBefore = await gauge('parley_rooms');
  const answers = new Set<string>();
  for (let n = 0; n < 10; n++) {
    for (const path of calls) answers.add(JSON.stringify(await eve.call('GET', `/v1/rooms/guess-${n}${path}`)));
    answers.add(JSON.stringify(await eve.call('POST', `/v1/rooms/guess-${n}/tickets`)));
    answers.add(JSON.stringify(await eve.call('POST', `/v1/rooms/guess-${n}/prompts`, { id: 'x', text: 'hello?' })));
    expect((await guests.call('POST', '/v1/rooms', { id: `guess-${n}`, title: 'mine' })).status).toBe(403);
  }
  expect([...answers]).toHaveLength(1);
  expect(rowsOf(server.data)).toEqual(before);
  expect(await gauge('parley_rooms')).toBe(roomsBefore);
});

test('A39 a room that is asked for and made at the same moment is made', async () => {
  const eve = await server.person('eve');
  const both = await Promise.all([
    eve.call('GET', '/v1/rooms/at-once'),
    eve.call('POST', '/v1/rooms', { id: 'at-once', title: 'At once' }),
    eve.call('GET', '/v1/rooms/at-once'),
  ]);
  expect(both[1]?.status).toBe(201);
});

/** Every room that the store knows of. */
function rowsOf(data: string): unknown[] {
  const db = new DatabaseSync(join(data, 'parley.sqlite'), { readOnly: true });
  try {
    return db.prepare('SELECT tenant, room FROM rooms ORDER BY id').all();
  } finally {
    db.close();
  }
}

async function gauge(name: string): Promise<string | undefined> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1];
}
