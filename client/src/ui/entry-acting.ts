import type { Entry } from '@parley/shared/entry';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import type { ActingOn, EntryActs } from './entry-acts.ts';
import { offersFor } from './entry-offers.ts';

/** The lane on screen whose entries are acted on. */
interface ActingHost extends ReactiveControllerHost, HTMLElement {
  readonly client: RoomClient;
  readonly audience: 'room' | 'me';
  readonly you: string | null;
  readonly capabilities: RoomViewModel['capabilities'];
}

/** What somebody is doing with one entry of a lane, and the focus that goes with it. */
export class EntryActing implements ReactiveController {
  on: ActingOn | null = null;
  readonly #host: ActingHost;
  #shown: ActingOn | null = null;

  constructor(host: ActingHost) {
    this.#host = host;
    host.addController(this);
  }

  of({ id }: Entry): ActingOn | null {
    return this.on?.entry === id ? this.on : null;
  }

  actsFor(entry: Entry): EntryActs {
    const { audience: lane, you: id, capabilities, client } = this.#host;
    return {
      lane,
      acting: this.of(entry),
      offers: offersFor(entry, { id, lane, capabilities, shared: client.view.room.entries }),
      act: (next) => this.#set(next),
      redact: (which) => void this.#redact(which),
    };
  }

  /** Moves the focus with what was begun or ended, unless it went elsewhere meanwhile. */
  hostUpdated(): void {
    const before = this.#shown;
    this.#shown = this.on;
    if (before?.step === this.on?.step && before?.entry === this.on?.entry) return;
    if (this.on !== null) this.#find('.entry-acts :is([data-first], button)')?.focus();
    else if (before !== null && !this.#focusElsewhere)
      (this.#find(`[data-entry="${before.entry}"] .entry-more`) ?? this.#find('.scroll'))?.focus();
  }

  async #redact({ id }: Entry): Promise<void> {
    const answer = await this.#host.client.request('entry.redact', { entry: id });
    if (this.on?.entry === id) this.#set(answer.ok ? null : { ...this.on, refused: answer.fault });
  }

  #set(next: ActingOn | null): void {
    this.on = next;
    this.#host.requestUpdate();
  }

  #find(selector: string): HTMLElement | null {
    return this.#host.querySelector<HTMLElement>(selector);
  }

  get #focusElsewhere(): boolean {
    const root = this.#host.getRootNode();
    return root instanceof ShadowRoot && root.activeElement !== null && !this.#host.contains(root.activeElement);
  }
}
