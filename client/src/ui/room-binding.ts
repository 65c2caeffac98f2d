import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { connect } from '../connect.ts';
import type { RoomClient } from '../room-client.ts';

/** What the element was given: a client of the page's own, or where and as whom to connect. */
export interface Source {
  readonly client: RoomClient | null;
  readonly server: string;
  readonly room: string;
  readonly token: (() => string | Promise<string>) | null;
}

/**
 * Holds the element's connection: opened when there is enough to open one, replaced when its source
 * changes, closed with the element. A client that the page handed in is the page's to close.
 */
export class RoomBinding implements ReactiveController {
  client: RoomClient | null = null;
  readonly #host: ReactiveControllerHost;
  readonly #onChange: () => void;
  #source: Source | null = null;
  #leave: (() => void) | null = null;

  constructor(host: ReactiveControllerHost, onChange: () => void) {
    this.#host = host;
    this.#onChange = onChange;
    host.addController(this);
  }

  /** Uses this source from now on; the same one again changes nothing. */
  use(source: Source): void {
    if (this.#source !== null && same(this.#source, source)) return;
    this.#release();
    this.#source = source;
    this.#open();
  }

  /** Connects anew, for instance after the server ended the connection. */
  again(): void {
    this.#release();
    this.#open();
    this.#host.requestUpdate();
  }

  hostConnected(): void {
    addEventListener('online', this.#refresh);
    addEventListener('offline', this.#refresh);
    if (this.#source !== null && this.client === null) this.#open();
  }

  hostDisconnected(): void {
    removeEventListener('online', this.#refresh);
    removeEventListener('offline', this.#refresh);
    this.#release();
  }

  /** Whether the browser is online changes what is said, not what is held. */
  readonly #refresh = (): void => this.#host.requestUpdate();

  #open(): void {
    if (this.#source === null) return;
    const { client, server, room, token } = this.#source;
    const own = client === null && room !== '' && token !== null ? connect({ server, room, token }) : null;
    this.client = client ?? own;
    const unsubscribe = this.client?.subscribe(this.#onChange);
    this.#leave = () => {
      unsubscribe?.();
      own?.close();
    };
    this.#onChange();
  }

  #release(): void {
    this.#leave?.();
    this.#leave = null;
    this.client = null;
  }
}

function same(a: Source, b: Source): boolean {
  return a.client === b.client && a.server === b.server && a.room === b.room && a.token === b.token;
}
