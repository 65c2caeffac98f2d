import type { Fault } from '@parley/shared/fault';
import { fault } from '@parley/shared/fault';
import type { Down, Up } from '@parley/shared/socket';
import { encodeControl, encodeDocFrame } from '@parley/shared/socket';
import { BEARER_PREFIX, SUBPROTOCOL } from '@parley/shared/version';
import { retryDelay } from './backoff.ts';
import type { Cancel, ClientEnv } from './env.ts';
import type { Goodbye, LinkEnd } from './link-end.ts';
import { judgeEnd, VANISHED } from './link-end.ts';
import { SocketLink } from './socket-link.ts';
import { renewalDelay } from './token-renewal.ts';
import type { ConnectionView } from './view.ts';

export type Welcome = Extract<Down, { type: 'welcome' }>;
/** What the session passes on; welcome, renewal and goodbye are its own. */
export type SessionMessage = Exclude<Down, { type: 'welcome' | 'renewed' | 'goodbye' }>;

export interface SessionEvents {
  /** The server said who we are; documents and commands may flow. */
  online(welcome: Welcome): void;
  /** The socket is gone; what waited for an answer on it gets none. */
  offline(end: LinkEnd): void;
  message(message: SessionMessage): void;
  document(doc: string, message: Uint8Array): void;
  /** `connection` has another value. */
  changed(): void;
}

export interface SessionOptions {
  readonly server: string;
  readonly room: string;
  readonly token: () => string | Promise<string>;
  readonly env: Pick<ClientEnv, 'dial' | 'clock' | 'random' | 'onOnline' | 'onOffline'>;
  readonly events: SessionEvents;
}

type State =
  | { readonly kind: 'new' }
  /** `giveUp` cancels the deadline of a token supplier that never answers. */
  | { readonly kind: 'fetching'; readonly giveUp: Cancel }
  | { readonly kind: 'opening'; readonly link: SocketLink }
  | { readonly kind: 'online'; readonly link: SocketLink; readonly stopRenewing: Cancel }
  | { readonly kind: 'waiting'; readonly stop: Cancel }
  | { readonly kind: 'over' };

const TOKEN_DEADLINE_MS = 30_000;

