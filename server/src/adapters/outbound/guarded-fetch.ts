import { lookup as hostLookup, type LookupAddress } from 'node:dns';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../../ports/system.ts';
import { FetchFailure } from './fetch-failure.ts';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

export interface GuardOptions {
  readonly clock: Clock;
  /** `host` or `host:port` that may have a private address: the operator's word, never a tenant's. */
  readonly internalHosts: readonly string[];
  /** Development: what runs on this machine may be called. */
  readonly loopback: boolean;
  /** How names become addresses; the host's resolver when absent. */
  readonly resolve?: Resolve;
}
export type Resolve = (host: string, answer: (error: Error | null, found: readonly LookupAddress[]) => void) => void;

/**
 * `fetch` for addresses that a tenant configured (A87). Rejects with {@link FetchFailure} and nothing else.
 * The address is judged where the connection is made, so no name can change between the look and the call;
 * a redirect is a failure; the answer is at most 1 MiB and takes at most 30 seconds. Of `init` it reads
 * `method`, `headers`, `signal`, and a `body` that is text or a form.
 */
export type GuardedFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export const MOST_BYTES = 1_048_576;
export const MOST_MS = 30_000;

export function guardedFetch(options: GuardOptions): GuardedFetch {
  return async (url, init = {}) => {
    const target = checked(url, options);
    if (init.signal?.aborted === true) throw new FetchFailure('aborted', 'aborted', false);
    return new Exchange(target, init, options).response;
  };
}

function checked(url: string | URL, options: GuardOptions): URL {
  const target = URL.canParse(String(url)) ? new URL(url) : null;
  if (target === null || !/^https?:$/.test(target.protocol)) throw new FetchFailure('address', 'scheme', false);
  if (target.username !== '' || target.password !== '') throw new FetchFailure('address', 'credentials', false);
  const literal = target.hostname.replace(/^\[|\]$/g, '');
  // Node connects to a literal address without asking `lookup`.
  if (isIP(literal) !== 0 && !allowed(target, literal, options)) throw new FetchFailure('address', 'private', false);
  return target;
}

function allowed(target: URL, address: string, { internalHosts, loopback }: GuardOptions): boolean {
  if (isPublicAddress(address)) return true;
  if (loopback && isLoopbackAddress(address)) return true;
  return internalHosts.includes(target.host) || internalHosts.includes(target.hostname);
}

/** A name is refused as soon as one of its addresses is not for us: a mixed answer is an attack or a mistake. */
function lookupFor(target: URL, options: GuardOptions): LookupFunction {
  const resolve: Resolve = options.resolve ?? ((host, answer) => hostLookup(host, { all: true }, answer));
  return (host, { all }, answer) =>
    resolve(host, (error, found) => {
      const [first] = found ?? [];
      if (error !== null || first === undefined) return answer(new FetchFailure('network', 'name', false), []);
      if (!found.every(({ address }) => allowed(target, address, options)))
        return answer(new FetchFailure('address', 'private', false), []);
      return all === true ? answer(null, [...found]) : answer(null, first.address, first.family);
    });
}

/** One request on a connection of its own: nobody gets another's answer (A74), and no idle one is found dead. */
class Exchange {
  readonly response: Promise<Response>;
  readonly #request: ClientRequest;
  #connected = false;
  /** Why we ended it ourselves: a body that is cut off tells only that it was. */
  #ended: FetchFailure | null = null;

  constructor(target: URL, init: RequestInit, options: GuardOptions) {
    const secure = target.protocol === 'https:';
    this.#request = (secure ? httpsRequest : httpRequest)(target, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(headersOf(init)),
      agent: false,
      lookup: lookupFor(target, options),
    });
    this.#request.once('socket', (socket) =>
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        this.#connected = true;
      }),
    );
    this.#bound(init.signal ?? null, options.clock);
    this.response = new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(this.#failure(error));
      this.#request.once('response', (message) => {
        try {
          resolve(responseOf(message, () => this.#ended));
        } catch (error) {
          message.destroy();
          fail(error);
        }
      });
      // Stays: an error after the answer began is told by the body, and must not go unheard here.
      this.#request.on('error', fail);
    });
    this.#request.end(init.body === undefined || init.body === null ? '' : textOf(init.body));
  }

  #bound(signal: AbortSignal | null, clock: Clock): void {
    const abort = (): void => this.#end('aborted');
    const cancel = clock.after(MOST_MS, () => this.#end('timeout'));
    signal?.addEventListener('abort', abort, { once: true });
    this.#request.once('close', () => {
      cancel();
      signal?.removeEventListener('abort', abort);
    });
  }

  #end(why: 'aborted' | 'timeout'): void {
    this.#ended ??= new FetchFailure(why, why, this.#connected);
    this.#request.destroy(this.#ended);
  }

  #failure(error: unknown): FetchFailure {
    return error instanceof FetchFailure ? error : new FetchFailure('network', codeOf(error), this.#connected);
  }
}

function headersOf(init: RequestInit): Headers {
  const headers = new Headers(init.headers);
  // What is unpacked here could be a thousand times what was bounded.
  headers.set('accept-encoding', 'identity');
  if (init.body instanceof URLSearchParams) headers.set('content-type', 'application/x-www-form-urlencoded');
  return headers;
}

function textOf(body: NonNullable<RequestInit['body']>): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('a guarded request carries text');
}

const WITHOUT_BODY = new Set([204, 205, 304]);

function responseOf(message: IncomingMessage, ended: () => FetchFailure | null): Response {
  const status = message.statusCode ?? 0;
  if (status >= 300 && status < 400) throw new FetchFailure('address', 'redirect', true);
  if (status < 200 || status > 599) throw new FetchFailure('protocol', 'status', true);
  const encoding = message.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw new FetchFailure('protocol', 'encoding', true);
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  if (!WITHOUT_BODY.has(status)) return new Response(bodyOf(message, ended), { status, headers });
  message.resume();
  return new Response(null, { status, headers });
}

function bodyOf(message: IncomingMessage, ended: () => FetchFailure | null): ReadableStream<Uint8Array> {
  const pieces = bounded(message, ended);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await pieces.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: () => void message.destroy(),
  });
}

async function* bounded(
  message: IncomingMessage,
  ended: () => FetchFailure | null,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = MOST_BYTES;
  try {
    for await (const piece of message as AsyncIterable<Buffer>) {
      left -= piece.byteLength;
      if (left < 0) throw new FetchFailure('too-large', 'body', true);
      yield piece;
    }
  } catch (error) {
    throw ended() ?? (error instanceof FetchFailure ? error : new FetchFailure('network', codeOf(error), true));
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'connection';
}
