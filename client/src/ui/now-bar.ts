import type { TurnId } from '@parley/shared/ids';
import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import { ordinal } from './format.ts';
import { stopIcon } from './icons.ts';
import { define, Part } from './part.ts';
import { tell, valueOrTell } from './room-events.ts';
import { strings } from './strings.ts';

/** What the AI does now, for whom, who waits, and the way to stop it. */
export class ParleyNowBar extends Part {
  static override properties = {
    client: { attribute: false },
    view: { attribute: false },
    audience: { attribute: false },
    stopping: { state: true },
  };
  declare client: RoomClient;
  declare view: RoomViewModel;
  declare audience: 'room' | 'me';
  declare stopping: TurnId | null;

  constructor() {
    super();
    this.stopping = null;
  }

  override render(): TemplateResult | typeof nothing {
    const lane = this.view[this.audience];
    const waiting = lane.tickets.filter(({ state }) => state === 'held' || state === 'queued');
    if (lane.answering === null && waiting.length === 0) return nothing;
    return html`<div class="now" part="now">${this.#answering()}${waiting.length === 0 ? nothing : this.#waiting()}</div>`;
  }

  #answering(): TemplateResult | typeof nothing {
    const { answering } = this.view[this.audience];
    if (answering === null) return nothing;
    const mine = answering.forId === this.view.you?.id;
    const words =
      answering.state === 'waiting' ? waitingWords(mine, answering.forName) : answeringWords(mine, answering.forName);
    return html`<span class="now-words"><i class="beat ${answering.state}" aria-hidden="true"></i><span>${words}</span></span>
      ${this.#mayStop(mine) ? this.#stopButton(answering.turn, answering.forName) : nothing}`;
  }

  #mayStop(mine: boolean): boolean {
    return this.view.capabilities.has('turn.stop.any') || (mine && this.view.capabilities.has('turn.stop.own'));
  }

  #stopButton(turn: TurnId, name: string): TemplateResult {
    const stopping = this.stopping === turn;
    return html`<button type="button" class="outline stop" aria-label=${strings.stopAnswer(name)} ?disabled=${stopping}
      @click=${() => this.#stop(turn)}>${stopIcon}${stopping ? strings.stopping : strings.stop}</button>`;
  }

  async #stop(turn: TurnId): Promise<void> {
    this.stopping = turn;
    const stopped = await valueOrTell(this, this.client.stop(turn));
    if (stopped === null) this.stopping = null;
  }

  #waiting(): TemplateResult {
    const { tickets } = this.view[this.audience];
    const waiting = tickets.filter(({ state }) => state === 'held' || state === 'queued');
    const mine = waiting.find(({ author }) => author.id === this.view.you?.id);
    const place = mine === undefined ? '' : `, ${strings.yourPlace(ordinal(Math.max(1, mine.position)))}`;
    return html`<button type="button" class="quiet now-queue" title=${strings.showQueue}
      @click=${() => tell(this, 'room-show', 'queue')}>${strings.waiting(waiting.length)}${place}</button>`;
  }
}
define('parley-now-bar', ParleyNowBar);

function answeringWords(mine: boolean, name: string): string {
  return mine ? strings.answeringYou : strings.answering(name);
}

/** T41: for whom it waits is for everybody to see, for what it waits is not. */
function waitingWords(mine: boolean, name: string): string {
  return mine ? strings.waitingForYou : strings.waitingFor(name);
}

export const nowBarStyles = css`
  .now { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; min-block-size: 44px; padding-inline: 12px; margin-block-end: 6px; }
  .now-words { display: inline-flex; align-items: center; gap: 10px; font-weight: 600; min-inline-size: 0; }
  .now-words span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .beat { flex: none; inline-size: 10px; block-size: 10px; border-radius: 3px; background: var(--accent); animation: beat 1.6s ease-in-out infinite; }
  .beat.waiting { background: var(--warn); }
  @keyframes beat { 50% { opacity: 0.3; scale: 0.8; } }
  .now-queue { margin-inline-start: auto; text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 0.25em; white-space: normal; text-align: start; }
  @container room (max-width: 45rem) {
    .now-words { flex: 1 1 0; }
    .now-queue { flex: 1 1 100%; margin: 0; padding: 0; justify-content: start; }
  }
  .stop { color: var(--bad); }
`;
