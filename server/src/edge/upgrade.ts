import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { parseDocName } from '@parley/shared/documents';
import { fault, type Result } from '@parley/shared/fault';
import { RoomId } from '@parley/shared/ids';
import { BEARER_PREFIX, SUBPROTOCOL } from '@parley/shared/version';
import { WebSocketServer } from 'ws';
import { bearerToken, carriesToken, checkToken } from './credentials.ts';
import { MAX_FRAME } from './limits.ts';
import { hostAllowed, originAllowed, type OriginRules } from './origins.ts';
import { PeerSocket, type PeerSocketDeps, type Target } from './peer-socket.ts';
import type { Sockets } from './sockets.ts';
import { Throttle } from './throttle.ts';
import type { Credential, Tickets } from './tickets.ts';

export interface UpgradeDeps extends Omit<PeerSocketDeps, 'refused' | 'gone'> {
  readonly tickets: Tickets;
  readonly origins: OriginRules;
  readonly sockets: Sockets;
  readonly draining: () => boolean;
}

/** Refusals of one address with one credential before it has to wait, and how long they count. */
const REFUSALS = 20;
/** Refusals of one address whatever it brings. */
const REFUSALS_OF_ADDRESS = 600;
const REFUSAL_WINDOW_MS = 10_000;

/**
 * Accepts WebSockets. Whoever may not come in is accepted and closed with a code, because that is all a
 * provider can see of a refusal; only those who keep hammering get an HTTP 429, which makes even the
 * clients that ignore codes back off.
 */
export class Upgrades {
  readonly #deps: UpgradeDeps;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    // See Outlet: frames are prepared once for all readers, which compression would undo.
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  readonly #byCredential: Throttle;
  readonly #byAddress: Throttle;

  constructor(deps: UpgradeDeps) {
    this.#deps = deps;
    this.#byCredential = new Throttle(deps.clock, REFUSALS, REFUSAL_WINDOW_MS);
    this.#byAddress = new Throttle(deps.clock, REFUSALS_OF_ADDRESS, REFUSAL_WINDOW_MS);
  }

  /** Takes a request to upgrade, with its connection and what was already read from it. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const caller = callerOf(request);
    const wait = this.#byCredential.blocked(caller.credential) ?? this.#byAddress.blocked(caller.address);
    if (wait !== null) return turnAway(socket, wait);
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const peer = new PeerSocket({ ...this.#deps, ...this.#reports(caller) }, ws, socket);
      this.#deps.sockets.add(peer);
      const { target, proof } = this.#judge(request);
      void peer.admit(proof, target);
    });
  }

  #reports(caller: Caller): Pick<PeerSocketDeps, 'refused' | 'gone'> {
    return {
      gone: (socket) => this.#deps.sockets.remove(socket),
      refused: () => {
        this.#byCredential.count(caller.credential);
        this.#byAddress.count(caller.address);
      },
    };
  }

  #judge(request: IncomingMessage): { target: Target | null; proof: Promise<Result<Credential>> } {
    const url = addressOf(request);
    const target = url === null ? null : targetOf(url.pathname);
    return { target, proof: this.#prove(request, url, target) };
  }

  async #prove(request: IncomingMessage, url: URL | null, target: Target | null): Promise<Result<Credential>> {
    const { origin, host } = request.headers;
    if (this.#deps.draining()) return { ok: false, fault: fault('unavailable') };
    if (!hostAllowed(this.#deps.origins, host) || !originAllowed(this.#deps.origins, origin, host)) {
      return { ok: false, fault: fault('forbidden', 'Pages of this origin may not connect.') };
    }
    if (url === null) return { ok: false, fault: fault('not_found') };
    if (carriesToken(url.searchParams))
      return { ok: false, fault: fault('unauthenticated', 'A token does not belong in an address.') };
    const ticket = url.searchParams.get('ticket');
    if (ticket === null) return checkToken(this.#deps.verify, tokenOf(request));
    const credential = this.#deps.tickets.redeem(ticket, target?.room ?? '');
    return credential === null ? { ok: false, fault: fault('unauthenticated') } : { ok: true, value: credential };
  }
}

/** Whom refusals are counted for; the credential as a digest, so that no token lies about in a map. */
interface Caller {
  readonly address: string;
  readonly credential: string;
}

function callerOf(request: IncomingMessage): Caller {
  const address = request.socket.remoteAddress ?? '';
  const { authorization = '', 'sec-websocket-protocol': offered = '' } = request.headers;
  const credential = createHash('sha256')
    .update(`${address}\n${request.url ?? ''}\n${authorization}\n${offered}`)
    .digest('base64');
  return { address, credential };
}

function turnAway(socket: Duplex, seconds: number): void {
  // Node hands an upgrade's connection over without a listener: a reset by the other side would end the process.
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 429 Too Many Requests\r\nRetry-After: ${seconds}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}

function addressOf(request: IncomingMessage): URL | null {
  return URL.parse(request.url ?? '', 'http://parley');
}

function targetOf(path: string): Target | null {
  const match = /^\/v1\/rooms\/([^/]+)\/(?:docs\/([^/]+)|(socket))$/.exec(path);
  const room = RoomId.safeParse(match?.[1]);
  if (match === null || !room.success) return null;
  if (match[3] !== undefined) return { kind: 'room', room: room.data };
  const doc = parseDocName(match[2] ?? '');
  return doc === null ? null : { kind: 'document', room: room.data, doc };
}

function tokenOf(request: IncomingMessage): string | null {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  const bearer = offered.find((protocol) => protocol.startsWith(BEARER_PREFIX));
  return bearer === undefined ? bearerToken(request.headers.authorization) : bearer.slice(BEARER_PREFIX.length);
}
