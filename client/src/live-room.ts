import { unreachable } from '@parley/shared/assert';
import type { Replies } from '@parley/shared/answers';
import type { Member, TurnView } from '@parley/shared/entry';
import type { Result } from '@parley/shared/fault';
import type { ClientKey, TurnId, UserId } from '@parley/shared/ids';
import type { Askable } from '@parley/shared/replies';
import type { RoomRole } from '@parley/shared/roles';
import { DocChannels } from './doc-channels.ts';
import type { Cancel, ClientEnv } from './env.ts';
import type { LinkEnd } from './link-end.ts';
import { LiveLane } from './live-lane.ts';
import { LivePresence } from './live-presence.ts';
import { Outbox } from './outbox.ts';
import { organisationOver, type Organisation } from './organisation.ts';
import type { Fields } from './requests.ts';
import { Requests } from './requests.ts';
import { Rest } from './rest.ts';
import type { Addressed, Asked, ConnectOptions, RoomChange, RoomClient, RoomDetails } from './room-client.ts';
import type { SessionMessage, Welcome } from './socket-session.ts';
import { SocketSession } from './socket-session.ts';
import type { Standing } from './standing.ts';
import { UNKNOWN, withRights } from './standing.ts';
import { FIRST_VIEW, nextView } from './view-model.ts';
import type { RoomViewModel } from './view.ts';
import { Workspace } from './workspace.ts';

/** The room client: one session, its three documents, the outbox, and the view made from them. */
export class LiveRoom implements RoomClient {
  readonly organisation: Organisation;
  readonly #session: SocketSession;
  readonly #channels: DocChannels;
  readonly #requests: Requests;
  readonly #outbox: Outbox;
  readonly #presence = new LivePresence(() => this.#changed());
  readonly #lanes: { readonly room: LiveLane; readonly me: LiveLane };
  readonly #workspace: Workspace;
  readonly #listeners = new Set<() => void>();
  #view: RoomViewModel = FIRST_VIEW;
  #standing: Standing = UNKNOWN;
  #announcing = false;
  #closed = false;

