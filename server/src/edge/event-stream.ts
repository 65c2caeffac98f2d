import { fault, FaultError } from '@parley/shared/fault';
import type { RoomId, TurnId } from '@parley/shared/ids';
import type { EventCursor, TurnEvent } from '../ports/bus.ts';
import type { Cancel } from '../ports/system.ts';
import type { Edge } from './edge.ts';
import { idOf } from './event-id.ts';
import { KEEP_ALIVE_MS, QUEUE_SOFT, REQUEST_MS } from './limits.ts';
import { newPeerId } from './requests.ts';
import type { Credential } from './tickets.ts';
import { lapseOf, TokenTerm, type TermDeps } from './token-term.ts';
import { Watch } from './watch.ts';

export interface EventsOf {
  readonly room: RoomId;
  /** null: every turn that the caller may see. */
  readonly turn: TurnId | null;
  readonly after: EventCursor | null;
  /** Nothing more will happen: the response ends behind what the reader missed, which may be nothing. */
  readonly over?: boolean;
}

/**
 * A response that follows turns as server-sent events until the turn or the token ends, the caller
 * leaves, or the room does. Throws what the room refuses.
 */
export async function streamEvents(edge: Edge, caller: Credential, of: EventsOf): Promise<Response> {
  const ref = { tenant: caller.principal.tenant, room: of.room };
  await edge.links.ensure(ref);
  const lapsed = lapseOf(edge, caller);
  if (lapsed !== null) throw new FaultError(lapsed);
  return new Promise((resolve, reject) => {
    const stream = new EventStream(edge, caller, () => watch.close());
    const cancelTimer = edge.clock.after(REQUEST_MS, () => end(new FaultError(fault('unavailable'))));
    const end = (why: FaultError): void => {
      cancelTimer();
      reject(why);
      stream.end();
    };
    // A room answers in order, so any answer comes behind the events that were asked for before it.
    const endAfterBacklog = (): Promise<void> =>
      edge.requests.ask(caller.principal, of.room, { type: 'room.get' }).then(
        () => stream.end(),
        () => stream.end(),
      );
    const watch = new Watch({
      id: newPeerId(edge.ids),
      principal: caller.principal,
      link: edge.links.get(ref),
      turn: of.turn,
      after: of.after,
      started: () => {
        cancelTimer();
        resolve(stream.response);
        if (of.over === true) void endAfterBacklog();
      },
      event: (event) => {
        stream.write(event);
        if (of.turn !== null && event.name === 'ended') stream.end();
      },
      ended: (why) => end(new FaultError(why ?? fault('not_found'))),
    });
  });
}

/** The body of one such response. */
class EventStream {
  readonly response: Response;
  readonly #clock: Edge['clock'];
  readonly #term: TokenTerm;
  readonly #left: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #cancelBeat: Cancel = () => {};
  #open = true;

  constructor(edge: TermDeps, caller: Credential, left: () => void) {
    this.#clock = edge.clock;
    this.#left = left;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#close(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: QUEUE_SOFT }),
    );
    this.response = new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    });
    this.#term = new TokenTerm(edge, caller, () => this.end());
    this.#beatLater();
  }

  write({ cursor, name, data }: TurnEvent): void {
    this.#send(`id: ${idOf(cursor)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    if (!this.#open) return;
    this.#close();
    this.#controller?.close();
  }

  #send(text: string): void {
    if (!this.#open || this.#controller === null) return;
    this.#controller.enqueue(new TextEncoder().encode(text));
    // A reader that is too slow comes back with the last id it saw.
    if ((this.#controller.desiredSize ?? 0) < 0) this.end();
  }

  #beatLater(): void {
    this.#cancelBeat = this.#clock.after(KEEP_ALIVE_MS, () => {
      this.#send(':\n\n');
      if (this.#open) this.#beatLater();
    });
  }

  #close(): void {
    this.#open = false;
    this.#cancelBeat();
    this.#term.cancel();
    this.#left();
  }
}
