import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawHttp } from '../kit/raw-http.ts';
import { RealServer } from '../kit/server.ts';

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
  await Promise.all(Array.from({ length: 25 }, () => wire.exchange(Buffer.concat([Buffer.from(handshake), CLOSE_FRAME]))));
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
