import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import type { RoomRef } from '@parley/server/core/tenant';
import type { Batch, Epoch, Journal } from '@parley/server/ports/journal';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { bytes, listing, message, note, prompt, room, tenant, user } from '../contracts/journal-samples.ts';
import { sqliteWorld } from './sqlite-world.ts';

/** One call, with what it needs to know of the room taken from where the room stood before its group. */
type Call =
  | { readonly type: 'acquire'; readonly at: Place }
  | {
      readonly type: 'append';
      readonly at: Place;
      readonly stale: boolean;
      readonly offset: number;
      readonly body: Omit<Batch, 'expectedSeq'>;
    }
  | {
      readonly type: 'compact';
      readonly at: Place;
      readonly stale: boolean;
      readonly doc: (typeof DOCS)[number];
      readonly parts: number;
      readonly value: number;
    };
interface Place {
  readonly tenant: number;
  readonly room: string;
}

const PLACES: readonly Place[] = [0, 1].flatMap((one) => ['a', 'b'].map((id) => ({ tenant: one, room: id })));
const DOCS = ['workspace', 'transcript.me:ada'] as const;
const PEOPLE = ['ada', 'bob'];

const at = fc.constantFrom(...PLACES);
const record = fc.oneof(
  fc
    .tuple(fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6'), fc.constantFrom(...PEOPLE))
    .map(([key, who]) => prompt(key, who)),
  fc.constantFrom('k1', 'k2', 'k3').map((key) => message(key, key)),
  fc.string({ unit: 'binary', maxLength: 20 }).map(note),
);
const updates = fc.array(fc.record({ doc: fc.constantFrom(...DOCS), update: fc.uint8Array({ maxLength: 6 }) }), {
  maxLength: 3,
});
const shown = fc.option(
  fc
    .dictionary(fc.constantFrom(...PEOPLE), fc.constantFrom('owner' as const, 'reader' as const))
    .map((members) => listing('t', members)),
  { nil: null },
);
const body = fc.record(
  { records: fc.array(record, { maxLength: 3 }), updates, listing: shown, busy: fc.boolean() },
  { requiredKeys: ['records', 'updates'] },
);
const rarely = fc.integer({ min: 0, max: 9 }).map((n) => n === 0);
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constant('acquire' as const), at }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('append' as const),
      at,
      stale: rarely,
      offset: fc.constantFrom(0, 0, 0, 0, 1, 2, -1),
      body,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('compact' as const),
      at,
      stale: rarely,
      doc: fc.constantFrom(...DOCS),
      parts: fc.integer({ min: 0, max: 4 }),
      value: fc.nat(255),
    }),
  },
);

const world = sqliteWorld();
afterAll(async () => (await world).dispose());
let runs = 0;

test('D1 D3 SQLite and memory answer every history of calls alike, calls made at once included', async () => {
  const { journal: sqlite } = await world;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(call, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), async (groups) => {
      const history = new History(++runs, new MemoryJournal(), sqlite);
      for (const group of groups) await history.make(group);
      await history.compareEverything();
    }),
    { numRuns: 150 },
  );
});

/** The same calls made of both journals. Tenants are fresh in each run: opening another file costs more than a run. */
class History {
  readonly #run: number;
  readonly #memory: Journal;
  readonly #sqlite: Journal;
  /** As last acquired; no journal ever hands out epoch 0. */
  readonly #epochs = new Map(PLACES.map((place) => [place, 0 as Epoch]));

  constructor(run: number, memory: Journal, sqlite: Journal) {
    this.#run = run;
    this.#memory = memory;
    this.#sqlite = sqlite;
  }

  async make(group: readonly Call[]): Promise<void> {
    const stand = await this.#stand();
    const one = await this.#answers(this.#memory, group, stand);
    const other = await this.#answers(this.#sqlite, group, stand);
    expect(other).toEqual(one);
    for (const answer of one) {
      if (answer !== null && answer.kind === 'acquired') this.#epochs.set(answer.at, answer.epoch);
    }
  }

  async compareEverything(): Promise<void> {
    expect(await this.#everything(this.#sqlite)).toEqual(await this.#everything(this.#memory));
  }

  async #stand(): Promise<Stand> {
    const rooms = PLACES.map(async (place): Promise<[Place, RoomStand]> => {
      const seq = (await this.#memory.read(this.#ref(place), 0)).length;
      return [place, { epoch: this.#epochs.get(place) ?? (0 as Epoch), seq }];
    });
    return new Map(await Promise.all(rooms));
  }

  /** `null` stands for a rejection: both must reject the same calls, in their own words. */
  #answers(journal: Journal, group: readonly Call[], stand: Stand) {
    const made = group.map(async (one) => {
      const ref = this.#ref(one.at);
      const { epoch, seq } = stand.get(one.at) ?? { epoch: 0 as Epoch, seq: 0 };
      if (one.type === 'acquire') return { kind: 'acquired' as const, at: one.at, ...(await journal.acquire(ref)) };
      const used = (one.stale ? epoch - 1 : epoch) as Epoch;
      if (one.type === 'append') return journal.append(ref, used, { ...one.body, expectedSeq: seq + one.offset });
      return journal.compactDoc(ref, used, one.doc, one.parts, bytes(one.value));
    });
    return Promise.all(made.map((answer) => answer.catch(() => null)));
  }

  async #everything(journal: Journal): Promise<unknown> {
    const own = new Set([0, 1].map((one) => this.#tenantName(one)));
    const unfinished = (await journal.unfinished()).filter((ref) => own.has(ref.tenant.id));
    const rooms = PLACES.map(async (place) => ({
      records: await journal.read(this.#ref(place), 0),
      tail: await journal.read(this.#ref(place), 2),
      docs: await journal.docs(this.#ref(place)),
      parts: await Promise.all(DOCS.map((doc) => journal.loadDoc(this.#ref(place), doc))),
      lists: await Promise.all(
        PEOPLE.map((who) => journal.rooms(tenant(this.#tenantName(place.tenant)), user(who), null, 9)),
      ),
    }));
    return { unfinished, rooms: await Promise.all(rooms) };
  }

  #tenantName(one: number): string {
    return `run${this.#run}-${one}`;
  }

  #ref(place: Place): RoomRef {
    return room(place.room, this.#tenantName(place.tenant));
  }
}

interface RoomStand {
  readonly epoch: Epoch;
  readonly seq: number;
}
type Stand = ReadonlyMap<Place, RoomStand>;
