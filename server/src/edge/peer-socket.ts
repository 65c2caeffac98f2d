import type { Duplex } from 'node:stream';
import type { DocName } from '@parley/shared/documents';
import { fault, FaultError, FAULTS, type Fault, type Result } from '@parley/shared/fault';
import type { RoomId } from '@parley/shared/ids';
import { can } from '@parley/shared/roles';
import type { RawData, WebSocket } from 'ws';
import type { Principal } from '../core/people/principal.ts';
import type { PeerId } from '../ports/bus.ts';
import type { Cancel, Clock, Ids, Log, Metrics } from '../ports/system.ts';
import type { Verify } from '../ports/verify.ts';
import { Outlet } from './backpressure.ts';
import type { Dialect, Farewell, Line, Rights } from './dialect.ts';
import { FrameBudget } from './frame-budget.ts';
import { bytesOf } from './frames.ts';
import { AUTH_MS, CLOSE_MS, MISSED_BEATS, REQUEST_MS } from './limits.ts';
import { MultiplexPeer } from './multiplex-peer.ts';
import { newPeerId } from './requests.ts';
import type { LinkPeer, PeerMessage, RoomLink } from './room-link.ts';
import type { Revocations } from './revocations.ts';
import type { RoomLinks } from './room-links.ts';
import { StockPeer } from './stock-peer.ts';
import type { Credential } from './tickets.ts';
import { lapseOf, TokenTerm } from './token-term.ts';

/** What a socket's address asks for. */
export type Target =
  | { readonly kind: 'document'; readonly room: RoomId; readonly doc: DocName }
  | { readonly kind: 'room'; readonly room: RoomId };

export interface PeerSocketDeps {
  readonly links: RoomLinks;
  readonly verify: Verify;
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The socket was refused for good (a close code from 4400 on). */
  readonly refused: () => void;
  /** The socket is gone. */
  readonly gone: (socket: PeerSocket) => void;
}

/** Every state owns what exists only in it. */
type State =
  | { readonly kind: 'authenticating'; readonly cancel: Cancel }
  | { readonly kind: 'attaching'; readonly session: Session; readonly cancel: Cancel }
  | { readonly kind: 'attached'; readonly session: Session; listening: boolean; missedBeats: number; heard: boolean }
  | { readonly kind: 'closing'; readonly cancel: Cancel };

/** A socket of a known person. */
interface Session {
  readonly principal: Principal;
  readonly link: RoomLink;
  readonly dialect: Dialect;
  readonly term: TokenTerm;
}

/**
 * One WebSocket from its acceptance to its end. Until its person is known and the room has let them in,
 * nothing is read from it, so an unknown peer costs a socket buffer and no more.
 */
export class PeerSocket implements LinkPeer {
  readonly id: PeerId;
  readonly #deps: PeerSocketDeps;
  readonly #ws: WebSocket;
  readonly #outlet: Outlet;
  readonly #budget: FrameBudget;
  #state: State;

