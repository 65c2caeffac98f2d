import { MemoryAuthority } from '@parley/server/adapters/authority/authority-memory';
import { OpenFgaAuthority } from '@parley/server/adapters/authority/authority-openfga';
import { splitAuthority } from '@parley/server/adapters/authority/authority-split';
import { SqliteAuthority } from '@parley/server/adapters/authority/authority-sqlite';
import { fgaObject } from '@parley/server/adapters/authority/fga-object';
import { GroupCommit } from '@parley/server/adapters/store/group-commit';
import { openSqliteFile } from '@parley/server/adapters/store/sqlite-file';
import type { Authority } from '@parley/server/ports/authority';
import type { ResourceTable } from '@parley/server/ports/resource-table';
import type { UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ACME, ANA, authorityContract, BEN, BETA, BUDGET, PLAN, plain } from '../contracts/authority.ts';
import { TestClock } from '../kit/clock.ts';
import { OpenFgaDouble } from '../kit/openfga-double.ts';
import { tenantOf } from '../kit/tool-world.ts';

const STORES = new Map([
  ['acme', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
  ['beta', '01ARZ3NDEKTSV4RRFFQ69G5FAW'],
]);

interface Table {
  readonly authority: Authority & ResourceTable;
  dispose(): Promise<void>;
}

function memory(): Table {
  return { authority: new MemoryAuthority(), dispose: async () => {} };
}

function sqliteIn(folder: string): Table {
  const file = openSqliteFile(folder);
  const transaction = file.db.transaction((work: () => void) => work());
  const writes = new GroupCommit(
    (work) => transaction.immediate(work),
    () => false,
  );
  return { authority: new SqliteAuthority(file.db, writes), dispose: async () => file.close() };
}

function sqlite(): Table {
  const folder = mkdtempSync(join(tmpdir(), 'parley-authority-'));
  const table = sqliteIn(folder);
  return {
    ...table,
    dispose: async () => {
      await table.dispose();
      rmSync(folder, { recursive: true });
    },
  };
}

for (const [name, open] of [
  ['memory', memory],
  ['SQLite', sqlite],
] as const) {
  authorityContract(`the built-in table, ${name}`, async () => {
    const table = open();
    return { ...table, set: (...said) => table.authority.put(...said), settle: async () => {} };
  });

  describe(`the built-in table, ${name}`, () => {
    test('R3 a tool is heard about what no admin spoke of, and not about what one did', async () => {
      const { authority, dispose } = open();
      await authority.learn(ACME, PLAN, [BEN]);
      await authority.put(ACME, BUDGET, [ANA]);
      await authority.learn(ACME, BUDGET, [ANA, BEN]);
      expect(plain(await authority.readers(ACME, [PLAN, BUDGET], [ANA, BEN]))).toEqual({
        [PLAN]: ['ben'],
        [BUDGET]: ['ana'],
      });
      await authority.put(ACME, PLAN, [ANA]);
      await authority.learn(ACME, PLAN, [BEN]);
      expect(await authority.readersOf(ACME, PLAN)).toEqual(['ana']);
      await dispose();
    });

    test('R16 what a tool said is in effect, and neither listed nor told nor forgotten: it would tell that somebody used the tool', async () => {
      const { authority, dispose } = open();
      await authority.learn(ACME, PLAN, [BEN]);
      await authority.put(ACME, BUDGET, [BEN, ANA]);
      const all = { after: null, limit: 10, reader: null };
      const budget = { resource: BUDGET, readers: ['ana', 'ben'], count: 2 };
      expect(await authority.said(ACME, all)).toEqual([budget]);
      expect(await authority.said(ACME, { ...all, reader: BEN })).toEqual([budget]);
      expect(await authority.said(ACME, { ...all, after: BUDGET })).toEqual([]);
      expect(await authority.said(ACME, { ...all, limit: 0 })).toEqual([]);
      expect(await authority.said(BETA, all)).toEqual([]);
      expect(await authority.readersOf(ACME, PLAN)).toBeNull();
      expect(await authority.drop(ACME, PLAN)).toBe(false);
      expect(plain(await authority.readers(ACME, [PLAN], [ANA, BEN]))).toEqual({ [PLAN]: ['ben'] });
      await authority.put(ACME, BUDGET, [ANA]);
      expect(await authority.said(ACME, { ...all, reader: BEN })).toEqual([]);
      await dispose();
    });

    test('what is kept is told, and what is dropped is not known', async () => {
      const { authority, dispose } = open();
      await authority.put(ACME, PLAN, [BEN, ANA, BEN]);
      expect(await authority.readersOf(ACME, PLAN)).toEqual(['ana', 'ben']);
      expect(await authority.readersOf(BETA, PLAN)).toBeNull();
      expect(await authority.drop(BETA, PLAN)).toBe(false);
      expect(await authority.drop(ACME, PLAN)).toBe(true);
      expect(await authority.readersOf(ACME, PLAN)).toBeNull();
      expect(await authority.readers(ACME, [PLAN], [ANA])).toEqual(new Map());
      await dispose();
    });
  });
}

test('R3 the table in SQLite is there after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-authority-'));
  const before = sqliteIn(folder);
  await before.authority.put(ACME, PLAN, [ANA]);
  await before.dispose();
  const after = sqliteIn(folder);
  expect(await after.authority.readersOf(ACME, PLAN)).toEqual(['ana']);
  await after.dispose();
  rmSync(folder, { recursive: true });
});

interface FgaWorld {
  readonly authority: OpenFgaAuthority;
  readonly fga: OpenFgaDouble;
  readonly clock: TestClock;
}

