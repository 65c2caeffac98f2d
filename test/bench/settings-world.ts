import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { mintTenant } from '@parley/server/core/tenant';
import { openSqliteFile } from '@parley/server/adapters/store/sqlite-file';
import { must } from '@parley/shared/assert';
import type { RestPerson } from '../kit/server.ts';
import { ModelWorld, type Told } from './model-world.ts';

/** What happens to the store of what admins and people decided, while the journal stays well. */
export type Harm = 'throws' | 'hangs' | 'nonsense';

interface Row {
  readonly tenant: string;
  readonly user: string;
  readonly tool: string;
}

const SETTINGS = ['key_policies', 'credentials', 'budgets', 'tools', 'jobs'] as const;
const TENANTS_KEY = 'tenants-key';
/** What a credential that opens may hold nevertheless. */
const NONSENSE = ['no json', '{"accessToken":7}', '{"accessToken":"","refreshToken":null,"expiresAt":"soon"}'];

/**
 * A server whose people ask at a steady rate, every other one with a key of their own and the rest with their tenant's;
 * nobody allowed that another key answers. Its settings can be harmed behind its back, in its own file.
 */
export class SettingsWorld implements AsyncDisposable {
  readonly #world: ModelWorld;
  readonly #people: readonly RestPerson[];
  readonly #spoilt: ReadonlyMap<string, Uint8Array>;
  readonly #db: DatabaseSync;

  private constructor(world: ModelWorld, people: readonly RestPerson[], spoilt: ReadonlyMap<string, Uint8Array>) {
    this.#world = world;
    this.#people = people;
    this.#spoilt = spoilt;
    this.#db = new DatabaseSync(join(world.server.data, 'parley.sqlite'), { timeout: 5_000 });
  }

  static async start(seed: number, many: number): Promise<SettingsWorld> {
    const hanging = `--import=${resolve(import.meta.dirname, 'servers/hanging-settings.ts')}`;
    const world = await ModelWorld.start([{}, {}], seed, { NODE_OPTIONS: hanging });
    const people = await world.people(many);
    const admin = await world.admin();
    await admin.must('PUT', '/v1/keys/policy', { personal: true, fallback: false });
    await admin.must('PUT', '/v1/budgets/tenant', { tokens: 1_000_000_000 });
    for (const { url } of world.providers) {
      const provider = new URL(url).host;
      await admin.must('PUT', `/v1/keys/tenant/${provider}`, { key: TENANTS_KEY });
      for (const person of people.filter(bringsKey))
        await person.must('PUT', `/v1/keys/me/${provider}`, { key: keyOf(person) });
    }
    // What it knows from here on is what its store says.
    await world.server.stop();
    const spoilt = spoiltIn(world.server.data);
    await world.server.restart();
    return new SettingsWorld(world, people, spoilt);
  }

  /** So many turns, so many a second whatever becomes of them; `at` is told how many were asked before each. */
  async turns(many: number, perSecond: number, at: (asked: number) => void): Promise<readonly (Told | null)[]> {
    const began = performance.now();
    const told: Promise<Told | null>[] = [];
    for (let n = 0; n < many; n += 1) {
      await new Promise((go) => setTimeout(go, Math.max(0, began + (n * 1_000) / perSecond - performance.now())));
      at(n);
      // One that is refused, or not answered in its time, has failed as well.
      told.push(this.#world.turn(must(this.#people[n % this.#people.length], 'somebody asks')).catch(() => null));
    }
    return Promise.all(told);
  }

  /** Calls with a key that is neither their speaker's nor, where they brought none, their tenant's. */
  async onOthersKeys(turns: number): Promise<number> {
    const due = new Map<string, number>();
    for (let n = 0; n < turns; n += 1) {
      const speaker = must(this.#people[n % this.#people.length], 'somebody asks');
      const key = bringsKey(speaker) ? keyOf(speaker) : TENANTS_KEY;
      due.set(key, (due.get(key) ?? 0) + 1);
    }
    const counted = (await this.#world.stats()).flatMap(({ keys }) => Object.entries(keys));
    return counted.reduce((sum, [key, calls]) => sum + Math.max(0, calls - (due.get(key) ?? 0)), 0);
  }

  harm(harm: Harm): void {
    if (harm === 'hangs') return writeFileSync(this.#hangs, '');
    if (harm === 'throws') return this.#all((table) => `ALTER TABLE ${table} RENAME TO gone_${table}`);
    this.#all((table) => `CREATE TABLE kept_${table} AS SELECT * FROM ${table}`);
    this.#db.exec(`
      UPDATE key_policies SET personal = -7, fallback = 9007199254740993;
      UPDATE budgets SET tokens = -1;
      UPDATE tools SET sealed = randomblob(99);`);
    const spoil = this.#db.prepare('UPDATE credentials SET sealed = ? WHERE user = ? AND tool = ?');
    for (const [place, sealed] of this.#spoilt) spoil.run(sealed, ...(JSON.parse(place) as [string, string]));
  }

  heal(harm: Harm): void {
    if (harm === 'hangs') return rmSync(this.#hangs);
    if (harm === 'throws') return this.#all((table) => `ALTER TABLE gone_${table} RENAME TO ${table}`);
    this.#all(
      (table) => `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}; DROP TABLE kept_${table}`,
    );
  }

  get #hangs(): string {
    return join(this.#world.server.data, 'hangs');
  }

  #all(sql: (table: string) => string): void {
    this.#db.exec(`BEGIN IMMEDIATE; ${SETTINGS.map(sql).join(';')}; COMMIT`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#db.close();
    await this.#world[Symbol.asyncDispose]();
  }
}

function bringsKey({ id }: RestPerson): boolean {
  return Number(id.slice(1)) % 2 === 0;
}

function keyOf({ id }: RestPerson): string {
  return `key-of-${id}`;
}

/** For each credential bytes that are none: some open to something else, and some to nothing. */
function spoiltIn(folder: string): ReadonlyMap<string, Uint8Array> {
  const { db, keys, close } = openSqliteFile(folder);
  try {
    const rows = db.prepare('SELECT tenant, user, tool FROM credentials').all() as Row[];
    return new Map(
      rows.map(({ tenant, user, tool }, index) => {
        const text = NONSENSE[index % (NONSENSE.length + 1)];
        const place = `credential/${user}/${tool}`;
        const sealed =
          text === undefined
            ? new Uint8Array(40)
            : keys.seal(must(mintTenant(tenant), 'a tenant'), Buffer.from(text), place);
        return [JSON.stringify([user, tool]), sealed];
      }),
    );
  } finally {
    close();
  }
}
