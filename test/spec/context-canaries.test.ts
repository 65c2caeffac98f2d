import { admitted, type Shelved } from '@parley/server/core/context/admission';
import type { Context, ContextItem } from '@parley/server/core/context/context';
import { Pasts } from '@parley/server/core/context/context-past';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import type { ResourceId } from '@parley/shared/label';
import type { Author } from '@parley/shared/entry';
import { expect, test } from 'vitest';
import { answered, asked, build, hash, item, said, type Line } from '../kit/context-items.ts';
import { mulberry32 } from '../kit/ids.ts';

/** `npm run test:builds -- 100000` for more. */
const BUILDS = Number(process.env['BUILDS'] ?? 200);
const SEED = Number(process.env['BUILDS_SEED'] ?? 20_261_129);
const BUILDS_A_ROOM = 40;
/** Every so many builds are made again from nothing. */
const AGAIN = 4;

const PEOPLE: readonly Author[] = ['ana', 'ben', 'cyd'].map((id) => ({ id, name: id, kind: 'user' }));
const RESOURCES = ['doc:plan', 'doc:pay'] as ResourceId[];
/** Words that prompts ask for. */
const TOPICS = 40;
const PASTED = 'the passage that everybody copies from everybody, in the room and in private, all of its many words';

interface Lane {
  readonly items: ContextItem[];
  readonly shelves: readonly (Shelved & { readonly items: ContextItem[] })[];
}

/** One room of three people: what is said in it, and what each of its turns is sent, with one memory for all lanes. */
class CanaryRoom {
  readonly #random: () => number;
  readonly #lanes = new Map<string, Lane>();
  readonly #pasts = new Pasts();
  readonly #words = new RoomWords();
  #said = 0;

  constructor(random: () => number) {
    this.#random = random;
    for (const lane of ['room', ...PEOPLE.map(({ id }) => id)]) {
      this.#lanes.set(lane, {
        items: [],
        shelves: RESOURCES.map((resource) => ({ label: `_${resource.slice(4)}_`, resources: [resource], items: [] })),
      });
    }
  }

  /** Somebody says something, or asks and is answered, in the open or behind a resource. */
  speak(): void {
    const who = this.#one(PEOPLE);
    const name = this.#random() < 0.6 ? 'room' : who.id;
    const lane = this.#lane(name);
    const shelf = this.#random() < 0.2 ? this.#one(lane.shelves) : null;
    const text = this.#text(name, who.id, shelf?.resources[0] ?? null);
    if (shelf !== null) return void shelf.items.push(this.#shelved(shelf, text, lane.items.length));
    if (this.#random() < 0.5) this.#add(lane, said(who, text));
    else this.#answer(lane, name, asked(who, text, String(this.#said)));
  }

  #answer(lane: Lane, name: string, prompt: Line): void {
    const { turn = '', text } = prompt;
    this.#add(lane, name === 'room' ? prompt : { ...prompt, after: this.#lane('room').items.length });
    this.#add(lane, answered(`to that: ${text}`, turn));
  }

  /** Which lanes and resources its reader may see, and all that is sent. */
  ask(): { readonly may: readonly string[]; readonly context: Context; readonly anew: () => Context } {
    const who = this.#one(PEOPLE);
    const isPrivate = this.#random() < 0.5;
    const open = RESOURCES.filter(() => this.#random() < 0.5);
    const read = (lane: Lane) =>
      admitted([...lane.items], lane.shelves, (resources) => resources.every((one) => open.includes(one)));
    const [room, own] = [read(this.#lane('room')), isPrivate ? read(this.#lane(who.id)) : null];
    // About something that was said, by anybody, anywhere.
    const text = `and topic${Math.floor(this.#random() * TOPICS)}?`;
    const made = (pasts: Pasts, words: RoomWords) =>
      build(room, {
        ...{ own, pasts, words, budget: 3_000, salts: { room: 'r', lane: isPrivate ? who.id : 'room' } },
        prompt: { seq: (own ?? room).length + 1, author: who, text, tokens: 2 },
      });
    const may = [...(isPrivate ? ['room', who.id] : ['room'])].flatMap((lane) => [
      lane,
      ...open.map((one) => lane + one),
    ]);
    return { may, context: made(this.#pasts, this.#words), anew: () => made(new Pasts(), new RoomWords()) };
  }

  #text(lane: string, by: string, resource: string | null): string {
    const canary = `canary(${lane}${resource ?? ''})`;
    const topic = `topic${Math.floor(this.#random() * TOPICS)}`;
    const words = `${canary} ${by} ${this.#said++} ${topic} ${'and so on '.repeat(Math.floor(this.#random() * 12))}`;
    return this.#random() < 0.4 ? `${words}\n${canary} ${PASTED}\n${PASTED}` : words;
  }

  #shelved({ resources, items }: Shelved, text: string, after: number): ContextItem {
    const counted = item(items.length + 1, said(this.#one(PEOPLE), text, { tokens: text.length >> 2 }));
    const id = hash(text).slice(0, 12) as typeof counted.entry.id;
    return { ...counted, entry: { ...counted.entry, id, resources: [...resources], after } };
  }

  #add(lane: Lane, line: Line): void {
    lane.items.push(item(lane.items.length + 1, { tokens: (line.text ?? '').length >> 2, ...line }));
  }

  #lane(name: string): Lane {
    const lane = this.#lanes.get(name);
    if (lane === undefined) throw new Error(`no lane ${name}`);
    return lane;
  }

  #one<T>(list: readonly T[]): T {
    const one = list[Math.floor(this.#random() * list.length)];
    if (one === undefined) throw new Error('an empty list');
    return one;
  }
}

const canariesIn = (context: Context) =>
  new Set([...JSON.stringify(context).matchAll(/canary\(([^)]*)\)/g)].map(([, of]) => of));

test(`C5 C6 R3 R9 in ${BUILDS} builds no word of a lane or a resource stands before who may not read it, and each can be made again`, () => {
  const random = mulberry32(SEED);
  const seen = new Set<string | undefined>();
  let recalled = 0;
  for (let builds = 0; builds < BUILDS;) {
    const room = new CanaryRoom(random);
    for (let one = 0; one < BUILDS_A_ROOM && builds < BUILDS; one++, builds++) {
      for (let lines = 0; lines < 4; lines++) room.speak();
      const { may, context, anew } = room.ask();
      const found = canariesIn(context);
      recalled += context.manifest.recalled?.length ?? 0;
      found.forEach((of) => seen.add(of));
      expect(
        [...found].filter((of) => !may.includes(of ?? '')),
        `seed ${SEED}, build ${builds}`,
      ).toEqual([]);
      if (builds % AGAIN === 0) expect(anew(), `seed ${SEED}, build ${builds}`).toEqual(context);
    }
  }
  // Every lane and every shelf was read by somebody, and old entries were recalled, or this would prove nothing.
  expect(recalled).toBeGreaterThan(BUILDS / 10);
  expect(seen.size).toBe((1 + PEOPLE.length) * (1 + RESOURCES.length));
}, 3_600_000);
