import { forgottenUpTo, nextPrivateId, nextSharedId } from '@parley/server/adapters/store/audit-ids';
import { MemoryAudit } from '@parley/server/adapters/store/audit-memory';
import { SqliteAudit } from '@parley/server/adapters/store/audit-sqlite';
import { GroupCommit } from '@parley/server/adapters/store/group-commit';
import { openSqliteFile } from '@parley/server/adapters/store/sqlite-file';
import type { Audit } from '@parley/server/ports/audit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tenant, user } from '../contracts/journal-samples.ts';
import { tempFolder } from './sqlite-world.ts';

const acme = tenant('acme');

test('T50 numbers of shared lines do not depend on private ones, and every reader sees them grow', () => {
  const people = fc.constantFrom(null, 'ada', 'bob');
  fc.assert(
    fc.property(fc.array(people, { maxLength: 60 }), (owners) => {
      const last = new Map<string | null, number>([[null, 0]]);
      const seen = new Map<string, number>();
      const shared: number[] = [];
      for (const owner of owners) {
        const lastShared = last.get(null) ?? 0;
        const id = owner === null ? nextSharedId(lastShared) : nextPrivateId(last.get(owner) ?? 0, lastShared);
        last.set(owner, id);
        if (owner === null) shared.push(id);
        for (const reader of owner === null ? ['ada', 'bob'] : [owner]) {
          expect(id).toBeGreaterThan(seen.get(reader) ?? 0);
          seen.set(reader, id);
        }
      }
      expect(shared).toEqual(shared.map((_, index) => (index + 1) * 1_048_576));
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('T50 a tenant keeps a million lines, and the oldest are let go a thousand at a time', () => {
  const id = (count: number): number => count * 1_048_576;
  expect(forgottenUpTo(id(1_000_000))).toBeNull();
  expect(forgottenUpTo(id(1_000_001))).toBeNull();
  expect(forgottenUpTo(id(1_000_448))).toBe(id(448));
});

async function checkBound(audit: Audit): Promise<void> {
  const what = { at: 1, room: null, by: 'ada', target: null, outcome: 'done', code: null, private: null } as const;
  for (let n = 1; n <= 10; n += 1) {
    await audit.note(acme, [
      { ...what, action: `own ${n}`, private: user('ada') },
      { ...what, action: `${n}` },
    ]);
    await audit.note(tenant('rival'), [{ ...what, action: 'theirs' }]);
  }
  const all = { after: 0, limit: 99, reader: user('ada'), all: true };
  const kept = (await audit.lines(acme, all)).map(({ action }) => action);
  expect(kept).toEqual(['own 7', '7', 'own 8', '8', 'own 9', '9', 'own 10', '10']);
  expect((await audit.lines(tenant('rival'), all)).length).toBeGreaterThanOrEqual(3);
}

test('T50 memory keeps the newest lines of each tenant', () => checkBound(new MemoryAudit(3)));

test('T50 SQLite keeps the newest lines of each tenant', async () => {
  const folder = await tempFolder();
  const file = openSqliteFile(folder.path);
  const transaction = file.db.transaction((work: () => void) => work());
  const writes = new GroupCommit(
    (work) => transaction.immediate(work),
    () => true,
  );
  await checkBound(new SqliteAudit(file.db, writes, 3));
  file.close();
  await folder.remove();
});
