import type { Entry } from '@parley/shared/entry';
import { ClientKey, EntryId, UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import type { ApprovalView } from '@parley/shared/tools';
import type { RoomWorld } from '../kit/room-world.ts';
import { REF } from '../kit/room-ref.ts';
import { failed, item } from '../kit/scripted-tools.ts';
import { asksFor, DRIVE, MAIL, quiet, toolWorld } from '../kit/tooled-room.ts';
import type { Action, LaneName, Person, Resource } from './history.ts';
import type { Item } from './rules.ts';

type ActionOf<T extends Action['type']> = Extract<Action, { type: T }>;
/** Owns the room and may read everything, so that what the others may do decides. */
const OWNER = 'own';
const SEND = `${MAIL}.send`;

/** What one person has in front of them, entry by entry; an answer's words are the model's business. */
export type Shown = readonly string[];

/** What an action of the model is in a room. */
export interface Step {
  readonly action: Action;
  /** Of what is said. */
  readonly words: string;
  /** Items that it names, as the model knows them. */
  readonly named: readonly Item[];
  /** Whether a mail goes out with it. */
  readonly sends: boolean;
}

/** A whole room in memory in which the actions of the model's histories really happen. */
export class RealRoom {
  readonly #world: RoomWorld;
  readonly #readers: Record<Resource, Set<string>> = { D: new Set(['ana']), E: new Set(['ana', 'cyn']) };
  /** Ids of what anybody was shown, by its place. */
  readonly #ids = new Map<string, EntryId>();
  #waiting: ApprovalView | null = null;
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
    for (const person of ['ana', 'bob'] as const) await room.#trust({ type: 'trust', by: person, people: [] });
    room.#tell('D');
    room.#tell('E');
    return room;
  }

  /** Whether it was done. */
  async step(step: Step): Promise<boolean> {
    const { action, words, named } = step;
    switch (action.type) {
      case 'say':
        return this.#say(action.by, action.lane, words);
      case 'ask':
        return this.#ask(action, step);
      case 'decide':
        return this.#decide(action, step);
      case 'trust':
        return this.#trust(action);
      case 'release':
        return this.#release(action.by, this.#idOf(named[0]));
      case 'redact':
        return this.#done(action.by, { type: 'entry.redact', entry: this.#idOf(named[0]) });
      case 'join':
        return this.#join(action.who);
      case 'leave':
        return this.#done(OWNER, { type: 'member.remove', user: UserId.parse(action.who) });
      case 'share':
        this.#readers[action.resource].add(action.who);
        return this.#tell(action.resource);
      case 'unshare':
        this.#readers[action.resource].delete(action.who);
        return this.#tell(action.resource);
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

  /** What a person is asked for, as the model says it. */
  async askedOf(person: Person): Promise<readonly unknown[]> {
    const listed = await this.#world.command(person, { type: 'approval.list' });
    const { items } = listed.ok ? (listed.value as { readonly items: readonly ApprovalView[] }) : { items: [] };
    return items.map(({ lane, influencedBy, builtOn }) => [lane, influencedBy, builtOn.map(nameOf)]);
  }

  /** What the model was sent last, as text. */
  get lastRequest(): string {
    return JSON.stringify(this.#world.model.requests.at(-1)?.messages ?? []);
  }

  /** As whom each mail went out. */
  get senders(): readonly string[] {
    const sent = this.#world.tools.invocations.filter(({ target }) => target.name === MAIL);
    return sent.map(({ bearer }) => bearer?.replace(`${MAIL} for `, '') ?? '');
  }

  /** Nothing that was expected of the model or a tool is left over, and nothing else was asked of them. */
  assertDone(): void {
    this.#world.model.assertDone();
    this.#world.tools.assertDone();
  }

  #say(by: Person, lane: LaneName, text: string): Promise<boolean> {
    return this.#done(by, { type: 'message.post', id: keyOf(text), text, audience: lane, offRecord: false });
  }

  async #ask({ by, lane, quotes, reads, act }: ActionOf<'ask'>, { words, named, sends }: Step): Promise<boolean> {
    const clean = quotes === null ? {} : { quotes: named.map((one) => this.#idOf(one)) };
    const isMember = (await this.#world.command(by, { type: 'room.get' })).ok;
    if (isMember && reads.length > 0) this.#expectReads(reads);
    if (isMember && act !== 'none') this.#world.model.expect({ end: asksFor({ call: SEND, given: { to: by } }) });
    if (sends) this.#expectMail();
    if (isMember) this.#world.model.expect({ pieces: [`answer ${(this.#answers += 1)}`] });
    const done = await this.#done(by, {
      type: 'prompt.submit',
      id: keyOf(words),
      text: words,
      audience: lane,
      ...clean,
    });
    const waits = await this.#world.command(by, { type: 'approval.list' });
    this.#waiting = waits.ok ? ((waits.value as { readonly items: readonly ApprovalView[] }).items[0] ?? null) : null;
    return done;
  }

  /** The model asks for all of it in one call, and the tool gives it with its name. */
  #expectReads(reads: readonly Resource[]): void {
    const items = reads.map((one) => item(`content of ${one}`, { resource: ResourceId.parse(`doc:${one}`) }));
    this.#world.model.expect({ end: asksFor({ call: `${DRIVE}.search`, given: { q: reads.join() } }) });
    this.#world.tools.expect({ call: `${DRIVE}.search`, outcome: { kind: 'result', isError: false, items } });
  }

  /** A mail server that takes none, so that the answer has nothing of it. */
  #expectMail(): void {
    this.#world.tools.expect({ call: SEND, outcome: failed('refused', false) });
  }

  async #decide({ by, approve, stale }: ActionOf<'decide'>, { sends }: Step): Promise<boolean> {
    if (this.#waiting === null) return false;
    const { id: approval, digest: shown } = this.#waiting;
    if (sends) this.#expectMail();
    const digest = stale ? `not ${shown}` : shown;
    const decision = approve ? 'approve' : 'decline';
    const done = await this.#done(by, { type: 'approval.decide', approval, decision, digest });
    if (done) this.#waiting = null;
    return done;
  }

  /** In the model what the tool gives is always trusted. */
  #trust({ by, people }: ActionOf<'trust'>): Promise<boolean> {
    const trusted = [...people, `tool:${DRIVE}`].map((one) => UserId.parse(one));
    return this.#done(by, { type: 'trust.set', trust: { call: SEND, people: trusted, arguments: {} } });
  }

  async #join(who: Person): Promise<boolean> {
    const wasIn = (await this.#world.command(who, { type: 'room.get' })).ok;
    const done = await this.#done(OWNER, { type: 'member.set', user: UserId.parse(who), role: 'speaker' });
    return wasIn ? done : this.#trust({ type: 'trust', by: who, people: [] });
  }

  async #release(by: Person, entry: EntryId): Promise<boolean> {
    const shown = await this.#world.command(by, { type: 'entry.preview-release', entry });
    const digest = shown.ok ? (shown.value as { readonly digest: string }).digest : 'none';
    return this.#done(by, { type: 'entry.release', entry, digest, to: 'room' });
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
    return items.map(({ id, author, text, resources: all = [], seq, after, redactedBy }) => {
      const resources = all.map(nameOf);
      this.#ids.set(placeOf({ lane: lane === 'room' ? 'room' : `me:${person}`, resources, seq }), id);
      const gone = redactedBy !== undefined;
      return shownLine({ lane, author: author.id, body: text, gone, resources, ...{ seq, after: after ?? null } });
    });
  }

  #idOf(named: Item | undefined): EntryId {
    return (named && this.#ids.get(placeOf(named))) ?? EntryId.parse('e_nobody_was_shown');
  }
}

function keyOf(text: string): ClientKey {
  return ClientKey.parse(text.replaceAll(/[^a-z0-9]/g, '-'));
}

function nameOf(resource: string): string {
  return resource.slice('doc:'.length);
}

function placeOf({ lane, resources, seq }: Pick<ShownEntry, 'resources' | 'seq'> & { readonly lane: string }): string {
  return `${lane} ${resources.join('+')} ${seq}`;
}

export interface ShownEntry {
  readonly lane: LaneName;
  readonly author: string;
  readonly body: string;
  readonly gone: boolean;
  readonly resources: readonly string[];
  readonly seq: number;
  readonly after: number | null;
}

/** One entry as it is compared: words of people, how many results a notice tells of, and of answers only that they are there. */
export function shownLine({ lane, author, body, gone, resources, seq, after }: ShownEntry): string {
  const said = author === 'ai' ? '' : author === 'system' ? (/^\d+/.exec(body)?.[0] ?? '') : body;
  // Only what stands apart says behind which entry of the lane it came.
  const place = resources.length === 0 ? `${seq}` : `${seq} after ${after ?? ''}`;
  return [lane, author, gone ? 'taken away' : said, resources.join('+'), place].join(' | ');
}
