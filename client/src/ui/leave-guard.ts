import type { ReactiveController } from 'lit';
import type { RoomViewModel } from '../view.ts';

/**
 * Has the browser ask before the page is left while words are on their way or notes are not saved. It
 * listens only then: a page that always listens cannot be kept for going back to.
 */
export class LeaveGuard implements ReactiveController {
  readonly #view: () => RoomViewModel | null;
  #guarding = false;

  constructor(view: () => RoomViewModel | null) {
    this.#view = view;
  }

  hostUpdated(): void {
    this.#guard(hasUnsent(this.#view()));
  }

  hostDisconnected(): void {
    this.#guard(false);
  }

  #guard(wanted: boolean): void {
    if (wanted === this.#guarding) return;
    this.#guarding = wanted;
    if (wanted) addEventListener('beforeunload', ask);
    else removeEventListener('beforeunload', ask);
  }
}

/** Whether leaving now could lose something; what only waits for its turn is with the server already. */
function hasUnsent(view: RoomViewModel | null): boolean {
  if (view === null) return false;
  return !view.saved || view.outbox.some(({ state }) => state.kind === 'unsent' || state.kind === 'sent');
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
