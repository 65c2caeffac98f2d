import type { ToolInvocation, ToolOutcome } from '@parley/server/ports/tools';
import { NOTES } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import { ClientKey, EntryId, UserId, type TurnId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import type { ApprovalView } from '@parley/shared/tools';
import * as Y from 'yjs';
import type { RoomWorld } from '../kit/room-world.ts';
import { REF } from '../kit/room-ref.ts';
import { failed, item } from '../kit/scripted-tools.ts';
import { DRIVE, MAIL, quiet, toolWorld } from '../kit/tooled-room.ts';
import type { Action, LaneName, Person, Resource } from './history.ts';
import { WAITS_MS } from './model.ts';
import type { Approval, Item } from './rules.ts';
import { shownLine, type Shown } from './shown.ts';
import { WillingModel } from './willing-model.ts';

type ActionOf<T extends Action['type']> = Extract<Action, { type: T }>;
/** Owns the room and may read everything, so that what the others may do decides. */
const OWNER = 'own';
const SEND = `${MAIL}.send`;

/** What an action of the model is in a room. */
export interface Step {
  readonly action: Action;
  /** Of what is said. */
  readonly words: string;
  /** Items that it names, as the model knows them. */
  readonly named: readonly Item[];
  /** The call that somebody pressed for, or whose turn they stopped. */
  readonly pressed: Approval | null;
}

/** A whole room in memory in which the actions of the model's histories really happen. */
export class RealRoom {
  readonly #model: WillingModel;
  readonly #world: RoomWorld;
  readonly #readers: Record<Resource, Set<string>> = { D: new Set(['ana']), E: new Set(['ana', 'cyn']) };
  /** Ids of what anybody was shown, by its place. */
  readonly #ids = new Map<string, EntryId>();
  /** Turns by the number of their prompt's words. */
  readonly #turns = new Map<number, TurnId>();
  #told = 0;

  private constructor(world: RoomWorld, model: WillingModel) {
    this.#world = world;
    this.#model = model;
  }

  /** Ana and Bob are in it; Ana can read D, Ana and Cyn E. */
  static async open(): Promise<RealRoom> {
    const model = new WillingModel();
    const world = await toolWorld({ limits: { turnTokens: 200_000, promptsPerMinute: 10_000 } }, 'speaker', model);
    world.tools.answers = answerOf;
    const set = (by: string, user: string, role: 'owner' | 'speaker') =>
      world.must(by, { type: 'member.set', user: UserId.parse(user), role });
    await set('ana', OWNER, 'owner');
    await set('ana', 'ana', 'speaker');
    await world.must(OWNER, { type: 'member.remove', user: UserId.parse('cyd') });
    const room = new RealRoom(world, model);
    for (const person of ['ana', 'bob'] as const) await room.#trust({ type: 'trust', by: person, people: [] });
    room.#tell('D');
    room.#tell('E');
    return room;
  }

  /** Whether it was done. */
  async step(step: Step): Promise<boolean> {
    this.#world.clock.advance(1);
    const done = await this.#take(step);
    await this.#quiet();
    return done;
  }

  #take({ action, words, named, pressed }: Step): boolean | Promise<boolean> {
    switch (action.type) {
      case 'say':
        return this.#say(action.by, action.lane, words);
      case 'ask':
        return this.#ask(action, words, named);
      case 'decide':
        return pressed !== null && this.#decide(action, pressed);
      case 'stop':
        return pressed !== null && this.#stop(action.by, pressed);
      case 'trust':
        return this.#trust(action);
      case 'release':
        return this.#release(action.by, this.#idOf(named[0]));
      case 'redact':
        return this.#done(action.by, { type: 'entry.redact', entry: this.#idOf(named[0]) });
      case 'write':
        return this.#write(action.by, words);
      case 'wait':
        return this.#wait(WAITS_MS[action.until]);
      default:
        return this.#let(action);
    }
  }

  #let(action: ActionOf<'join' | 'leave' | 'right' | 'share' | 'unshare' | 'mail' | 'notes'>) {
    switch (action.type) {
      case 'join':
        return this.#done(OWNER, { type: 'member.set', user: UserId.parse(action.who), role: 'speaker' });
      case 'leave':
        return this.#done(OWNER, { type: 'member.remove', user: UserId.parse(action.who) });
      case 'right':
        return this.#right(action);
      case 'share':
        this.#readers[action.resource].add(action.who);
        return this.#tell(action.resource);
      case 'unshare':
        this.#readers[action.resource].delete(action.who);
        return this.#tell(action.resource);
      case 'mail':
        return this.#done(
          OWNER,
          action.there ? { type: 'tool.admit', tool: MAIL, as: 'speaker' } : { type: 'tool.drop', tool: MAIL },
        );
      case 'notes':
        return this.#done(OWNER, {
          type: 'room.update',
          policy: { levels: { 'workspace.edit': action.open ? 20 : 50 } },
        });
    }
  }

  /** Null for whoever is not let in. */
  async shownTo(person: Person): Promise<Shown | null> {
    const lanes = await Promise.all((['room', 'me'] as const).map((lane) => this.#read(person, lane)));
    const [room, own] = lanes;
    return room === null || own === null || room === undefined || own === undefined
      ? null
      : [...room, ...own].toSorted();
  }

  /** What a person is asked for, as the model says it. */
  async askedOf(person: Person): Promise<readonly unknown[]> {
    const items = await this.#approvals(person);
    return items.map(({ lane, call, influencedBy, builtOn }) => [
      lane,
      call === SEND ? 'send' : 'write-notes',
      influencedBy,
      builtOn.map(nameOf),
    ]);
  }

  async notes(): Promise<readonly string[]> {
    const doc = new Y.Doc();
    for (const part of await this.#world.journal.loadDoc(REF, 'workspace')) Y.applyUpdate(doc, part);
    const text = doc.getText(NOTES).toString();
    return text.split('\n').filter((line) => line !== '');
  }

  /** What the model was sent since this was asked last, as text. */
  newRequests(): readonly string[] {
    const fresh = this.#model.requests.slice(this.#told);
    this.#told = this.#model.requests.length;
    return fresh.map(({ messages }) => JSON.stringify(messages));
  }

  /** As whom each mail went out. */
  get senders(): readonly string[] {
    const sent = this.#world.tools.invocations.filter(({ target }) => target.name === MAIL);
    return sent.map(({ bearer }) => bearer?.replace(`${MAIL} for `, '') ?? '');
  }

  #say(by: Person, lane: LaneName, text: string): Promise<boolean> {
    return this.#done(by, { type: 'message.post', id: keyOf(text), text, audience: lane, offRecord: false });
  }

  async #ask(ask: ActionOf<'ask'>, words: string, named: readonly Item[]): Promise<boolean> {
    const { by, lane, quotes } = ask;
    this.#model.plan(words, planOf(ask));
    const clean = quotes === null ? {} : { quotes: named.map((one) => this.#idOf(one)) };
    const said = { id: keyOf(words), text: words, audience: lane, ...clean };
    const { ok, ...answer } = await this.#world.command(by, { type: 'prompt.submit', ...said });
    if (ok && 'value' in answer) this.#turns.set(ask.words, (answer.value as { readonly turn: TurnId }).turn);
    return ok;
  }

  async #decide({ by, approve, stale }: ActionOf<'decide'>, { user, words }: Approval): Promise<boolean> {
    const asked = (await this.#approvals(user)).find(({ turn }) => turn === this.#turns.get(words));
    if (asked === undefined) throw new Error(`${user} is not asked for what the model asks them for`);
    const digest = stale ? `not ${asked.digest}` : asked.digest;
    const decision = approve ? 'approve' : 'decline';
    return this.#done(by, { type: 'approval.decide', approval: asked.id, decision, digest });
  }

  #stop(by: Person, { words }: Approval): boolean | Promise<boolean> {
    const turn = this.#turns.get(words);
    return turn !== undefined && this.#done(by, { type: 'turn.stop', turn });
  }

  /** What the tool gives is trusted with it. */
  #trust({ by, people }: ActionOf<'trust'>): Promise<boolean> {
    const trusted = [...people, `tool:${DRIVE}`].map((one) => UserId.parse(one));
    return this.#done(by, { type: 'trust.set', trust: { call: SEND, people: trusted, arguments: {} } });
  }

  async #right({ who, asks }: ActionOf<'right'>): Promise<boolean> {
    const role = asks ? 'speaker' : 'reader';
    return (await this.#isIn(who)) && this.#done(OWNER, { type: 'member.set', user: UserId.parse(who), role });
  }

  async #isIn(who: Person): Promise<boolean> {
    return (await this.#world.command(who, { type: 'room.get' })).ok;
  }

  async #release(by: Person, entry: EntryId): Promise<boolean> {
    const shown = await this.#world.command(by, { type: 'entry.preview-release', entry });
    const digest = shown.ok ? (shown.value as { readonly digest: string }).digest : 'none';
    return this.#done(by, { type: 'entry.release', entry, digest, to: 'room' });
  }

  /** At the top; whether it is there. */
  async #write(by: Person, words: string): Promise<boolean> {
    const typist = await this.#world.type(by, '');
    await quiet();
    typist.insert(0, `${words}\n`);
    await quiet();
    typist.leave();
    return (await this.notes()).includes(words);
  }

  /** Each thing that falls due is over before the next one does. */
  async #wait(ms: number): Promise<true> {
    const { clock } = this.#world;
    const end = clock.now() + ms;
    for (let due = clock.pending[0]; due !== undefined && due <= end; due = clock.pending[0]) {
      clock.advance(Math.max(0, due - clock.now()));
      await this.#quiet();
    }
    clock.advance(end - clock.now());
    return true;
  }

  async #done(by: string, command: Parameters<RoomWorld['command']>[1]): Promise<boolean> {
    const { ok } = await this.#world.command(by, command);
    await quiet();
    return ok;
  }

  /** Turns follow on turns. */
  async #quiet(): Promise<void> {
    const { requests } = this.#model;
    for (let known = -1; known !== requests.length;) {
      known = requests.length;
      await quiet();
    }
  }

  async #approvals(person: Person): Promise<readonly ApprovalView[]> {
    const listed = await this.#world.command(person, { type: 'approval.list' });
    return listed.ok ? (listed.value as { readonly items: readonly ApprovalView[] }).items : [];
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

