import { parseDocName, type DocName } from '@parley/shared/documents';
import { fault, type Fault } from '@parley/shared/fault';
import { capabilitiesOf } from '@parley/shared/roles';
import { decodeFrame, encodeControl, Up, type Down } from '@parley/shared/socket';
import { z } from 'zod';
import { personColor } from '@parley/shared/person-color';
import type { Verify } from '../ports/verify.ts';
import type { Dialect, DialectMessage, Farewell, Line, Rights } from './dialect.ts';
import { DocReader } from './doc-reader.ts';
import { asksForContent, frameOf } from './frames.ts';
import { ASKING_FRAMES, MAX_DOC_MESSAGE, MAX_OPEN_DOCS } from './limits.ts';

/** `opening` until the owner answers; then the reader that gets what changes. */
type Channel = { readonly kind: 'opening' } | { readonly kind: 'open'; readonly reader: DocReader };

/** Any message that names a request, so that a command that does not fit can be refused by its number. */
const Numbered = z.object({ type: z.literal('command'), request: z.int().min(0) });

/** The Parley client: all documents of a room and its commands on one socket (shared/src/socket.ts). */
export class MultiplexPeer implements Dialect {
  readonly #line: Line;
  readonly #verify: Verify;
  readonly #channels = new Map<DocName, Channel>();
  #rights: Rights | null = null;

  constructor(line: Line, verify: Verify) {
    this.#line = line;
    this.#verify = verify;
  }

  attached(rights: Rights): void {
    this.#rights = rights;
    const { user, name } = this.#line.principal;
    const you = { id: user, name, color: personColor(user) };
    const role = rights.standing.role;
    if (role === null) return this.#line.close(fault('not_found'));
    const capabilities = capabilitiesOf(rights.standing, rights.levels);
    this.#say({ type: 'welcome', protocol: 1, you, role, capabilities, expiresAt: this.#line.expiresAt });
    this.#line.listen();
  }

  rights(rights: Rights): void {
    this.#rights = rights;
    this.#sayRights();
  }

  frame(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (frame === null) return this.#line.close(fault('bad_frame'));
    if (frame.kind === 'control') return this.#control(frame.json);
    this.#document(frame.doc, frame.message);
  }

  receive(message: DialectMessage): void {
    switch (message.type) {
      case 'opened':
        return this.#opened(message);
      case 'refused':
        return this.#end(message.doc, message.fault);
      case 'sync':
        return this.#reader(message.doc)?.sync(message.messages);
      case 'saved':
        return this.#say({ type: 'saved', doc: message.doc, count: message.count });
      case 'reply':
        return this.#reply(message);
      case 'documents':
        return this.#say({ type: 'documents', items: [...message.items] });
    }
  }

  caughtUp(): void {
    for (const reader of this.#readers()) {
      if (reader.startResync()) this.#line.link.send({ type: 'resync', peer: this.#line.id, doc: reader.doc });
    }
  }

