import { WebsocketProvider as Provider31 } from 'y-websocket';
import { WebsocketProvider as Provider30 } from 'y-websocket-3-0';
import * as Y from 'yjs';
import type { RealServer } from './server.ts';

export type ProviderVersion = '3.0' | '3.1';

/** What the two have in common; a union of them cannot be called. */
type Provider = Pick<Provider30, 'on' | 'off' | 'synced' | 'awareness' | 'ws' | 'shouldConnect' | 'destroy'>;
type ProviderClass = new (...args: ConstructorParameters<typeof Provider30>) => Provider;

/** Both stock providers that people use, unmodified. */
export const PROVIDERS: Readonly<Record<ProviderVersion, ProviderClass>> = { '3.0': Provider30, '3.1': Provider31 };

export interface StockOptions {
  readonly server: Pick<RealServer, 'socketUrl'>;
  readonly version: ProviderVersion;
  readonly room: string;
  readonly doc: string;
  /** Null: no subprotocol that carries one. */
  readonly token: string | null;
  readonly params?: Readonly<Record<string, string>>;
}

/** A document in the hands of a stock provider, with what happened to its connection. */
export class StockProvider {
  readonly ydoc = new Y.Doc();
  readonly provider: Provider;
  /** Close codes so far; 1006 where the server was simply not there. */
  readonly closes: number[] = [];
  readonly #changed = new Set<() => void>();

  constructor({ server, version, room, doc, token, params = {} }: StockOptions) {
    const protocols = token === null ? ['parley.v1'] : ['parley.v1', `bearer.${token}`];
    const url = `${server.socketUrl}/v1/rooms/${room}/docs`;
    this.provider = new PROVIDERS[version](url, doc, this.ydoc, {
      protocols,
      params,
      disableBc: true,
      maxBackoffTime: 200,
    });
    const told = (): void => [...this.#changed].forEach((listener) => listener());
    this.provider.on('connection-close', (event: { code: number } | null) => {
      if (event !== null) this.closes.push(event.code);
      told();
    });
    this.provider.on('sync', told);
    this.provider.on('status', told);
    this.ydoc.on('update', told);
    this.provider.awareness.on('change', told);
  }

  get synced(): boolean {
    return this.provider.synced;
  }

  get text(): string {
    return this.ydoc.getText('notes').toString();
  }

  /** Resolves once `wanted` holds; looked at whenever the document, presence or the connection changed. */
  until(wanted: (self: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!wanted(this)) return;
        this.#changed.delete(look);
        resolve();
      };
      this.#changed.add(look);
      look();
    });
  }

  /** Resolves when it is in step with the server. */
  async ready(): Promise<this> {
    await this.until(({ synced }) => synced);
    return this;
  }

  /** The code of the next close. */
  async closed(): Promise<number> {
    const before = this.closes.length;
    await this.until(({ closes }) => closes.length > before);
    return this.closes[before] ?? 0;
  }

  /** Sends these bytes, or this text, as a frame of its own. */
  sendRaw(frame: Uint8Array<ArrayBuffer> | string): void {
    this.provider.ws?.send(frame);
  }

  destroy(): void {
    this.#changed.clear();
    this.provider.destroy();
    this.provider.awareness.destroy();
    this.ydoc.destroy();
  }
}