/** The one socket of a client, kept alive: fresh token, reconnection, renewal, the end for good. */
export class SocketSession {
  readonly #options: SessionOptions;
  readonly #forgetNetwork: Cancel;
  #state: State = { kind: 'new' };
  #connection: ConnectionView = { kind: 'connecting' };
  #failures = 0;
  #triedFreshToken = false;
  #you: string | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { onOnline, onOffline } = options.env;
    const forgets = [onOnline(() => this.#networkCame()), onOffline(() => this.#networkWent())];
    this.#forgetNetwork = () => forgets.forEach((forget) => forget());
  }

  get connection(): ConnectionView {
    return this.#connection;
  }

  get online(): boolean {
    return this.#state.kind === 'online';
  }

  start(): void {
    if (this.#state.kind === 'new') this.#dial();
  }

  /** False when there is no connection to send it on. */
  send(message: Up): boolean {
    if (this.#state.kind !== 'online') return false;
    this.#state.link.send(encodeControl(message));
    return true;
  }

  sendDocument(doc: string, message: Uint8Array): void {
    if (this.#state.kind === 'online') this.#state.link.send(encodeDocFrame(doc, message));
  }

  /** A document synced on this connection: it did useful work, so the next loss starts from scratch. */
  settled(): void {
    this.#failures = 0;
    this.#triedFreshToken = false;
  }

  close(): void {
    if (this.#state.kind === 'over') return;
    this.#leave();
    this.#forgetNetwork();
  }

  #networkCame(): void {
    if (this.#state.kind === 'waiting') this.#dial();
  }

  /** A socket over it would look alive until the silence was noticed. One that needs no network is soon there again. */
  #networkWent(): void {
    if (this.#state.kind === 'online' || this.#state.kind === 'opening') this.#gone({ code: VANISHED, goodbye: null });
  }

  #dial(): void {
    this.#leave();
    const giveUp = this.#options.env.clock.after(TOKEN_DEADLINE_MS, () => this.#noToken());
    const fetching: State = { kind: 'fetching', giveUp };
    this.#state = fetching;
    // Other states may have come and gone while the supplier was thinking.
    const still = () => this.#state === fetching;
    fetchToken(this.#options.token).then(
      (token) => still() && this.#open(token),
      () => still() && this.#noToken(),
    );
  }

  #noToken(): void {
    this.#retry(null, 0);
  }

  #open(token: string): void {
    this.#leave();
    try {
      const link = new SocketLink({
        env: this.#options.env,
        url: socketUrl(this.#options),
        protocols: [SUBPROTOCOL, BEARER_PREFIX + token],
        events: {
          control: (message) => this.#control(message),
          document: (doc, message) => this.#options.events.document(doc, message),
          gone: (end) => this.#gone(end),
        },
      });
      this.#state = { kind: 'opening', link };
    } catch {
      // The host refuses an address or a subprotocol outright, and would the next time.
      this.#end({ fault: fault('bad_request', 'The server address or the token cannot be used.') });
    }
  }

  #control(message: Exclude<Down, { type: 'goodbye' }>): void {
    if (message.type === 'welcome') this.#welcome(message);
    else if (message.type === 'renewed') this.#renewAt(message.expiresAt);
    else if (this.#state.kind === 'online') this.#options.events.message(message);
  }

  #welcome(welcome: Welcome): void {
    if (this.#state.kind !== 'opening') return;
    // What was typed as one person must never be sent as another.
    if (this.#you !== null && this.#you !== welcome.you.id) return this.#end({ fault: fault('other_identity') });
    this.#you = welcome.you.id;
    this.#state = { kind: 'online', link: this.#state.link, stopRenewing: () => {} };
    this.#renewAt(welcome.expiresAt);
    this.#show({ kind: 'online' });
    this.#options.events.online(welcome);
  }

  #renewAt(expiresAt: number): void {
    if (this.#state.kind !== 'online') return;
    const { clock } = this.#options.env;
    this.#state.stopRenewing();
    const stopRenewing = clock.after(renewalDelay(expiresAt, clock.now()), () => this.#renew(expiresAt));
    this.#state = { ...this.#state, stopRenewing };
  }

  #renew(expiresAt: number): void {
    const state = this.#state;
    if (state.kind !== 'online') return;
    const again = (token: string | null) => {
      if (this.#state !== state) return;
      if (token !== null) this.send({ type: 'renew', token });
      // Until `renewed` comes: the authority may be out of reach while the old token still holds.
      this.#renewAt(expiresAt);
    };
    fetchToken(this.#options.token).then(again, () => again(null));
  }

  #gone(end: LinkEnd): void {
    const wasOnline = this.#state.kind === 'online';
    const verdict = judgeEnd(end, this.#triedFreshToken);
    if (verdict.kind === 'ended') this.#end(verdict);
    else {
      if (verdict.kind === 'fresh-token') this.#triedFreshToken = true;
      this.#retry(end.goodbye?.fault ?? null, verdict.kind === 'retry' ? verdict.afterMs : 0);
    }
    if (wasOnline) this.#options.events.offline(end);
  }

  /** `said`: what the server gave as its reason; it stands until the server is heard again. */
  #retry(said: Fault | null, atLeastMs: number): void {
    this.#leave();
    const { clock, random } = this.#options.env;
    const delay = Math.max(atLeastMs, retryDelay(this.#failures, random));
    this.#failures += 1;
    this.#state = { kind: 'waiting', stop: clock.after(delay, () => this.#dial()) };
    const before = this.#connection.kind === 'reconnecting' ? this.#connection : null;
    const why = said ?? before?.fault;
    this.#show({
      kind: 'reconnecting',
      since: before?.since ?? clock.now(),
      ...(why === undefined ? {} : { fault: why }),
    });
  }

  #end({ fault: why, by, at }: Goodbye): void {
    this.close();
    this.#show({ kind: 'ended', fault: why, ...(by === undefined ? {} : { by }), ...(at === undefined ? {} : { at }) });
  }

  /** Lets go of whatever the present state holds. */
  #leave(): void {
    const state = this.#state;
    this.#state = { kind: 'over' };
    if (state.kind === 'fetching') state.giveUp();
    if (state.kind === 'waiting') state.stop();
    if (state.kind === 'opening' || state.kind === 'online') state.link.close();
    if (state.kind === 'online') state.stopRenewing();
  }

  #show(connection: ConnectionView): void {
    this.#connection = connection;
    this.#options.events.changed();
  }
}

/** Also turns a supplier that throws at once into one that rejects. */
async function fetchToken(token: () => string | Promise<string>): Promise<string> {
  return token();
}

function socketUrl({ server, room }: SessionOptions): string {
  const base = server.replace(/^http/, 'ws').replace(/\/+$/, '');
  return `${base}/v1/rooms/${encodeURIComponent(room)}/socket`;
}
