import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { ClientKey, UserId, type EntryId, type TurnId } from '@parley/shared/ids';
import * as fc from 'fast-check';
import { HashingModel } from './hashing-model.ts';
import type { Onlooker } from './onlooker.ts';
import { RoomWorld, settled } from './room-world.ts';
import { shelfEntry } from './shelf-entry.ts';
import { REF } from './room-ref.ts';

const RESOURCES = ['doc:a', 'doc:b'] as const;
type Resource = (typeof RESOURCES)[number];
type Who = 'ana' | 'cyd';

/** One thing that happens in every world; what is put on a shelf differs between them. */
export type ShelfStep =
  | { readonly do: 'say'; readonly who: Who }
  | { readonly do: 'ask' | 'alone'; readonly who: Who; readonly quotes: boolean }
  | { readonly do: 'shelve'; readonly resource: Resource; readonly words: number }
  | { readonly do: 'readers'; readonly resource: Resource; readonly more: boolean }
  | { readonly do: 'guest' | 'restart' };

const who = fc.constantFrom<Who>('ana', 'cyd');
const resource = fc.constantFrom(...RESOURCES);
const step: fc.Arbitrary<ShelfStep> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('say' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ask' as const), who, quotes: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('alone' as const), who, quotes: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('shelve' as const), resource, words: fc.integer({ min: 1, max: 400 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('readers' as const), resource, more: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('guest' as const, 'restart' as const) }) },
);
export const shelfHistory = fc.array(step, { minLength: 4, maxLength: 14 });

/** What stands on the shelves: as the history says, with other words of another length, or nothing at all. */
export type OnShelves = 'as told' | 'other words' | 'none';

/** Everything that one person got: frames of all their sockets, answers, events, and the prompts of turns for them. */
export interface Observed {
  readonly frames: readonly string[];
  readonly answers: readonly unknown[];
  readonly requests: readonly unknown[];
}

export interface Cast {
  /** Who may read the resources, and whoever else may when a step says `more`. */
  readonly readers: readonly string[];
  readonly more: readonly string[];
  /** Whose view is compared. */
  readonly observer: string;
  /** When the observer comes in: at the start as everybody, or only when all is over. */
  readonly comes: 'first' | 'last';
}

/** Plays a history over a whole room whose model gives away all that it was sent. */
export async function observe(history: readonly ShelfStep[], onShelves: OnShelves, cast: Cast): Promise<Observed> {
  const model = new HashingModel();
  const world = await RoomWorld.open({ limits: { turnTokens: 1_200 } }, new MemoryJournal(), model);
  const play = new Play(world, model, onShelves, cast);
  await play.begin();
  for (const [index, now] of history.entries()) await play.step(now, index);
  return play.end();
}

class Play {
  readonly #world: RoomWorld;
  readonly #model: HashingModel;
  readonly #onShelves: OnShelves;
  readonly #cast: Cast;
  readonly #onlookers: Onlooker[] = [];
  readonly #turns: TurnId[] = [];
  readonly #requests: unknown[] = [];
  readonly #places = new Map<Resource, number>();

  constructor(world: RoomWorld, model: HashingModel, onShelves: OnShelves, cast: Cast) {
    this.#world = world;
    this.#model = model;
    this.#onShelves = onShelves;
    this.#cast = cast;
  }

  async begin(): Promise<void> {
    for (const one of RESOURCES) this.#world.authority.set(REF.tenant, one, this.#cast.readers);
    await this.#look();
  }

  async step(now: ShelfStep, index: number): Promise<void> {
    const asked = this.#model.requests.length;
    await this.#happen(now, index);
    await settled();
    this.#world.clock.advance(100);
    await settled();
    const { observer, comes } = this.#cast;
    const forObserver = now.do === 'ask' || (now.do === 'alone' && now.who === observer);
    if (forObserver && comes === 'first') this.#requests.push(...this.#model.requests.slice(asked));
  }

  async end(): Promise<Observed> {
    const { observer, comes } = this.#cast;
    if (comes === 'last') {
      await this.#world.must('ana', { type: 'member.set', user: UserId.parse(observer), role: 'moderator' });
      await this.#look();
    }
    const answers: unknown[] = [];
    for (const turn of this.#turns) answers.push(await this.#world.turn(observer, turn));
    for (const lane of ['room', 'me'] as const)
      answers.push(await this.#world.must(observer, { type: 'transcript.read', lane, limit: 1_000 }));
    answers.push(await this.#world.must(observer, { type: 'document.list' }));
    answers.push((await this.#world.watch(observer, { seq: 0, room: 0, me: 0 })).events);
    this.#world.log.assertNoErrors();
    const frames = this.#onlookers.flatMap((one) => one.frames.map((frame) => Buffer.from(frame).toString('latin1')));
    return { frames, answers, requests: this.#requests };
  }

  async #happen(now: ShelfStep, index: number): Promise<void> {
    const { readers, more } = this.#cast;
    switch (now.do) {
      case 'say':
        return this.#say(now.who, index);
      case 'ask':
      case 'alone':
        return this.#ask(now, index);
      case 'shelve':
        return this.#shelve(now.resource, now.words);
      case 'readers':
        return this.#world.authority.set(REF.tenant, now.resource, now.more ? [...readers, ...more] : readers);
      case 'guest':
        await this.#world.must('ana', { type: 'member.set', user: UserId.parse(`gus${index}`), role: 'reader' });
        return;
      case 'restart':
        await this.#world.restart();
        return this.#look();
    }
  }

  async #say(user: Who, index: number): Promise<void> {
    const message = { id: ClientKey.parse(`m${index}`), text: `words ${index} `.repeat(10), audience: 'room' } as const;
    await this.#world.must(user, { type: 'message.post', offRecord: false, ...message });
  }

  async #ask(now: Extract<ShelfStep, { do: 'ask' | 'alone' }>, index: number): Promise<void> {
    const audience = now.do === 'ask' ? 'room' : 'me';
    const quotes = now.quotes ? { quotes: await this.#newest(now.who) } : {};
    const { turn } = await this.#world.prompt(now.who, `ask ${index}`, { audience, ...quotes });
    if (audience === 'room' || now.who === this.#cast.observer) this.#turns.push(turn);
  }

  /** The newest entries of the lane's own document. */
  async #newest(user: string): Promise<EntryId[]> {
    const { items } = await this.#world.must(user, { type: 'transcript.read', lane: 'room', limit: 1_000 });
    return items
      .filter(({ resources }) => resources === undefined)
      .slice(-2)
      .map(({ id }) => id);
  }

  async #shelve(one: Resource, words: number): Promise<void> {
    const seq = (this.#places.get(one) ?? 0) + 1;
    this.#places.set(one, seq);
    const { items } = await this.#world.must('ana', { type: 'transcript.read', lane: 'room', limit: 1_000 });
    const after = items.findLast(({ resources }) => resources === undefined)?.seq ?? 0;
    const text = this.#onShelves === 'as told' ? 'secret '.repeat(words) : 'hidden '.repeat(401 - words);
    const entry = shelfEntry({ text, resources: [one], seq, after });
    await this.#world.found(...(this.#onShelves === 'none' ? [] : [entry]));
    await this.#look();
  }

  /** The observer and somebody who may read everything come (back) and open what they may. */
  async #look(): Promise<void> {
    for (const user of new Set(['ana', this.#cast.observer])) {
      const one = await this.#world.onlook(user);
      if (user === this.#cast.observer) this.#onlookers.push(one);
      for (const doc of ['transcript', 'transcript.me', ...one.listed]) one.open(doc);
      await settled();
    }
  }
}
