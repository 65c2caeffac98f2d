import type { Replies } from '@parley/shared/answers';
import { Command } from '@parley/shared/commands';
import type { Fault, Result } from '@parley/shared/fault';
import { fault, ok, refuse } from '@parley/shared/fault';
import type { Askable } from '@parley/shared/replies';
import { REPLIES } from '@parley/shared/replies';
import type { Cancel, ClientClock } from './env.ts';

/** A command that nobody answered in this time is reported as unanswered; it may have been done. */
const REPLY_DEADLINE_MS = 30_000;

/** What a command of this type says besides its type. */
export type Fields<T extends Askable> = Omit<Extract<Command, { type: T }>, 'type'>;
export type Ask = <T extends Askable>(type: T, fields: Fields<T>) => Promise<Result<Replies[T]>>;

interface Waiting {
  answer(value: unknown): void;
  refuse(why: Fault): void;
}

/** Pairs commands with their replies. Every promise resolves, a lost connection with `unavailable`. */
export class Requests {
  readonly #send: (request: number, command: Command) => boolean;
  readonly #clock: ClientClock;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(send: (request: number, command: Command) => boolean, clock: ClientClock) {
    this.#send = send;
    this.#clock = clock;
  }

  readonly ask: Ask = <T extends Askable>(type: T, fields: Fields<T>) =>
    new Promise<Result<Replies[T]>>((resolve) => {
      const request = ++this.#last;
      const stop = this.#deadline(request);
      const finish = (result: Result<Replies[T]>) => {
        stop();
        this.#waiting.delete(request);
        resolve(result);
      };
      this.#waiting.set(request, {
        answer: (value) => finish(readReply(type, value)),
        refuse: (why) => finish({ ok: false, fault: why }),
      });
      // A frame that fits no schema would cost the whole connection, and every one after it.
      const command = Command.safeParse({ type, ...fields }).data;
      if (!command) this.refused(request, fault('bad_request', 'Too long, or empty.'));
      else if (!this.#send(request, command)) this.refused(request, fault('unavailable', 'There is no connection.'));
    });

  replied(request: number, value: unknown): void {
    this.#waiting.get(request)?.answer(value);
  }

  refused(request: number, why: Fault): void {
    this.#waiting.get(request)?.refuse(why);
  }

  /** The connection is gone and with it every reply; what was asked may have been done. */
  lost(): void {
    for (const request of [...this.#waiting.keys()]) {
      this.refused(request, fault('unavailable', 'The connection was lost before the answer came.'));
    }
  }

  #deadline(request: number): Cancel {
    return this.#clock.after(REPLY_DEADLINE_MS, () =>
      this.refused(request, fault('unavailable', 'The server did not answer in time.')),
    );
  }
}

function readReply<T extends Askable>(type: T, value: unknown): Result<Replies[T]> {
  const read = REPLIES[type].safeParse(value);
  return read.success ? ok(read.data) : refuse('internal', 'The server answered in a shape this client cannot read.');
}
