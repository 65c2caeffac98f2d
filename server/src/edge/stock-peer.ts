import type { DocName } from '@parley/shared/documents';
import { fault } from '@parley/shared/fault';
import { can } from '@parley/shared/roles';
import type { Dialect, DialectMessage, Line, Rights } from './dialect.ts';
import { DocReader } from './doc-reader.ts';
import { asksForContent, frameOf, NOTHING_NEW } from './frames.ts';
import { ASKING_FRAMES, MAX_DOC_MESSAGE } from './limits.ts';

const SIGN_OF_LIFE = frameOf(NOTHING_NEW);

/** A stock y-websocket provider: one document, bare y-protocols messages, close codes its only words. */
export class StockPeer implements Dialect {
  readonly #line: Line;
  readonly #doc: DocName;
  #reader: DocReader | null = null;

  constructor(line: Line, doc: DocName) {
    this.#line = line;
    this.#doc = doc;
  }

  attached(): void {
    this.#line.link.send({ type: 'open', peer: this.#line.id, doc: this.#doc });
  }

  rights({ standing, levels }: Rights): void {
    // A provider cannot be told that it became read-only: it would go on editing what nobody gets.
    if (this.#reader?.writable !== true || can(standing, 'workspace.edit', levels)) return;
    this.#line.close(fault('forbidden', undefined, { capability: 'workspace.edit' }));
  }

  frame(bytes: Uint8Array): void {
    if (bytes.length === 0) return this.#line.close(fault('bad_frame'));
    if (bytes.length > MAX_DOC_MESSAGE) return this.#line.close(fault('too_large'));
    if (asksForContent(bytes) && !this.#line.spend(ASKING_FRAMES)) return;
    this.#line.link.send({ type: 'message', peer: this.#line.id, doc: this.#doc, bytes });
  }

  receive(message: DialectMessage): void {
    switch (message.type) {
      case 'opened':
        return this.#opened(message);
      case 'refused':
        return this.#line.close(message.fault);
      case 'sync':
        return this.#reader?.sync(message.messages);
      case 'saved':
      case 'reply':
      case 'documents':
        // A provider asks for none of it and has no words for it.
        return;
    }
  }

  caughtUp(): void {
    if (this.#reader?.startResync()) this.#line.link.send({ type: 'resync', peer: this.#line.id, doc: this.#doc });
  }

  keepAlive(): void {
    // Also while the document loads: a provider that hears nothing for half a minute starts anew.
    this.#line.outlet.offer(SIGN_OF_LIFE);
  }

  bar(): void {
    this.#reader?.bar();
  }

  goodbye(): void {
    // The close code says it all.
  }

  leave(): void {
    if (this.#reader === null) return;
    this.#line.link.unread(this.#reader.key, this.#reader);
    this.#reader = null;
  }

  #opened({ peer, doc, key, writable }: Extract<DialectMessage, { readonly type: 'opened' }>): void {
    if (this.#reader !== null) {
      this.#reader.writable = writable;
      return;
    }
    this.#reader = new DocReader({ peer, doc, key, writable, flavour: 'stock', outlet: this.#line.outlet });
    this.#line.link.read(key, this.#reader);
    this.#line.listen();
  }
}