  constructor(options: ConnectOptions, env: ClientEnv) {
    const { server, room, token } = options;
    this.organisation = organisationOver(new Rest(server, token));
    const changed = () => this.#changed();
    this.#session = new SocketSession({ server, room, token, env, events: this.#sessionEvents() });
    this.#channels = new DocChannels(this.#session, env.clock);
    this.#requests = new Requests(
      (request, command) => this.#session.send({ type: 'command', request, command }),
      env.clock,
    );
    const { ask } = this.#requests;
    this.#outbox = new Outbox({ server, room, env, ask, changed });
    const documents = {
      channels: this.#channels,
      online: () => this.#session.online,
      settled: () => this.#session.settled(),
      changed,
    };
    this.#lanes = {
      room: new LiveLane({ ...documents, ask, lane: 'room' }),
      me: new LiveLane({ ...documents, ask, lane: 'me' }),
    };
    this.#workspace = new Workspace(documents);
    this.#presence.attach(this.#lanes.room.synced.awareness);
    this.#session.start();
  }

  get view(): RoomViewModel {
    return this.#view;
  }

  get workspace(): RoomClient['workspace'] {
    return this.#workspace;
  }

  subscribe(listener: () => void): Cancel {
    // Two subscriptions of one function are two.
    const one = () => listener();
    this.#listeners.add(one);
    return () => this.#listeners.delete(one);
  }

  ask(text: string, { audience = 'room', ...chosen }: Asked = {}): ClientKey {
    return this.#outbox.add({ kind: 'prompt', text, audience, ...chosen });
  }

  say(text: string, { audience = 'room' }: Addressed = {}): ClientKey {
    return this.#outbox.add({ kind: 'message', text, audience });
  }

  retry(id: ClientKey): void {
    this.#outbox.retry(id);
  }

  discard(id: ClientKey): void {
    this.#outbox.discard(id);
  }

  hold(turn: TurnId): Promise<Result<TurnView>> {
    return this.#requests.ask('turn.hold', { turn });
  }

  unhold(turn: TurnId): Promise<Result<TurnView>> {
    return this.#requests.ask('turn.unhold', { turn });
  }

  edit(turn: TurnId, text: string, revision: number): Promise<Result<TurnView>> {
    return this.#requests.ask('turn.edit', { turn, text, revision });
  }

  withdraw(turn: TurnId): Promise<Result<TurnView>> {
    return this.#requests.ask('turn.withdraw', { turn });
  }

  stop(turn: TurnId): Promise<Result<TurnView>> {
    return this.#requests.ask('turn.stop', { turn });
  }

  async members(): Promise<Result<readonly Member[]>> {
    const list = await this.#requests.ask('member.list', {});
    return list.ok ? { ok: true, value: list.value.items } : list;
  }

  setMember(user: UserId, role: RoomRole): Promise<Result<Member>> {
    return this.#requests.ask('member.set', { user, role });
  }

  removeMember(user: UserId): Promise<Result<Record<string, never>>> {
    return this.#requests.ask('member.remove', { user });
  }

  details(): Promise<Result<RoomDetails>> {
    return this.#requests.ask('room.get', {});
  }

  updateRoom({ title, ...policy }: RoomChange): Promise<Result<RoomDetails>> {
    return this.#requests.ask('room.update', { title, ...(Object.keys(policy).length === 0 ? {} : { policy }) });
  }

  request<T extends Askable>(type: T, fields: Fields<T>): Promise<Result<Replies[T]>> {
    return this.#requests.ask(type, fields);
  }

  loadOlder(lane: 'room' | 'me'): Promise<boolean> {
    return this.#lanes[lane].loadOlder();
  }

  setTyping(typing: boolean, lane: 'room' | 'me'): void {
    if (lane === 'room') this.#presence.setTyping(typing);
    else this.#lanes.me.synced.awareness.setLocalState(typing ? { typing } : null);
  }

  forgetLostWords(): void {
    this.#workspace.forgetLostWords();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listeners.clear();
    this.#outbox.close();
    for (const document of [this.#lanes.room, this.#lanes.me, this.#workspace]) document.destroy();
    this.#session.close();
    this.#requests.lost();
  }

  #sessionEvents() {
    return {
      online: (welcome: Welcome) => this.#online(welcome),
      offline: (end: LinkEnd) => this.#offline(end),
      message: (message: SessionMessage) => this.#receive(message),
      document: (doc: string, message: Uint8Array) => this.#channels.receive(doc, message),
      changed: () => this.#changed(),
    };
  }

  #online(welcome: Welcome): void {
    this.#standing = withRights(this.#standing, welcome);
    const { room, me } = this.#lanes;
    for (const { synced } of [room, me, this.#workspace]) synced.connect();
    this.#outbox.online(welcome.you.id);
    this.#changed();
  }

  #offline(end: LinkEnd): void {
    this.#channels.lost();
    this.#outbox.offline(end);
    this.#requests.lost();
  }

  #receive(message: SessionMessage): void {
    switch (message.type) {
      case 'documents':
        for (const lane of LANES) this.#lanes[lane].shelves.keep(docsOf(lane, message.items));
        return;
      case 'opened':
        if (message.doc === 'workspace') this.#workspace.opened(message.writable);
        return this.#channels.opened(message.doc);
      case 'closed':
        return this.#channels.closed(message.doc, message.fault);
      case 'saved':
        this.#channels.saved(message.doc, message.count);
        return this.#workspace.savedMore();
      case 'reply':
        return this.#requests.replied(message.request, message.value);
      case 'refused':
        return this.#requests.refused(message.request, message.fault);
      case 'rights':
        this.#standing = withRights(this.#standing, message);
        return this.#changed();
      default:
        return unreachable(message);
    }
  }

  /** However much happens in one go, the view is made once, and its listeners are called once. */
  #changed(): void {
    if (this.#announcing || this.#closed) return;
    this.#announcing = true;
    queueMicrotask(() => {
      this.#announcing = false;
      this.#announce();
    });
  }

  #announce(): void {
    if (this.#closed) return;
    const view = nextView(this.#view, this.#readView());
    if (view === this.#view) return;
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }

  #readView(): RoomViewModel {
    const { you } = this.#standing;
    const { room, me } = this.#lanes;
    this.#presence.attach(room.synced.awareness);
    if (you) this.#outbox.hideShown({ room: room.view, me: me.view }, you.id);
    return {
      connection: this.#session.connection,
      ...this.#standing,
      title: room.title,
      people: this.#presence.people(you),
      room: room.view,
      me: me.view,
      approvals: me.approvals,
      outbox: this.#outbox.items,
      saved: this.#workspace.saved,
      lostWords: this.#workspace.lostWords,
    };
  }
}

const LANES = ['room', 'me'] as const;

/** The names of one lane's labelled documents. */
function docsOf(lane: 'room' | 'me', items: Extract<SessionMessage, { type: 'documents' }>['items']): string[] {
  return items.filter((item) => item.lane === lane).map(({ doc }) => doc);
}