async function openFga(token: string | null = null): Promise<FgaWorld> {
  const fga = await OpenFgaDouble.start();
  const clock = new TestClock();
  return { fga, clock, authority: new OpenFgaAuthority({ url: fga.url, stores: STORES, token, clock }) };
}

function setReaders({ fga }: FgaWorld, tenant: string, resource: ResourceId, readers: readonly UserId[]): void {
  const store = STORES.get(tenant) ?? '';
  const object = fgaObject('resource', resource);
  const wanted = readers.map((user) => fgaObject('user', user));
  for (const tuple of [...(fga.tuples.get(store) ?? [])])
    if (tuple.endsWith(` ${object}`)) fga.set(store, { user: tuple.split(' ')[0] ?? '', object }, false);
  for (const user of wanted) fga.set(store, { user, object }, true);
}

/** A poll is under way from the moment its timer fires until the next one is set. */
async function poll({ clock }: FgaWorld): Promise<void> {
  if (clock.pending.length === 0) return;
  clock.advance(2_000);
  while (clock.pending.every((due) => due < clock.now() + 2_000)) await new Promise((resolve) => setImmediate(resolve));
}

authorityContract('OpenFGA, against the double of its wire', async () => {
  const world = await openFga();
  return {
    authority: world.authority,
    set: async (tenant, resource, readers) => setReaders(world, tenant.id, resource, readers),
    settle: () => poll(world),
    dispose: () => world.fga[Symbol.asyncDispose](),
  };
});

describe('OpenFGA', () => {
  test('R3 what it cannot tell of, wholly or of one person, is closed; the rest of the answer stands', async () => {
    const world = await openFga();
    setReaders(world, 'acme', PLAN, [ANA]);
    setReaders(world, 'acme', BUDGET, [ANA]);
    world.fga.broken.add(fgaObject('resource', BUDGET));
    expect(plain(await world.authority.readers(ACME, [PLAN, BUDGET], [ANA]))).toEqual({ [PLAN]: ['ana'] });
    await world.fga[Symbol.asyncDispose]();
  });

  test('R3 a refusal, silence for a second, and a server that is not there are all nobody', async () => {
    const world = await openFga();
    setReaders(world, 'acme', PLAN, [ANA]);
    world.fga.status = 500;
    expect(await world.authority.readers(ACME, [PLAN], [ANA])).toEqual(new Map());
    world.fga.status = 200;
    world.fga.silent = true;
    const answer = world.authority.readers(ACME, [PLAN], [ANA]);
    world.clock.advance(1_000);
    expect(await answer).toEqual(new Map());
    await world.fga[Symbol.asyncDispose]();
    expect(await world.authority.readers(ACME, [PLAN], [ANA])).toEqual(new Map());
  });

  test('R3 a name that it cannot take closes itself and not the others', async () => {
    const world = await openFga();
    setReaders(world, 'acme', PLAN, [ANA]);
    const monster = ':'.repeat(200) as ResourceId;
    expect(plain(await world.authority.readers(ACME, [PLAN, monster], [ANA]))).toEqual({ [PLAN]: ['ana'] });
    await world.fga[Symbol.asyncDispose]();
  });

  test('R11 a tenant without a store of its own is asked about nowhere', async () => {
    const world = await openFga();
    expect(await world.authority.readers(tenantOf('gamma'), [PLAN], [ANA])).toEqual(new Map());
    expect(world.fga.bearers).toEqual([]);
    await world.fga[Symbol.asyncDispose]();
  });

  test('it is asked with the key it was given', async () => {
    const world = await openFga('shared-key');
    await world.authority.readers(ACME, [PLAN], [ANA]);
    expect(world.fga.bearers).toEqual(['shared-key']);
    await world.fga[Symbol.asyncDispose]();
  });

  test('R3 while its changes cannot be read everything that was asked about counts as changed', async () => {
    const world = await openFga();
    const heard: string[] = [];
    const stop = world.authority.watch((_, resources) => heard.push(...resources));
    await world.authority.readers(ACME, [PLAN], [ANA]);
    await poll(world);
    heard.length = 0;
    world.fga.status = 503;
    await poll(world);
    expect(heard).toEqual([PLAN]);
    stop();
    await world.fga[Symbol.asyncDispose]();
  });

  test('different ids are different objects, and none holds what OpenFGA gives a meaning', () => {
    const id = fc.string({
      unit: fc.constantFrom('a', '%', ':', '#', '@', '*', ' ', '2', '5', '3', 'A', 'é'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(fgaObject('user', a) === fgaObject('user', b)).toBe(a === b);
        expect(fgaObject('user', a).slice(5)).not.toMatch(/[:#@*\s]/);
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });
});

test('R3 what only tools told of is ours, everything else is the outside authority’s', async () => {
  const outside = new MemoryAuthority();
  const own = new MemoryAuthority();
  const split = splitAuthority(outside, own);
  const result = 'tool/abc' as ResourceId;
  await outside.put(ACME, result, [ANA, BEN]);
  await outside.put(ACME, PLAN, [ANA]);
  await split.learn(ACME, result, [BEN]);
  expect(plain(await split.readers(ACME, [PLAN, result], [ANA, BEN]))).toEqual({ [PLAN]: ['ana'], [result]: ['ben'] });
  const heard: string[] = [];
  const stop = split.watch((_, resources) => heard.push(...resources));
  await own.put(ACME, result, []);
  await outside.put(ACME, PLAN, []);
  stop();
  await outside.put(ACME, PLAN, [ANA]);
  expect(heard).toEqual([result, PLAN]);
});
