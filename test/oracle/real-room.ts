import type { Entry } from '@parley/shared/entry';
import { ClientKey, UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import type { RoomWorld } from '../kit/room-world.ts';
import { REF } from '../kit/room-ref.ts';
import { item } from '../kit/scripted-tools.ts';
import { asksFor, DRIVE, quiet, toolWorld } from '../kit/tooled-room.ts';
import type { Action, LaneName, Person, Resource } from './history.ts';

type Ask = Extract<Action, { type: 'ask' }>;
/** Owns the room and may read everything, so that what the others may do decides. */
const OWNER = 'own';

/** What one person has in front of them, entry by entry; an answer's words are the model's business. */
export type Shown = readonly string[];

/** A whole room in memory in which the actions of the model's histories really happen. */
export class RealRoom {
  readonly #world: RoomWorld;
  readonly #readers: Record<Resource, Set<string>> = { D: new Set(['ana']), E: new Set(['ana', 'cyn']) };
  #answers = 0;

  private constructor(world: RoomWorld) {
    this.#world = world;
  }

  /** Ana and Bob are in it; Ana can read D, Ana and Cyn E. */
  static async open(): Promise<RealRoom> {
    const world = await toolWorld({ limits: { turnTokens: 200_000, promptsPerMinute: 10_000 } });
    const set = (by: string, user: string, role: 'owner' | 'speaker') =>
      world.must(by, { type: 'member.set', user: UserId.parse(user), role });
    await set('ana', OWNER, 'owner');
    await set('ana', 'ana', 'speaker');
    await world.must(OWNER, { type: 'member.remove', user: UserId.parse('cyd') });
    const room = new RealRoom(world);
    room.#tell('D');
    room.#tell('E');
    return room;
  }

  /** Whether it was done; `words` are those of the action, where it has some. */
  async step(action: Action, words: string): Promise<boolean> {
    switch (action.type) {
      case 'say':
        return this.#say(action.by, action.lane, words);
      case 'ask':
        return this.#ask(action, words);
      case 'join':
        return this.#done(OWNER, { type: 'member.set', user: UserId.parse(action.who), role: 'speaker' });
      case 'leave':
        return this.#done(OWNER, { type: 'member.remove', user: UserId.parse(action.who) });
      case 'share':
        this.#readers[action.resource].add(action.who);
        return this.#tell(action.resource);
      case 'unshare':
        this.#readers[action.resource].delete(action.who);
        return this.#tell(action.resource);
      default:
        throw new Error(`no history of these holds ${action.type}`);
    }
  }

  /** Null for whoever is not let in. */
  async shownTo(person: Person): Promise<Shown | null> {
    await quiet();
    const lanes = await Promise.all((['room', 'me'] as const).map((lane) => this.#read(person, lane)));
    const [room, own] = lanes;
    return room === null || own === null || room === undefined || own === undefined
      ? null
      : [...room, ...own].toSorted();
  }

  /** What the model was sent last, as text. */
  get lastRequest(): string {
    return JSON.stringify(this.#world.model.requests.at(-1)?.messages ?? []);
  }

  #say(by: Person, lane: LaneName, text: string): Promise<boolean> {
    const id = ClientKey.parse(text.replaceAll(/[^a-z0-9]/g, '-'));
    return this.#done(by, { type: 'message.post', id, text, audience: lane, offRecord: false });
  }

  async #ask({ by, lane, quotes, reads }: Ask, words: string): Promise<boolean> {
    const id = ClientKey.parse(words.replaceAll(/[^a-z0-9]/g, '-'));
    const clean = quotes === null ? {} : { quotes: [] };
    const isMember = (await this.#world.command(by, { type: 'room.get' })).ok;
    if (isMember && reads.length > 0) this.#expectReads(reads);
    if (isMember) this.#world.model.expect({ pieces: [`answer ${(this.#answers += 1)}`] });
    const done = await this.#done(by, { type: 'prompt.submit', id, text: words, audience: lane, ...clean });
    await quiet();
    return done;
  }

  /** The model asks for all of it in one call, and the tool gives it with its name. */
  #expectReads(reads: readonly Resource[]): void {
    const items = reads.map((one) => item(`content of ${one}`, { resource: ResourceId.parse(`doc:${one}`) }));
    this.#world.model.expect({ end: asksFor({ call: `${DRIVE}.search`, given: { q: reads.join() } }) });
    this.#world.tools.expect({ call: `${DRIVE}.search`, outcome: { kind: 'result', isError: false, items } });
  }

  async #done(by: string, command: Parameters<RoomWorld['command']>[1]): Promise<boolean> {
    const { ok } = await this.#world.command(by, command);
    await quiet();
    return ok;
  }

  #tell(resource: Resource): true {
    this.#world.authority.set(REF.tenant, `doc:${resource}`, [OWNER, ...this.#readers[resource]]);
    return true;
  }

  async #read(person: Person, lane: LaneName): Promise<Shown | null> {
    const page = await this.#world.command(person, { type: 'transcript.read', lane, limit: 1_000 });
    if (!page.ok) return null;
    const { items } = page.value as { readonly items: readonly Entry[] };
    return items.map(({ author, text, resources = [], seq, after }) =>
      shownLine({
        lane,
        author: author.id,
        body: text,
        resources: resources.map((one) => one.slice('doc:'.length)),
        ...{ seq, after: after ?? null },
      }),
    );
  }
}

export interface ShownEntry {
  readonly lane: LaneName;
  readonly author: string;
  readonly body: string;
  readonly resources: readonly string[];
  readonly seq: number;
  readonly after: number | null;
}

/** One entry as it is compared: words of people, how many results a notice tells of, and of answers only that they are there. */
export function shownLine({ lane, author, body, resources, seq, after }: ShownEntry): string {
  const said = author === 'ai' ? '' : author === 'system' ? (/^\d+/.exec(body)?.[0] ?? '') : body;
  // Only what stands apart says behind which entry of the lane it came.
  const place = resources.length === 0 ? `${seq}` : `${seq} after ${after ?? ''}`;
  return [lane, author, said, resources.join('+'), place].join(' | ');
}
