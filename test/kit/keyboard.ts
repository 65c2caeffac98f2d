import type { Principal } from '@parley/server/core/people/principal';
import type { EdgeEnd, OwnerMessage, PeerId } from '@parley/server/ports/bus';
import { presenceMessage } from '@parley/server/room/documents/doc-message';
import { writePresence } from '@parley/server/room/documents/presence-frame';

/** A document that a person types beside. */
type Place = 'transcript' | 'transcript.me';

/** Somebody who has a room open, and whose key presses others see; over the bus as an edge speaks it. */
export class Keyboard {
  readonly #peer: PeerId;
  readonly #end: EdgeEnd;
  #clock = 0;

  constructor(principal: Principal, peer: PeerId, join: (receive: (down: OwnerMessage) => void) => EdgeEnd) {
    this.#peer = peer;
    this.#end = join(() => {});
    this.#end.send({ type: 'attach', peer, principal });
    for (const doc of ['transcript', 'transcript.me'] as const) this.#end.send({ type: 'open', peer, doc });
  }

  /** Begins to type where nobody saw it before, or goes on. */
  press(doc: Place): void {
    this.#say(doc, { typing: true });
  }

  rest(doc: Place): void {
    this.#say(doc, { typing: false });
  }

  #say(doc: Place, state: object): void {
    const client = doc === 'transcript' ? 7_001 : 7_002;
    const entry = { client: client + this.#seat(), clock: (this.#clock += 1), state: JSON.stringify(state) };
    const bytes = presenceMessage(writePresence([entry]));
    this.#end.send({ type: 'message', peer: this.#peer, doc, bytes });
  }

  /** A client id is one person's. */
  #seat(): number {
    return [...this.#peer].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 0) * 10;
  }
}
