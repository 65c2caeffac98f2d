import type { TicketView } from '@parley/shared/entry';
import type { TurnId } from '@parley/shared/ids';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { RoomClient } from '../room-client.ts';
import type { LaneView, RoomViewModel } from '../view.ts';
import { face } from './face.ts';
import { queueIcon } from './icons.ts';
import type { Names } from './names.ts';
import { define, Part } from './part.ts';
import { awaitsAuthor } from './pending.ts';
import { colorClass } from './person-color.ts';
import { valueOrTell } from './room-events.ts';
import { strings } from './strings.ts';

/** The prompt of mine that is open in the editor, as it was when it was held. */
interface Editing {
  readonly turn: TurnId;
  readonly revision: number;
  readonly text: string;
}

/** Who waits, in the order in which they are answered; arrow keys walk it, my own can be changed. */
export class ParleyQueue extends Part {
  static override properties = {
    client: { attribute: false },
    view: { attribute: false },
    names: { attribute: false },
    editing: { state: true },
    focused: { state: true },
  };
  declare client: RoomClient;
  declare view: RoomViewModel;
  declare names: Names;
  declare editing: Editing | null;
  declare focused: TurnId | null;

  constructor() {
    super();
    this.editing = null;
    this.focused = null;
  }

  override render(): TemplateResult {
    const { room, me } = this.view;
    if (!room.loaded) return html`<p class="soft" role="status">${strings.loading}</p>`;
    if (room.tickets.length + me.tickets.length === 0) return nobodyWaits;
    return html`${this.#list(room, strings.queueList)}
      ${me.tickets.length === 0 ? nothing : html`<h3 class="queue-title">${strings.queuePrivate}</h3>${this.#list(me, strings.queuePrivate)}`}`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('editing') && this.editing !== null)
      this.querySelector<HTMLTextAreaElement>('.ticket textarea')?.focus();
  }

  #list(lane: LaneView, label: string): TemplateResult {
    return html`<ol class="tickets" role="list" aria-label=${label} @keydown=${this.#onKey}>
      ${repeat(
        lane.tickets,
        ({ turn }) => turn,
        (ticket) => this.#ticket(ticket, lane),
      )}</ol>`;
  }