  constructor(deps: PeerSocketDeps, ws: WebSocket, socket: Duplex) {
    this.id = newPeerId(deps.ids);
    this.#deps = deps;
    this.#ws = ws;
    this.#budget = new FrameBudget(deps.clock);
    this.#outlet = new Outlet({
      ws,
      socket,
      clock: deps.clock,
      tooSlow: () => this.#tooSlow(),
      caughtUp: () => this.#session()?.dialect.caughtUp(),
    });
    this.#state = {
      kind: 'authenticating',
      cancel: deps.clock.after(AUTH_MS, () => this.close(fault('slow_authentication'))),
    };
    ws.pause();
    ws.on('message', (data, isBinary) => this.#frame(data, isBinary));
    ws.on('pong', () => this.#hear());
    ws.on('close', () => this.#closed());
    // `ws` closes the socket itself after an error, with its own code; what is left is to know of it.
    ws.on('error', () => deps.metrics.count('parley_faults_total', 1, { code: 'bad_frame' }));
  }

  get principal(): Principal {
    const session = this.#session();
    if (session === null) throw new Error('nobody is known behind this socket yet');
    return session.principal;
  }

  /** Lets the person in once they are known and the room runs, or closes with the reason. */
  async admit(proof: Promise<Result<Credential>>, target: Target | null): Promise<void> {
    const known = await proof;
    if (!known.ok) return this.close(known.fault);
    if (target === null) return this.close(fault('not_found'));
    const ref = { tenant: known.value.principal.tenant, room: target.room };
    try {
      await this.#deps.links.ensure(ref);
    } catch (error) {
      return this.close(error instanceof FaultError ? error.fault : fault('internal'));
    }
    if (this.#state.kind !== 'authenticating') return;
    this.#state.cancel();
    this.#attach(known.value, this.#deps.links.get(ref), target);
  }

  receive(message: PeerMessage): void {
    const session = this.#session();
    if (session === null) return;
    switch (message.type) {
      case 'attached':
        return this.#attached(session, message);
      case 'detached':
        return this.close(message.fault, message);
      case 'closing':
        return this.close(message.fault);
      case 'standing':
        return this.#standing(session, message);
      case 'event':
        // Sockets follow documents; only requests watch events.
        return;
      default:
        session.dialect.receive(message);
    }
  }

  /** Sends signs of life; gives up a peer that has shown none for some beats. */
  beat(): void {
    const state = this.#state;
    if (state.kind !== 'attached') return;
    // While its document loads a socket is not read, so it could not be heard either.
    state.missedBeats = state.heard || !state.listening ? 0 : state.missedBeats + 1;
    state.heard = false;
    if (state.missedBeats >= MISSED_BEATS) return this.#ws.terminate();
    this.#ws.ping();
    state.session.dialect.keepAlive();
  }

  /** Closes with the code of a fault. The first reason counts. */
  close(why: Fault, farewell: Farewell = {}): void {
    if (this.#state.kind === 'closing') return;
    // Before it was let in the code alone is said: a room that hides and one that is not there end alike.
    if (this.#state.kind === 'attached') this.#state.session.dialect.goodbye(why, farewell);
    this.#leave();
    const code = FAULTS[why.code].close ?? FAULTS.bad_frame.close;
    this.#deps.log.info('socket.closed', { code: why.code, close: code });
    this.#deps.metrics.count('parley_faults_total', 1, { code: why.code });
    if (code >= 4400) this.#deps.refused();
    // A paused socket would never read the other side's part of the farewell.
    this.#ws.resume();
    this.#ws.close(code, why.code);
  }

  /** Ends the connection without the farewell's other half. */
  terminate(): void {
    this.#ws.terminate();
  }

  #attach(credential: Credential, link: RoomLink, target: Target): void {
    const { clock } = this.#deps;
    const lapsed = lapseOf(this.#deps, credential);
    if (lapsed !== null) return this.close(lapsed);
    const session: Session = {
      principal: credential.principal,
      link,
      dialect: this.#dialectFor(target, this.#lineTo(credential, link)),
      term: new TokenTerm(this.#deps, credential, (why) => this.close(why)),
    };
    const cancel = clock.after(REQUEST_MS, () => this.close(fault('unavailable')));
    this.#state = { kind: 'attaching', session, cancel };
    link.attach(this);
  }

  #dialectFor(target: Target, line: Line): Dialect {
    return target.kind === 'document' ? new StockPeer(line, target.doc) : new MultiplexPeer(line, this.#deps.verify);
  }

  #lineTo({ principal, expiresAt }: Credential, link: RoomLink): Line {
    return {
      id: this.id,
      principal,
      link,
      expiresAt,
      outlet: this.#outlet,
      spend: (frames) => this.#spend(frames),
      listen: () => this.#listen(),
      renew: (credential) => this.#renew(credential),
      close: (why, farewell) => this.close(why, farewell),
    };
  }

  #listen(): void {
    if (this.#state.kind !== 'attached') return;
    this.#state.listening = true;
    this.#state.heard = true;
    this.#ws.resume();
  }

  #attached(session: Session, rights: Rights): void {
    if (this.#state.kind !== 'attaching') return session.dialect.rights(rights);
    this.#state.cancel();
    this.#state = { kind: 'attached', session, listening: false, missedBeats: 0, heard: true };
    session.dialect.attached(rights);
  }

  #standing(session: Session, rights: Rights): void {
    if (can(rights.standing, 'room.read', rights.levels)) return session.dialect.rights(rights);
    session.dialect.bar();
    // The owner's `detached`, which names who did it, is next in the stream; without it this closes.
    const why =
      rights.standing.role === null ? fault('not_found') : fault('forbidden', undefined, { capability: 'room.read' });
    queueMicrotask(() => this.close(why));
  }

  #renew(credential: Credential): boolean {
    const why = this.#session()?.term.renew(credential);
    if (why) this.close(why);
    return why === null;
  }

  #frame(data: RawData, isBinary: boolean): void {
    const state = this.#state;
    if (state.kind !== 'attached') return;
    state.heard = true;
    if (!isBinary) return this.close(fault('bad_frame'));
    if (!this.#spend(1)) return;
    state.session.dialect.frame(bytesOf(data));
  }

  #spend(frames: number): boolean {
    if (this.#budget.take(frames)) return true;
    this.close(fault('rate_limited'));
    return false;
  }

  #hear(): void {
    if (this.#state.kind === 'attached') this.#state.heard = true;
  }

  #tooSlow(): void {
    this.#deps.metrics.count('parley_slow_readers_total');
    this.close(fault('slow_reader'));
  }

  #session(): Session | null {
    const state = this.#state;
    return state.kind === 'attaching' || state.kind === 'attached' ? state.session : null;
  }

  /** Takes the peer out of everything that it was part of. */
  #leave(): void {
    const session = this.#session();
    if (this.#state.kind !== 'attached') this.#state.cancel();
    this.#state = { kind: 'closing', cancel: this.#deps.clock.after(CLOSE_MS, () => this.#ws.terminate()) };
    if (session === null) return;
    session.term.cancel();
    session.dialect.leave();
    session.link.detach(this);
  }

  #closed(): void {
    this.#leave();
    if (this.#state.kind === 'closing') this.#state.cancel();
    this.#outlet.close();
    this.#deps.gone(this);
  }
}
