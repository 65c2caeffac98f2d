import { setMaxListeners } from 'node:events';
import { MemoryAudit } from '@parley/server/adapters/store/audit-memory';
import { MemoryBudgets } from '@parley/server/adapters/store/budgets-memory';
import { MemoryBus } from '@parley/server/adapters/cluster/bus-memory';
import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { MemoryLeases } from '@parley/server/adapters/cluster/lease-memory';
import { MemoryPeople } from '@parley/server/adapters/store/people-memory';
import { MemoryRegistry } from '@parley/server/adapters/store/registry-memory';
import { hostClock, hostDigest, hostIds } from '@parley/server/adapters/host/system';
import { MemoryVault } from '@parley/server/adapters/store/vault-memory';
import { mintTenant, type RoomRef } from '@parley/server/core/tenant';
import { startServer, type RunningServer } from '@parley/server/server';
import { must } from '@parley/shared/assert';
import { ENTRIES } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import { RoomId } from '@parley/shared/ids';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testToken, testVerify } from '../kit/edge-world.ts';
import { HashingModel } from '../kit/hashing-model.ts';
import { RecordingLog } from '../kit/log.ts';
import { ClearTokens } from '../kit/scripted-tools.ts';
import { ListedTools } from '../kit/listed-tools.ts';
import { RecordingMetrics } from '../kit/metrics.ts';
import { keptKeys } from '../kit/kept-keys.ts';
import { noAccounts } from '../kit/no-accounts.ts';
import { RestPerson } from '../kit/server.ts';
import { shelfEntry } from '../kit/shelf-entry.ts';
import { StockProvider, type ProviderVersion } from '../kit/stock-provider.ts';
import { TableAuthority } from '../kit/table-authority.ts';

const REF: RoomRef = { tenant: must(mintTenant('acme'), 'a tenant'), room: RoomId.parse('plans') };
const authority = new TableAuthority();
const log = new RecordingLog();
let server: RunningServer;

function person(user: string): RestPerson {
  return new RestPerson(server.url, user, testToken({ user }));
}

function start(journal: MemoryJournal): Promise<RunningServer> {
  const metrics = new RecordingMetrics();
  return startServer({
    ...{
      host: '127.0.0.1',
      port: 0,
      origins: [],
      verify: testVerify,
      sign: null,
      files: new Map(),
      inviteUrl: null,
      journal,
      authority,
    },
    registry: new MemoryRegistry(),
    vault: new MemoryVault(),
    audit: new MemoryAudit(),
    people: new MemoryPeople(journal),
    accounts: noAccounts,
    keys: keptKeys(),
    resources: null,
    budgetTable: new MemoryBudgets(journal.audit),
    jobs: journal.jobs,
    callKeys: { keys: [] },
    tools: new ListedTools(),
    callTokens: new ClearTokens(),
    // Nothing is linked here, so nothing is ever sealed.
    sealer: { seal: (_tenant, plain) => plain, open: (_tenant, sealed) => sealed },
    bus: new MemoryBus(),
    lease: new MemoryLeases().forNode('here'),
    model: new HashingModel(),
    tokenizer: { count: (text) => Math.ceil(text.length / 4) },
    ...{ clock: hostClock, ids: hostIds, digest: hostDigest, log, metrics },
    metricsText: async () => '',
    loopLagMs: () => 0,
    backgroundLagMs: () => 0,
  });
}

beforeAll(async () => {
  setMaxListeners(100, process);
  const journal = new MemoryJournal();
  server = await start(journal);
  await person('ana').must('POST', '/v1/rooms', { id: REF.room, title: 'Plans' });
  for (const user of ['bob', 'cyd'])
    await person('ana').must('PUT', `/v1/rooms/${REF.room}/members/${user}`, { role: 'speaker' });
  await server.drain();
  const { epoch, seq } = await journal.acquire(REF);
  const plan = shelfEntry({ text: 'the plan', resources: ['doc:plan'], after: 0 });
  await journal.append(REF, epoch, { expectedSeq: seq, records: [plan], updates: [] });
  authority.set(REF.tenant, 'doc:plan', ['ana', 'bob']);
  server = await start(journal);
});
afterAll(async () => {
  await server.drain();
  log.assertNoErrors();
});

function provider(user: string, version: ProviderVersion, doc: string): StockProvider {
  const at = { socketUrl: server.url.replace(/^http/u, 'ws') };
  return new StockProvider({ server: at, version, room: REF.room, doc, token: testToken({ user }) });
}

async function documentsOf(user: string): Promise<readonly string[]> {
  return (await person(user).must<{ items: string[] }>('GET', `/v1/rooms/${REF.room}/documents`)).items;
}

for (const version of ['3.0', '3.1'] as const) {
  test(`W18 R4 an unmodified provider ${version} reads a shelf while its person may, and is closed 4404 the moment they may not`, async () => {
    authority.set(REF.tenant, 'doc:plan', ['ana', 'bob']);
    const [, , name = ''] = await documentsOf('bob');
    const [bob, cyd] = [provider('bob', version, name), provider('cyd', version, name)];
    expect(await cyd.closed()).toBe(4404);
    cyd.destroy();
    await bob.ready();
    const texts = () => bob.ydoc.getArray<Entry>(ENTRIES).map(({ text }) => text);
    expect(texts()[0]).toBe('the plan');
    expect(bob.ydoc.store.clients.size).toBe(1);
    const closed = bob.closed();
    authority.set(REF.tenant, 'doc:plan', ['ana']);
    expect(await closed).toBe(4404);
    bob.destroy();
    expect(await documentsOf('bob')).toEqual(['transcript', 'transcript.me']);
  });
}

test('A39 R1 a provider that writes a shelf is closed 4403 by it, one that guesses a name 4404, and neither leaves a trace', async () => {
  authority.set(REF.tenant, 'doc:plan', ['ana', 'bob']);
  const [, , name = ''] = await documentsOf('bob');
  const bob = await provider('bob', '3.1', name).ready();
  bob.ydoc.getArray(ENTRIES).push([{ forged: true }]);
  expect(await bob.closed()).toBe(4403);
  bob.destroy();
  const guessed = provider('bob', '3.1', 'transcript.AAAAAAAAAAAAAAAAAAAAAA');
  expect(await guessed.closed()).toBe(4404);
  guessed.destroy();
  const page = await person('bob').must('GET', `/v1/rooms/${REF.room}/transcript`);
  expect(JSON.stringify(page)).not.toContain('forged');
  expect(page).toMatchObject({ items: [{ text: 'the plan' }], next: null });
  expect(await person('cyd').must('GET', `/v1/rooms/${REF.room}/transcript`)).toEqual({ items: [], next: null });
});
