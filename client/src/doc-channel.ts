/** What a stock provider uses of a WebSocket. */
export interface ProviderSocket extends Pick<
  WebSocket,
  'binaryType' | 'readyState' | 'OPEN' | 'onopen' | 'onmessage' | 'onclose' | 'onerror' | 'close'
> {
  send(message: Uint8Array<ArrayBuffer>): void;
}

/** Where a channel's messages go. */
export interface ChannelCarrier {
  open(channel: DocChannel): void;
  send(channel: DocChannel, message: Uint8Array): void;
  close(channel: DocChannel): void;
}

const SYNC = 0;
const SYNC_STEP_2 = 1;
const SYNC_UPDATE = 2;
const READY = { connecting: 0, open: 1, closed: 3 } as const;

/**
 * One document on the shared socket, shaped like a WebSocket so that a stock y-websocket provider runs
 * on top of it. Lives from one opening to its end, and counts what it sent, so that the server's count
 * of what is on disk can be held against it.
 */
export class DocChannel {
  binaryType: BinaryType = 'arraybuffer';
  onopen: ((event: Event) => unknown) | null = null;
  onmessage: ((event: MessageEvent<Uint8Array>) => unknown) | null = null;
  onclose: ((event: CloseEvent) => unknown) | null = null;
  /** Never called: a channel has no failure that is not a close. */
  onerror: ((event: Event) => unknown) | null = null;
  readonly OPEN = 1;

  readonly doc: string;
  readonly #carrier: ChannelCarrier;
  #state: keyof typeof READY = 'connecting';
  #sent = 0;
  #saved = 0;
  #answeredStep1 = false;

  constructor(doc: string, carrier: ChannelCarrier) {
    this.doc = doc;
    this.#carrier = carrier;
    carrier.open(this);
  }

  get readyState(): 0 | 1 | 3 {
    return READY[this.#state];
  }

  /** All that this document held here when it was opened, and all since, is on the server's disk. */
  get saved(): boolean {
    return this.#state === 'open' && this.#answeredStep1 && this.#saved >= this.#sent;
  }

  send(message: Uint8Array): void {
    if (this.#state !== 'open') return;
    if (message[0] === SYNC && (message[1] === SYNC_STEP_2 || message[1] === SYNC_UPDATE)) {
      this.#sent += 1;
      this.#answeredStep1 ||= message[1] === SYNC_STEP_2;
    }
    this.#carrier.send(this, message);
  }

  /** The provider lets go; no event follows. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#carrier.close(this);
  }

  opened(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.onopen?.(new Event('open'));
  }

  /** Messages of an earlier opening may still arrive before `opened`; they are not for this one. */
  receive(message: Uint8Array): void {
    if (this.#state === 'open') this.onmessage?.(new MessageEvent('message', { data: message }));
  }

  countSaved(count: number): void {
    this.#saved = count;
  }

  /** The server, or the end of the socket, closed it. */
  ended(code: number, reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.onclose?.(new CloseEvent('close', { code, reason }));
  }
}
