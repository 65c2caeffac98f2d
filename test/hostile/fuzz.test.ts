import { NOTES } from '@parley/shared/documents';
import { decodeFrame, Down, encodeDocFrame } from '@parley/shared/socket';
import * as fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { COMMANDS } from '../kit/command-samples.ts';
import { nearly } from '../kit/hostile-json.ts';
import { RawHttp } from '../kit/raw-http.ts';
import { RealServer, RestPerson } from '../kit/server.ts';

let server: RealServer;
let ana: RestPerson;
let eve: RestPerson;
let namesake: RestPerson;
beforeAll(async () => {
  server = await RealServer.start();
  ana = await server.person('ana');
  eve = await server.person('eve');
  // The same person and the same room of another tenant.
  namesake = new RestPerson(server.url, 'ana', await server.token('ana', 'ana', 'other'));
  for (const person of [ana, namesake]) {
    for (const id of ['attic', 'den']) await person.must('POST', '/v1/rooms', { id, title: id });
    for (const audience of ['room', 'me']) {
      await person.must('POST', '/v1/rooms/attic/messages', { id: `m-${audience}`, text: `of ${audience}`, audience });
    }
  }
  await ana.must('PUT', '/v1/rooms/den/members/eve', { role: 'speaker' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Whatever was sent: the process lives, nobody has to look, no stack left it, and what others own is as it was. */
async function unharmed<T>(attack: () => Promise<T>): Promise<void> {
  const before = await othersDocuments();
  const pid = server.program.process.pid;
  await attack();
  expect(await othersDocuments()).toEqual(before);
  expect(server.program.process.pid).toBe(pid);
  expect(server.program.process.exitCode).toBeNull();
  expect(server.program.output.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([]);
  expect(server.program.output).not.toMatch(/^ {4}at /m);
}

async function othersDocuments(): Promise<unknown[]> {
  const documents: unknown[] = [];
  for (const person of [ana, namesake]) {
    for (const lane of ['room', 'me'])
      documents.push(await person.must('GET', `/v1/rooms/attic/transcript?lane=${lane}`));
    documents.push(await person.must('GET', '/v1/rooms/attic'), await person.must('GET', '/v1/rooms/attic/members'));
  }
  documents.push(
    await ana.must('GET', '/v1/rooms/den/members'),
    await ana.must('GET', '/v1/rooms/den/transcript?lane=me'),
  );
  return documents;
}

const CONTROLS = [
  { type: 'open', doc: 'workspace' },
  { type: 'open', doc: 'transcript.me:ana' },
  { type: 'close', doc: 'workspace' },
  { type: 'renew', token: 'eyJh.eyJh.x' },
  ...COMMANDS.map((command, request) => ({ type: 'command', request, command })),
];

const bytes = fc.uint8Array({ maxLength: 40 });
function controlFrame(json: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, '');
  encoding.writeVarString(encoder, json);
  return encoding.toUint8Array(encoder);
}
const control = nearly(CONTROLS).map(controlFrame);
const update = fc
  .record({
    client: fc.constantFrom(0, 1, 2, 2 ** 32 - 1),
    edits: fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 }),
    cut: fc.nat(200),
  })
  .map(({ client, edits, cut }) => {
    const doc = new Y.Doc();
    doc.clientID = client;
    doc.getText(NOTES).insert(0, 'words');
    doc.getMap('__proto__').set('constructor', { deep: [1] });
    const body = Y.encodeStateAsUpdate(doc).slice(0, cut + 1);
    for (const [at, to] of edits) if (at < body.length) body[at] = to;
    return body;
  });
const huge = fc.constantFrom(
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80],
  [0x80, 0x80, 0x80],
);
const message = fc.oneof(
  bytes,
  fc.tuple(fc.constantFrom(0, 1, 2, 3, 4), fc.constantFrom(0, 1, 2, 3), update).map(([outer, kind, body]) => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, outer);
    if (outer === 0) encoding.writeVarUint(encoder, kind);
    encoding.writeVarUint8Array(encoder, body);
    return encoding.toUint8Array(encoder);
  }),
  fc
    .tuple(fc.constantFrom(0, 1), huge, bytes)
    .map(([outer, length, rest]) => Uint8Array.from([outer, 2, ...length, ...rest])),
);
const NAMES = [
  'workspace',
  'transcript',
  'transcript.me',
  'transcript.me:ana',
  'workspace.__proto__',
  'workspace/../x',
  ' ',
];
const docFrame = fc.tuple(fc.constantFrom(...NAMES), message).map(([name, body]) => encodeDocFrame(name, body));
const frame = fc.oneof(
  { weight: 3, arbitrary: control },
  { weight: 3, arbitrary: docFrame },
  { weight: 1, arbitrary: bytes },
);

