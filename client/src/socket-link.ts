import { Down, decodeFrame } from '@parley/shared/socket';
import type { Cancel, ClientClock, ClientEnv, Dialled } from './env.ts';
import type { Goodbye, LinkEnd } from './link-end.ts';
import { VANISHED } from './link-end.ts';

/** The server says something at least every 20 s; longer silence means that nobody is there. */
const SILENCE_MS = 30_000;
const PROTOCOL_ERROR = 1002;

export interface LinkEvents {
  control(message: Exclude<Down, { type: 'goodbye' }>): void;
  document(doc: string, message: Uint8Array): void;
  /** Exactly once, and nothing after it. */
  gone(end: LinkEnd): void;
}

export interface LinkOptions {
  readonly env: Pick<ClientEnv, 'dial' | 'clock'>;
  readonly url: string;
  readonly protocols: readonly string[];
  readonly events: LinkEvents;
}

/** One socket from dialling to its end: reads frames, remembers a goodbye, notices silence. */
export class SocketLink {
  readonly #clock: ClientClock;
  readonly #events: LinkEvents;
  readonly #socket: Dialled;
  #goodbye: Goodbye | null = null;
  #heardAt: number;
  #watch: Cancel;
  #over = false;

  /** Throws when the url or the protocols cannot be used at all. */
  constructor({ env, url, protocols, events }: LinkOptions) {
    this.#clock = env.clock;
    this.#events = events;
    this.#heardAt = env.clock.now();
    this.#socket = env.dial(url, protocols, {
      message: (bytes) => this.#receive(bytes),
      closed: (code) => this.#end(code),
    });
    this.#watch = env.clock.after(SILENCE_MS, () => this.#checkSilence());
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#over) this.#socket.send(bytes);
  }

  /** Ends the link from our side, without `gone`. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch();
    this.#socket.close();
  }

  #receive(bytes: Uint8Array | null): void {
    if (this.#over) return;
    this.#heardAt = this.#clock.now();
    const frame = bytes && decodeFrame(bytes);
    if (!frame) return this.#giveUp(PROTOCOL_ERROR);
    if (frame.kind === 'doc') return this.#events.document(frame.doc, frame.message);
    const message = readControl(frame.json);
    if (!message) return this.#giveUp(PROTOCOL_ERROR);
    if (message.type === 'goodbye') this.#goodbye = goodbyeOf(message);
    else this.#events.control(message);
  }

  #checkSilence(): void {
    const silent = this.#clock.now() - this.#heardAt;
    if (silent >= SILENCE_MS) return this.#giveUp(VANISHED);
    this.#watch = this.#clock.after(SILENCE_MS - silent, () => this.#checkSilence());
  }

  /** A dead socket may take minutes to report its close, so we do not wait for it. */
  #giveUp(code: number): void {
    this.#end(code);
    this.#socket.close();
  }

  #end(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch();
    this.#events.gone({ code, goodbye: this.#goodbye });
  }
}

function readControl(json: string): Down | null {
  try {
    return Down.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    // JSON.parse throws on what is not JSON; to a reader that is the same as the wrong shape.
    return null;
  }
}

function goodbyeOf({ fault, by, at }: Extract<Down, { type: 'goodbye' }>): Goodbye {
  return { fault, ...(by === undefined ? {} : { by }), ...(at === undefined ? {} : { at }) };
}
