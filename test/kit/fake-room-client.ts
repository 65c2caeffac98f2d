import type { Organisation } from '@parley/client/organisation';
import type { Fields } from '@parley/client/requests';
import type { Addressed, Asked, RoomChange, RoomClient, RoomDetails } from '@parley/client/room-client';
import type { Query } from '@parley/client/rest';
import type { RoomViewModel } from '@parley/client/view';
import type { Replies } from '@parley/shared/answers';
import type { Member, TurnView } from '@parley/shared/entry';
import { ok, refuse, type Fault, type Result } from '@parley/shared/fault';
import { ClientKey, RoomId, type TurnId, type UserId } from '@parley/shared/ids';
import { DEFAULT_POLICY } from '@parley/shared/policy';
import type { Askable } from '@parley/shared/replies';
import type { ToolOffer } from '@parley/shared/tools';
import type { RoomRole } from '@parley/shared/roles';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

/** One thing that was asked of the client, in order. */
export type Call = readonly [name: string, ...args: readonly unknown[]];

/** A room client that shows what it is told to and remembers what it was asked; nothing is sent anywhere. */
export class FakeRoomClient implements RoomClient {
  view: RoomViewModel;
  /** Lists that a screen reads by itself are not among them. */
  readonly calls: Call[] = [];
  readonly workspace: RoomClient['workspace'];
  memberList: Result<readonly Member[]> = ok([]);
  /** How often the list was asked for. */
  listings = 0;
  room: RoomDetails;
  /** What changes of members and of the room are refused with; null: they are carried out. */
  refusal: Fault | null = null;
  /** What hold, edit, withdraw and stop answer. */
  answer: Result<TurnView> | null = null;
  /** What `request` alone is refused with. */
  requestRefusal: Fault | null = null;
  /** What each command answers; one that is not named here must not be asked. */
  readonly replies: { [T in Askable]?: (fields: Fields<T>) => Result<Replies[T]> } = {};
  olderEntries: boolean | Error = false;
  /** What the organisation has, or why it is not told; a link that is begun leads to `linkAt`. */
  offers: Result<readonly ToolOffer[]> = ok([]);
  linkAt = 'https://accounts.example/authorize?state=once';
  readonly links = new Set<string>();
  /** What an authority says to unlinking. */
  takenBack: boolean | null = null;
  /** What is told over HTTP. */
  told: (path: string, query: Query) => Result<unknown> = (path) => refuse('not_found', path);
  readonly organisation: Organisation = {
    tools: () => {
      const { requestRefusal } = this;
      return Promise.resolve(requestRefusal === null ? this.offers : { ok: false, fault: requestRefusal });
    },
    linked: (tool) => Promise.resolve(ok(this.links.has(tool))),
    link: (tool) => {
      this.calls.push(['link', tool]);
      return Promise.resolve(ok(this.linkAt));
    },
    unlink: (tool) => {
      this.calls.push(['unlink', tool]);
      this.links.delete(tool);
      return Promise.resolve(ok(this.takenBack));
    },
    rest: {
      read: (path, shape, query?: Query) => {
        const told = this.told(path, query ?? {});
        if (!told.ok) return Promise.resolve(told);
        const parsed = shape.safeParse(told.value);
        if (!parsed.success) throw new Error(`what is told at ${path} does not fit`);
        return Promise.resolve(ok(parsed.data));
      },
      send: (asked, shape) => {
        this.calls.push(['send', asked]);
        const told = this.told(asked.path, { method: asked.method });
        const parsed = shape.safeParse(told.ok ? told.value : null);
        return Promise.resolve(parsed.success ? ok(parsed.data) : refuse('internal'));
      },
      file: (path) => {
        this.calls.push(['file', path]);
        return Promise.resolve(ok(new Blob([])));
      },
      drop: (path) => {
        this.calls.push(['drop', path]);
        return Promise.resolve(ok(null));
      },
    },
  };
  readonly #listeners = new Set<() => void>();

  constructor(view: RoomViewModel) {
    this.view = view;
    const { title, role } = view;
    this.room = { id: RoomId.parse('lobby'), title, policy: DEFAULT_POLICY, role: role ?? 'reader', createdAt: 0 };
    const doc = new Y.Doc();
    this.workspace = { doc, awareness: new Awareness(doc) };
  }

