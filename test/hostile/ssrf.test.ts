import { FetchFailure } from '@parley/server/adapters/outbound/fetch-failure';
import { guardedFetch, type GuardedFetch, type Resolve } from '@parley/server/adapters/outbound/guarded-fetch';
import { isPublicAddress } from '@parley/server/adapters/outbound/public-address';
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../kit/clock.ts';

/** Listens on every address of this machine: whatever gets through is counted. */
let server: Server;
let port: number;
let reached = 0;

beforeAll(async () => {
  server = createServer((_, response) => {
    reached++;
    response.end('reached');
  });
  server.listen(0, '::');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());
beforeEach(() => {
  reached = 0;
});

const PRIVATE_V4 = [
  ...[
    '0.0.0.0',
    '0.0.0.1',
    '0.255.255.255',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.100.100.200',
    '100.127.255.255',
  ],
  ...['127.0.0.1', '127.0.0.2', '127.1.2.3', '127.255.255.255', '168.63.129.16', '169.254.0.1', '169.254.169.254'],
  ...['169.254.170.2', '169.254.255.255', '172.16.0.1', '172.17.0.1', '172.20.10.5', '172.31.255.255', '192.0.0.1'],
  ...['192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.0.1', '192.168.1.1', '192.168.255.255', '198.18.0.1'],
  ...['198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
];
const PRIVATE_V6 = [
  ...['::', '::1', '::2', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '::ffff:8.8.8.8'],
  ...['::ffff:0:127.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '100::1'],
  ...['2001::1', '2001:0:7f00:1::', '2001:10::1', '2001:20::1', '2001:2::1', '2001:db8::1', '2002:7f00:1::'],
  ...['2002:a9fe:a9fe::1', '3fff::1', '5f00::1', 'fc00::1', 'fd00::1', 'fd00:ec2::254', 'fdff:ffff::1', 'fe80::1'],
  ...['fe80::a9fe:a9fe', 'febf::1', 'fec0::1', 'ff00::1', 'ff02::1', 'ff05::2', '4000::1', '8000::1', 'e000::1'],
];
const PUBLIC = [
  ...[
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
  ],
  ...['169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0', '192.167.255.255', '192.169.0.0'],
  ...['198.17.255.255', '198.20.0.0', '223.255.255.255', '2001:4860:4860::8888', '2606:4700::1111', '2a00:1450::1'],
];

/** Every way to write an IPv4 address that a URL understands. */
function spellings(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (part: number): string => `0x${part.toString(16)}`;
  const octal = (part: number): string => `0${part.toString(8)}`;
  return [
    address,
    String(whole),
    hex(whole),
    octal(whole),
    [a, b, c, d].map(hex).join('.'),
    [a, b, c, d].map(octal).join('.'),
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${address}.`,
    address.replaceAll('.', '%2e'),
    [...address].map((letter) => (/\d/.test(letter) ? String.fromCodePoint(0xff10 + Number(letter)) : letter)).join(''),
    address.replaceAll('.', '。'),
  ];
}

const LITERALS = [
  ...PRIVATE_V4,
  ...['127.0.0.1', '0.0.0.0', '169.254.169.254', '10.0.0.1', '192.168.1.1'].flatMap(spellings),
  ...PRIVATE_V6.map((address) => `[${address}]`),
  '[0:0:0:0:0:ffff:7f00:1]',
  '[0000:0000:0000:0000:0000:0000:0000:0001]',
];
const NAMES = ['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'ip6-localhost'];
const SCHEMES = [
  'file:///etc/passwd',
  'ftp://8.8.8.8/',
  'gopher://127.0.0.1/',
  'data:text/plain,x',
  'ws://127.0.0.1/',
  'javascript:1',
  'unix:/x',
  '//127.0.0.1/',
  '',
  'http://',
];
const OTHERS = [
  'http://user:secret@8.8.8.8/',
  'http://user@127.0.0.1/',
  'http://8.8.8.8@127.0.0.1/',
  'http://[::1',
  'http://127.0.0.1:99999/',
];

/** A guard on which a call of a public address cannot leave this machine either. */
function guard(more: { internalHosts?: string[]; loopback?: boolean; resolve?: Resolve } = {}): GuardedFetch {
  return guardedFetch({ clock: new TestClock(), internalHosts: [], loopback: false, ...more });
}

async function failureOf(work: Promise<Response>): Promise<FetchFailure> {
  const outcome = await work.then(
    (response) => response.status,
    (error: unknown) => error,
  );
  if (!(outcome instanceof FetchFailure)) throw new Error(`not a failure: ${String(outcome)}`);
  return outcome;
}

describe('A87 what a tenant configured reaches public addresses alone', () => {
  test('A87 at least two hundred addresses, written in every way, reach nothing', async () => {
    const literals = LITERALS.flatMap((host) => [
      `http://${host}:${port}/`,
      `https://${host}:${port}/`,
      `http://${host}/`,
    ]);
    const refused = [...literals, ...SCHEMES, ...OTHERS];
    const named = NAMES.map((host) => `http://${host}:${port}/`);
    expect(new Set([...refused, ...named]).size).toBeGreaterThanOrEqual(200);
    for (const url of refused)
      expect(await failureOf(guard()(url)), url).toMatchObject({ class: 'address', started: false });
    // A machine may not know some of these names at all.
    for (const url of named) expect((await failureOf(guard()(url))).class, url).toBeOneOf(['address', 'network']);
    expect(reached).toBe(0);
  });

  test('A87 the table itself: what is private and what is not', () => {
    for (const address of [...PRIVATE_V4, ...PRIVATE_V6]) expect(isPublicAddress(address), address).toBe(false);
    for (const address of PUBLIC) expect(isPublicAddress(address), address).toBe(true);
    for (const nonsense of ['', 'localhost', '1.2.3', '::g', '2001:4860::8888%eth0'])
      expect(isPublicAddress(nonsense)).toBe(false);
  });

  test('A87 no IPv6 address that carries a private IPv4 address is public', () => {
    const carried = ['::ffff:', '::', '64:ff9b::', '::ffff:0:'];
    fc.assert(
      fc.property(fc.constantFrom(...carried), fc.constantFrom(...PRIVATE_V4), (prefix, address) => {
        expect(isPublicAddress(prefix + address)).toBe(false);
      }),
      { seed: 87, numRuns: 500 },
    );
  });

  test('A87 names are judged by what they resolve to, all of it', async () => {
    const answers = [
      ['127.0.0.1'],
      ['::1'],
      ['8.8.8.8', '10.0.0.1'],
      ['169.254.169.254', '8.8.8.8'],
      ['fd00:ec2::254'],
      [],
    ];
    for (const answer of answers) {
      const failure = await failureOf(guard({ resolve: resolving(() => answer) })(`http://tool.example:${port}/`));
      expect(failure.class, answer.join()).toBe(answer.length === 0 ? 'network' : 'address');
    }
    expect(reached).toBe(0);
  });

  test('A87 a name that answers otherwise the second time is judged by the answer that is connected to', async () => {
    let asked = 0;
    const resolve = resolving(() => (++asked === 1 ? ['127.0.0.1'] : ['8.8.8.8']));
    // One look for one call: there is no second answer to trade on.
    expect((await failureOf(guard({ resolve })(`http://tool.example:${port}/`))).class).toBe('address');
    expect(asked).toBe(1);
    expect(reached).toBe(0);
  });

  test('A87 a redirect is refused wherever it leads', async () => {
    const from = createServer((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end(),
    );
    from.listen(0, '127.0.0.1');
    await once(from, 'listening');
    const start = `http://127.0.0.1:${(from.address() as AddressInfo).port}/`;
    const failure = await failureOf(guard({ loopback: true })(start));
    expect(failure).toMatchObject({ class: 'address', detail: 'redirect' });
    expect(reached).toBe(0);
    from.close();
  });

  test('A87 what the operator allows is reached: a host, a host at one port, loopback in development', async () => {
    const url = `http://127.0.0.1:${port}/`;
    for (const allowed of [
      guard({ internalHosts: ['127.0.0.1'] }),
      guard({ internalHosts: [`127.0.0.1:${port}`] }),
      guard({ loopback: true }),
    ])
      expect(await (await allowed(url)).text()).toBe('reached');
    const named = guard({ internalHosts: ['tool.internal'], resolve: resolving(() => ['127.0.0.1']) });
    expect((await named(`http://tool.internal:${port}/`)).status).toBe(200);
    expect(reached).toBe(4);
    for (const refused of [
      guard({ internalHosts: ['127.0.0.1:1'] }),
      guard({ internalHosts: ['127.0.0.2'] }),
      guard({ internalHosts: ['internal'] }),
    ])
      expect((await failureOf(refused(url))).class).toBe('address');
    for (const elsewhere of ['10.0.0.1', '169.254.169.254', '[fe80::1]', '0.0.0.0'])
      expect((await failureOf(guard({ loopback: true })(`http://${elsewhere}:${port}/`))).class).toBe('address');
    expect(reached).toBe(4);
  });
});

function resolving(addresses: () => readonly string[]): Resolve {
  return (_, answer) =>
    answer(
      null,
      addresses().map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
}
