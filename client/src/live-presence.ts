import type { Awareness } from 'y-protocols/awareness';
import { peopleOf, samePeople } from './presence.ts';
import type { Person, RoomViewModel } from './view.ts';

/** The people of a room from its transcript's awareness, and what I say of myself there. */
export class LivePresence {
  readonly #changed: () => void;
  #awareness: Awareness | null = null;
  #typing = false;
  #people: readonly Person[] = [];

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Speaks and listens on this awareness from now on. */
  attach(awareness: Awareness): void {
    if (awareness === this.#awareness) return;
    this.#awareness = awareness;
    awareness.on('change', this.#changed);
    awareness.setLocalState({ typing: this.#typing });
  }

  setTyping(typing: boolean): void {
    if (typing === this.#typing) return;
    this.#typing = typing;
    this.#awareness?.setLocalState({ typing });
  }

  people(you: RoomViewModel['you']): readonly Person[] {
    this.#people = samePeople(this.#people, peopleOf(this.#awareness?.getStates().values() ?? [], you));
    return this.#people;
  }
}