  #ticket(ticket: TicketView, lane: LaneView): TemplateResult {
    const { turn, author } = ticket;
    const stop = lane.tickets.some((one) => one.turn === this.focused) ? this.focused : lane.tickets[0]?.turn;
    const name = author.id === this.view.you?.id ? `${author.name} (${strings.you})` : author.name;
    const body =
      this.editing?.turn === turn
        ? this.#editor(this.editing)
        : html`<p class="ticket-words">${ticket.text}</p>${this.#state(ticket)}${this.#acts(ticket)}`;
    return html`<li class="ticket ${ticket.state}" data-turn=${turn} tabindex=${turn === stop ? 0 : -1} @focus=${() => (this.focused = turn)}>
      <div class="ticket-head">${face(author.name, this.names.color(author.id))}
        <span class="who-name ${colorClass(this.names.color(author.id))}">${name}</span><span class="chip">${placeOf(ticket)}</span></div>
      ${body}</li>`;
  }

  #state(ticket: TicketView): TemplateResult | typeof nothing {
    if (ticket.waitingFor !== undefined)
      return html`<p class="soft">${this.#waitsFor(ticket.waitingFor)}${ticket.state === 'parked' ? html` ${strings.parked}` : nothing}</p>`;
    if (ticket.state !== 'held') return nothing;
    return html`<p class="soft">${this.#heldWords(ticket)}</p>`;
  }

  #waitsFor(user: string): string {
    return user === this.view.you?.id ? `${strings.waitingForYou}.` : `${strings.waitingFor(this.names.name(user))}.`;
  }

  #heldWords(ticket: TicketView): string {
    const { heldBy, author } = ticket;
    const you = this.view.you?.id;
    if (awaitsAuthor(ticket)) return author.id === you ? strings.stillWanted : strings.stillWantedBy(author.name);
    if (heldBy === undefined) return strings.onHold;
    return heldBy === you ? strings.heldByYou : strings.heldBy(this.names.name(heldBy));
  }

  #acts(ticket: TicketView): TemplateResult | typeof nothing {
    const mine = ticket.author.id === this.view.you?.id;
    const { capabilities } = this.view;
    if (ticket.state === 'running' || ticket.state === 'parked') {
      const may = capabilities.has('turn.stop.any') || (mine && capabilities.has('turn.stop.own'));
      return may
        ? html`<div class="ticket-acts"><button type="button" class="outline danger" @click=${() => this.#stop(ticket.turn)}>${strings.stop}</button></div>`
        : nothing;
    }
    if (!mine) return nothing;
    return html`<div class="ticket-acts">${awaitsAuthor(ticket) ? this.#keepButton(ticket.turn) : nothing}
      <button type="button" class="outline" @click=${() => this.#open(ticket.turn)}>${strings.edit}</button>
      <button type="button" class="quiet danger" @click=${() => this.#withdraw(ticket.turn)}>${strings.withdraw}</button></div>`;
  }

  #keepButton(turn: TurnId): TemplateResult {
    return html`<button type="button" class="primary" @click=${() => this.#keep(turn)}>${strings.keepIt}</button>`;
  }

  #editor(editing: Editing): TemplateResult {
    return html`<textarea class="field" rows="4" aria-label=${strings.editPrompt} .value=${editing.text} @keydown=${this.#onEditKey}></textarea>
      <p class="soft">${strings.heldByYou}</p>
      <div class="ticket-acts"><button type="button" class="primary" @click=${() => this.#save(editing)}>${strings.save}</button>
        <button type="button" class="quiet" @click=${() => this.#cancel(editing)}>${strings.cancel}</button></div>`;
  }

  async #open(turn: TurnId): Promise<void> {
    const held = await valueOrTell(this, this.client.hold(turn));
    const ticket = [...this.view.room.tickets, ...this.view.me.tickets].find((one) => one.turn === turn);
    if (held !== null) this.editing = { turn, revision: held.revision, text: held.text ?? ticket?.text ?? '' };
  }

  async #save(editing: Editing): Promise<void> {
    const text = this.querySelector<HTMLTextAreaElement>('.ticket textarea')?.value.trim() ?? '';
    if (text === '') return;
    const saved = await valueOrTell(this, this.client.edit(editing.turn, text, editing.revision));
    if (saved !== null) this.#close(editing);
  }

  async #cancel(editing: Editing): Promise<void> {
    this.#close(editing);
    await valueOrTell(this, this.client.unhold(editing.turn));
  }

  #close({ turn }: Editing): void {
    this.editing = null;
    void this.updateComplete.then(() => this.#focus(turn));
  }

  async #keep(turn: TurnId): Promise<void> {
    await valueOrTell(this, this.client.unhold(turn));
  }

  async #withdraw(turn: TurnId): Promise<void> {
    await valueOrTell(this, this.client.withdraw(turn));
  }

  async #stop(turn: TurnId): Promise<void> {
    await valueOrTell(this, this.client.stop(turn));
  }

  readonly #onEditKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (this.editing === null) return;
    if (event.key === 'Escape') void this.#cancel(this.editing);
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void this.#save(this.editing);
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const items = [...this.querySelectorAll<HTMLElement>('.ticket')];
    const at = items.findIndex((item) => item.contains(document.activeElement) || item.matches(':focus-within'));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    const item = to === undefined ? undefined : items[to];
    if (item === undefined) return;
    event.preventDefault();
    item.focus();
  };

  #focus(turn: TurnId): void {
    this.querySelector<HTMLElement>(`[data-turn="${CSS.escape(turn)}"]`)?.focus();
  }
}
define('parley-queue', ParleyQueue);

function placeOf({ state, position }: TicketView): string {
  if (state === 'running') return strings.queueNow;
  if (state === 'held') return strings.onHold;
  if (state === 'parked') return strings.parkedShort;
  return position <= 1 ? strings.queueNext : strings.queuePlace(position);
}

const nobodyWaits = html`<div class="panel-blank">${queueIcon}<h3>${strings.queueEmpty}</h3><p class="soft">${strings.queueEmptyHelp}</p></div>`;

export const queueStyles = css`
  .tickets { display: grid; gap: 8px; }
  .ticket { padding: 12px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); display: grid; gap: 6px; min-inline-size: 0; }
  .ticket.running { border-color: var(--accent-line); background: var(--accent-wash); }
  .ticket-head { display: flex; align-items: center; gap: 10px; min-inline-size: 0; }
  .ticket-head .who-name { flex: 1; min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .ticket-head .chip { color: var(--soft); margin: 0; white-space: nowrap; }
  .ticket.running .chip { color: var(--accent); }
  .ticket-words { overflow-wrap: anywhere; white-space: pre-wrap; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; }
  .ticket-acts { display: flex; flex-wrap: wrap; gap: 8px; }
  .queue-title { padding-block: 20px 8px; }
  .field:focus-visible { outline-offset: -1px; }
  .field { inline-size: 100%; padding: 10px; border: 1px solid var(--strong-line); border-radius: var(--radius-small); background: var(--surface); resize: vertical; }
`;