/** The model asks for all that it reads in one step. */
function planOf({ by, words, reads, readsNotes, act }: ActionOf<'ask'>) {
  const search = { call: `${DRIVE}.search`, given: { q: reads.join() } };
  const send = { call: SEND, given: { to: by } };
  const write = { call: 'room.edit_notes', given: { append: `n.${words}.` } };
  return {
    reads: [...(reads.length > 0 ? [search] : []), ...(readsNotes ? [{ call: 'room.read_notes' }] : [])],
    wants: { none: [], send: [send], 'write-notes': [write] }[act],
    says: `a.${words}.`,
  };
}

/** A drive that gives what it is asked for, by name, and a mail server that takes nothing, so that no answer has of it. */
function answerOf({ target, arguments: given }: ToolInvocation): ToolOutcome {
  if (target.name === MAIL) return failed('refused', false);
  const items = String(given['q'])
    .split(',')
    .map((one) => item(`content of ${one}`, { resource: ResourceId.parse(`doc:${one}`) }));
  return { kind: 'result', isError: false, items };
}

function keyOf(text: string): ClientKey {
  return ClientKey.parse(text.replaceAll(/[^a-z0-9]/g, '-'));
}

function nameOf(resource: string): string {
  return resource.slice('doc:'.length);
}

function placeOf({
  lane,
  resources,
  seq,
}: {
  readonly lane: string;
  readonly resources: readonly string[];
  readonly seq: number;
}): string {
  return `${lane} ${resources.join('+')} ${seq}`;
}