let dials = 0;

/**
 * Sends the frames over one socket of Eve's; resolves with its close code, or 0 when it still answers at the
 * end. Each address is another one, since who is refused often under one has to wait.
 */
function sent(path: string, frames: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${server.socketUrl}${path}?dial=${(dials += 1)}`, [
      'parley.v1',
      `bearer.${eve.token}`,
    ]);
    socket.on('error', () => {});
    socket.on('close', (code) => resolve(code));
    socket.on('pong', () => {
      resolve(0);
      socket.terminate();
    });
    socket.on('open', () => {
      for (const one of frames) socket.send(one);
      socket.ping();
    });
  });
}

const CODES = [0, 1013, 4400, 4401, 4403, 4404, 4413, 4429];

test('A12 A17 A26 A28 A33 whatever a member sends over the Parley socket, others lose nothing', async () => {
  await unharmed(() =>
    fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 12 }), async (frames) => {
        expect(CODES).toContain(await sent('/v1/rooms/den/socket', frames));
      }),
      { numRuns: 150, seed: 11 },
    ),
  );
});

test.each(['workspace', 'transcript', 'transcript.me'])(
  'A19 A23 A25 A29 A30 whatever a stock provider sends to %s, others lose nothing',
  async (doc) => {
    await unharmed(() =>
      fc.assert(
        fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), async (frames) => {
          expect(CODES).toContain(await sent(`/v1/rooms/den/docs/${doc}`, frames));
        }),
        { numRuns: 60, seed: 12 },
      ),
    );
  },
);

/** Commands that are nearly right; a room that was deleted would answer everything alike. */
const command = nearly(COMMANDS.filter(({ type }) => type !== 'room.delete'));

/** What one command is answered with over a socket of Eve's: a reply, a fault, or a close. */
function answered(room: string, json: string): Promise<Down | number> {
  return new Promise((resolve) => {
    const address = `${server.socketUrl}/v1/rooms/${room}/socket?dial=${(dials += 1)}`;
    const socket = new WebSocket(address, ['parley.v1', `bearer.${eve.token}`]);
    socket.on('error', () => {});
    socket.on('close', resolve);
    socket.on('open', () => socket.send(controlFrame(`{"type":"command","request":7,"command":${json}}`)));
    socket.on('message', (data: Buffer) => {
      const frame = decodeFrame(new Uint8Array(data));
      if (frame?.kind !== 'control') return;
      const said = Down.parse(JSON.parse(frame.json));
      if ((said.type !== 'reply' && said.type !== 'refused') || said.request !== 7) return;
      resolve(said);
      socket.terminate();
    });
  });
}

test.each([
  ['a room where she speaks', 'den'],
  ['a room of her own', 'burrow'],
])(
  'A17 A26 A28 A33 every command, nearly right, is answered or refused by a fault of the list, in %s, and others lose nothing',
  async (_where, room) => {
    if (room === 'burrow') await eve.must('POST', '/v1/rooms', { id: room, title: room });
    const seen = new Set<string>();
    await unharmed(() =>
      fc.assert(
        fc.asyncProperty(command, async (json) => {
          const answer = await answered(room, json);
          if (typeof answer === 'number') {
            expect(CODES).toContain(answer);
            return;
          }
          seen.add(answer.type === 'refused' ? answer.fault.code : answer.type);
          if (answer.type === 'refused') expect(answer.fault.code).not.toBe('internal');
        }),
        { numRuns: 200, seed: 14 },
      ),
    );
    // The commands that were meant to get through did, and so did the faults.
    expect([...seen]).toEqual(expect.arrayContaining(['reply', 'bad_request', 'not_found']));
  },
);

test('A28 D2 what got in while it was attacked is what a server that starts anew can read', async () => {
  const before = await othersDocuments();
  await server.kill();
  await server.restart();
  expect(await othersDocuments()).toEqual(before);
  for (const room of ['den', 'burrow']) {
    const state = await eve.call('GET', `/v1/rooms/${room}/transcript`);
    expect([200, 404]).toContain(state.status);
  }
  expect(server.program.output.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

const BODIES = [
  {
    id: 'r1',
    title: 'T',
    policy: { join: 'tenant', respond: 'all', levels: { presence: 0 }, limits: { messageBytes: 5 } },
  },
  { id: 'p1', text: 'hello', audience: 'me', onlyIf: { seq: 1 } },
  { id: 'm1', text: 'hello', offRecord: true },
  { role: 'owner' },
  { text: 'x', revision: 1 },
  { user: 'eve', name: 'Eve', groups: ['a'] },
  { decision: 'approve', digest: 'x' },
  { digest: 'x', to: 'room' },
  { as: 'connector' },
  { people: ['ana'], arguments: { '/to': 'x' } },
  { role: 'owner', expiresIn: 60, uses: 9, for: 'eve' },
  { readers: ['eve'] },
  { title: 'Mail', kind: 'http', url: 'http://127.0.0.1:1', auth: { kind: 'none' }, functions: { send: {} } },
];
const PATHS = [
  'POST /v1/rooms',
  'PATCH /v1/rooms/den',
  'POST /v1/rooms/den/prompts',
  'POST /v1/rooms/den/messages',
  'PUT /v1/rooms/den/members/eve',
  'PUT /v1/rooms/attic/members/eve',
  'PUT /v1/rooms/den/members/__proto__',
  'PATCH /v1/rooms/den/turns/t_x',
  'POST /v1/rooms/den/turns/t_x/stop',
  'POST /v1/rooms/attic/tickets',
  'GET /v1/rooms/den/transcript?limit=1e9',
  'GET /v1/rooms?after=%00&limit=NaN',
  'GET /v1/rooms/%2e%2e/members',
  'GET /v1/rooms/den/turns/t_x?wait=-1',
  'DELETE /v1/rooms/attic',
  'POST /v1/rooms/den/approvals/a_x',
  'GET /v1/rooms/den/approvals?limit=1e9',
  'GET /v1/rooms/den/entries/e_x/release',
  'POST /v1/rooms/den/entries/e_x/release',
  'POST /v1/rooms/den/entries/%2e%2e/redact',
  'PUT /v1/rooms/den/tools/__proto__',
  'PUT /v1/rooms/den/tools/mail',
  'DELETE /v1/rooms/den/tools/mail',
  'PUT /v1/rooms/den/trust/mail.send',
  'DELETE /v1/rooms/den/trust/mail.send',
  'POST /v1/rooms/attic/invites',
  'POST /v1/invites/attic.%00/accept',
  'GET /v1/rooms/den/search?q=%ff&limit=-1',
  'PUT /v1/tools/mail',
  'PUT /v1/resources/doc:plan',
  'POST /v1/people/ana/revoke',
  'GET /v1/audit?format=csv&after=NaN',
  'GET /oauth/callback?state=%00&code=x',
  'POST /dev/token',
];
const HEADERS = [
  'Idempotency-Key: "a\\"b"',
  `Idempotency-Key: ${'k'.repeat(3_000)}`,
  'Last-Event-ID: -1',
  'Origin: http://evil.example',
  'X-Forwarded-For: 1.2.3.4',
  'X-Tenant: other',
  'Accept-Encoding: br;q=x',
  'Content-Encoding: gzip',
  'Transfer-Encoding: gzip',
  'Content-Type: application/json',
  'Content-Type: application/json; charset=utf-7',
  'Content-Type: multipart/form-data',
  'Upgrade: h2c',
  'Expect: 200-maybe',
];

/** What Node itself says of what is no request, or expects what nobody does; nothing of ours has seen it. */
const UNREADABLE = /^HTTP\/1\.1 (?:417 |\d{3} [^\r]*\r\nConnection: close\r\n\r\n$)/;

test('A26 A28 A82 whatever is sent over HTTP, the answer is a refusal without a stack, and others lose nothing', async () => {
  const wire = new RawHttp(server.url);
  const http = fc.record({
    path: fc.constantFrom(...PATHS),
    headers: fc.subarray(HEADERS, { maxLength: 3 }),
    body: fc.oneof(
      { weight: 4, arbitrary: nearly(BODIES) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    ),
    signed: fc.constantFrom(true, true, true, false),
  });
  await unharmed(() =>
    fc.assert(
      fc.asyncProperty(http, async ({ path, headers, body, signed }) => {
        const [method = '', target = ''] = path.split(' ');
        const all = [
          'Content-Type: application/json',
          ...headers,
          ...(signed ? [`Authorization: Bearer ${eve.token}`] : []),
        ];
        const answer = await wire.exchange(wire.request(method, target, all, body));
        expect(answer).toMatch(/^(HTTP\/1\.1 (2|4)\d\d |$)/);
        expect(answer).not.toMatch(/node_modules|\.ts:\d|\n {4}at /);
        // The callback answers a person, with a page.
        if (answer.startsWith('HTTP/1.1 4') && !UNREADABLE.test(answer) && !target.startsWith('/oauth/'))
          expect(answer).toMatch(/content-type: application\/problem\+json/i);
      }),
      { numRuns: 500, seed: 13 },
    ),
  );
});