  /** Shows another view, as if something had happened. */
  show(change: Partial<RoomViewModel>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ask(text: string, options: Asked = {}): ClientKey {
    return this.#sent('ask', text, options);
  }

  say(text: string, options: Addressed = {}): ClientKey {
    return this.#sent('say', text, options);
  }

  retry(id: ClientKey): void {
    this.calls.push(['retry', id]);
  }

  discard(id: ClientKey): void {
    this.calls.push(['discard', id]);
  }

  hold(turn: TurnId): Promise<Result<TurnView>> {
    return this.#command('hold', turn);
  }

  unhold(turn: TurnId): Promise<Result<TurnView>> {
    return this.#command('unhold', turn);
  }

  edit(turn: TurnId, text: string, revision: number): Promise<Result<TurnView>> {
    return this.#command('edit', turn, text, revision);
  }

  withdraw(turn: TurnId): Promise<Result<TurnView>> {
    return this.#command('withdraw', turn);
  }

  stop(turn: TurnId): Promise<Result<TurnView>> {
    return this.#command('stop', turn);
  }

  members(): Promise<Result<readonly Member[]>> {
    this.listings += 1;
    return Promise.resolve(this.memberList);
  }

  setMember(user: UserId, role: RoomRole): Promise<Result<Member>> {
    return this.#change(['setMember', user, role], () => {
      const member = { user, name: this.#members.find((one) => one.user === user)?.name ?? user, role };
      const known = this.#members.some((one) => one.user === user);
      const same = this.#members.map((one) => (one.user === user ? member : one));
      this.memberList = ok(known ? same : [...same, member]);
      return member;
    });
  }

  removeMember(user: UserId): Promise<Result<Record<string, never>>> {
    return this.#change(['removeMember', user], () => {
      this.memberList = ok(this.#members.filter((one) => one.user !== user));
      return {};
    });
  }

  details(): Promise<Result<RoomDetails>> {
    return Promise.resolve(ok(this.room));
  }

  updateRoom(change: RoomChange): Promise<Result<RoomDetails>> {
    return this.#change(['updateRoom', change], () => {
      const { title = this.room.title, ...policy } = change;
      this.room = { ...this.room, title, policy: { ...this.room.policy, ...policy } };
      this.show({ title });
      return this.room;
    });
  }

  get #members(): readonly Member[] {
    return this.memberList.ok ? this.memberList.value : [];
  }

  request<T extends Askable>(type: T, fields: Fields<T>): Promise<Result<Replies[T]>> {
    if (!type.endsWith('.list') && type !== 'room.get') this.calls.push([type, fields]);
    const reply = this.replies[type];
    const refusal = this.requestRefusal ?? this.refusal;
    if (refusal !== null) return Promise.resolve({ ok: false, fault: refusal });
    return reply === undefined
      ? Promise.reject(new Error(`no answer was scripted for ${type}`))
      : Promise.resolve(reply(fields));
  }

  loadOlder(lane: 'room' | 'me'): Promise<boolean> {
    this.calls.push(['loadOlder', lane]);
    return this.olderEntries instanceof Error ? Promise.reject(this.olderEntries) : Promise.resolve(this.olderEntries);
  }

  setTyping(typing: boolean, lane: 'room' | 'me'): void {
    this.calls.push(['setTyping', typing, lane]);
  }

  forgetLostWords(): void {
    this.calls.push(['forgetLostWords']);
    this.show({ lostWords: null });
  }

  close(): void {
    this.calls.push(['close']);
    this.#listeners.clear();
  }

  #sent(name: 'ask' | 'say', text: string, { audience = 'room', quotes, model }: Asked): ClientKey {
    const id = ClientKey.parse(`fake-${this.calls.length}`);
    const more = [quotes, model].filter((one) => one !== undefined);
    this.calls.push([name, text, audience, ...more]);
    const kind = name === 'ask' ? 'prompt' : 'message';
    this.show({ outbox: [...this.view.outbox, { id, kind, audience, text, state: { kind: 'sent' } }] });
    return id;
  }

  #change<T>(call: Call, carryOut: () => T): Promise<Result<T>> {
    this.calls.push(call);
    const { refusal } = this;
    return Promise.resolve(refusal === null ? ok(carryOut()) : { ok: false, fault: refusal });
  }

  #command(name: string, ...args: readonly unknown[]): Promise<Result<TurnView>> {
    this.calls.push([name, ...args]);
    if (this.answer === null) return Promise.reject(new Error(`no answer was scripted for ${name}`));
    return Promise.resolve(this.answer);
  }
}