  keepAlive(): void {
    for (const reader of this.#readers()) reader.keepAlive();
    // The socket's own watchdog hears of it too, even when no document is open.
    this.#sayRights();
  }

  bar(): void {
    for (const reader of this.#readers()) reader.bar();
  }

  leave(): void {
    for (const reader of this.#readers()) this.#line.link.unread(reader.key, reader);
    this.#channels.clear();
  }

  goodbye(value: Fault, why: Farewell): void {
    this.#say({
      type: 'goodbye',
      fault: value,
      ...(why.by === undefined ? {} : { by: why.by }),
      ...(why.at === undefined ? {} : { at: why.at }),
    });
  }

  #control(json: string): void {
    const raw = parseJson(json);
    const parsed = Up.safeParse(raw);
    if (!parsed.success) return this.#misfit(raw);
    const message = parsed.data;
    switch (message.type) {
      case 'open':
        return this.#open(message.doc);
      case 'close':
        return this.#close(message.doc);
      case 'command': {
        const { id: peer, principal } = this.#line;
        return this.#line.link.send({
          type: 'command',
          peer,
          request: String(message.request),
          principal,
          command: message.command,
        });
      }
      case 'renew':
        void this.#renew(message.token);
    }
  }

  /** A command that does not fit is the caller's mistake; anything else that does not fit is no frame at all. */
  #misfit(raw: unknown): void {
    const numbered = Numbered.safeParse(raw);
    if (!numbered.success) return this.#line.close(fault('bad_frame'));
    this.#say({ type: 'refused', request: numbered.data.request, fault: fault('bad_request') });
  }

  #open(wanted: string): void {
    const doc = parseDocName(wanted);
    if (doc === null) return this.#say({ type: 'closed', doc: wanted, fault: fault('not_found') });
    if (this.#channels.has(doc)) return;
    if (this.#channels.size >= MAX_OPEN_DOCS) return this.#say({ type: 'closed', doc, fault: fault('rate_limited') });
    if (!this.#line.spend(ASKING_FRAMES)) return;
    this.#channels.set(doc, { kind: 'opening' });
    this.#line.link.send({ type: 'open', peer: this.#line.id, doc });
  }

  #opened(message: Extract<DialectMessage, { readonly type: 'opened' }>): void {
    const { peer, doc, key, writable } = message;
    const channel = this.#channels.get(doc);
    if (channel === undefined) return;
    this.#say({ type: 'opened', doc, writable });
    if (channel.kind === 'open') {
      channel.reader.writable = writable;
      return;
    }
    const reader = new DocReader({ peer, doc, key, writable, flavour: 'multiplexed', outlet: this.#line.outlet });
    this.#channels.set(doc, { kind: 'open', reader });
    this.#line.link.read(key, reader);
  }

  #close(wanted: string): void {
    const doc = parseDocName(wanted);
    if (doc === null || !this.#drop(doc)) return;
    this.#line.link.send({ type: 'close', peer: this.#line.id, doc });
  }

  /** Ends one document and says why; the socket stays. */
  #end(doc: DocName, why: Fault): void {
    if (this.#drop(doc)) this.#say({ type: 'closed', doc, fault: why });
  }

  #drop(doc: DocName): boolean {
    const reader = this.#reader(doc);
    if (reader !== null) this.#line.link.unread(reader.key, reader);
    return this.#channels.delete(doc);
  }

  #document(name: string, bytes: Uint8Array): void {
    const doc = parseDocName(name);
    // Frames for a document that was just closed here are on their way for a moment: they are dropped.
    if (doc === null || !this.#channels.has(doc)) return;
    if (bytes.length === 0) return this.#line.close(fault('bad_frame'));
    if (bytes.length > MAX_DOC_MESSAGE) {
      this.#line.link.send({ type: 'close', peer: this.#line.id, doc });
      return this.#end(doc, fault('too_large'));
    }
    if (asksForContent(bytes) && !this.#line.spend(ASKING_FRAMES)) return;
    this.#line.link.send({ type: 'message', peer: this.#line.id, doc, bytes });
  }

  #reply({ request, result }: Extract<DialectMessage, { readonly type: 'reply' }>): void {
    const number = Number(request);
    if (!result.ok) return this.#say({ type: 'refused', request: number, fault: result.fault });
    // A reply is plain data made from JSON schemas; its interfaces do not say so to the compiler.
    this.#say({ type: 'reply', request: number, value: result.value as z.core.util.JSONType });
  }

  async #renew(token: string): Promise<void> {
    const verdict = await this.#verify.verify(token);
    // With the authority out of reach the old token still holds; the client asks again before it ends.
    if (verdict.kind === 'unavailable') return;
    if (verdict.kind === 'invalid') {
      return this.#line.close(fault(verdict.reason === 'expired' ? 'token_expired' : 'unauthenticated'));
    }
    if (this.#line.renew(verdict)) this.#say({ type: 'renewed', expiresAt: verdict.expiresAt });
  }

  #sayRights(): void {
    const rights = this.#rights;
    const role = rights?.standing.role ?? null;
    if (rights === null || role === null) return;
    this.#say({ type: 'rights', role, capabilities: capabilitiesOf(rights.standing, rights.levels) });
  }

  #say(message: Down): void {
    this.#line.outlet.send(frameOf(encodeControl(message)));
  }

  #reader(doc: DocName): DocReader | null {
    const channel = this.#channels.get(doc);
    return channel?.kind === 'open' ? channel.reader : null;
  }

  #readers(): DocReader[] {
    return [...this.#channels.values()].flatMap((channel) => (channel.kind === 'open' ? [channel.reader] : []));
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Not JSON is not a message; the schema says so of undefined.
    return undefined;
  }
}
