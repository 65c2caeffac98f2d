import { css, html, type TemplateResult } from 'lit';
import { Part } from './part.ts';
import { tell } from './room-events.ts';

/**
 * A part that stands over the room until the person has decided. It opens where its safe choice has the
 * focus; Escape is that choice. The browser keeps the focus inside and gives it back.
 */
export abstract class Modal extends Part {
  /** What Escape does: the choice that changes nothing, or undoes nothing. */
  protected abstract safeChoice(): void;

  protected frame(title: string, content: TemplateResult): TemplateResult {
    return html`<dialog class="modal" aria-labelledby="modal-title" aria-describedby="modal-facts" @cancel=${this.#onCancel} @close=${this.#gone} @keydown=${keepInside}>
      <h2 id="modal-title">${title}</h2>${content}</dialog>`;
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')?.showModal();
    this.focusSafe();
  }

  /** Moves the focus to the safe choice. */
  protected focusSafe(): void {
    this.querySelector<HTMLElement>('[data-safe]')?.focus();
  }

  protected close(): void {
    this.querySelector('dialog')?.close();
    this.#gone();
  }

  /**
   * Said when it closes, not at the browser's `close`, which comes a task later and would close what was opened
   * meanwhile. That event counts only where the browser closed it by itself, as it does at a second Escape.
   */
  readonly #gone = (): void => {
    if (this.isConnected) tell(this, 'room-dialog', null);
  };

  readonly #onCancel = (event: Event): void => {
    event.preventDefault();
    this.safeChoice();
  };
}

/** Keys of the room (search, Escape) are not for what stands behind. */
function keepInside(event: KeyboardEvent): void {
  event.stopPropagation();
}

export const modalStyles = css`
  .modal { inline-size: min(40rem, 100vw - 24px); max-block-size: min(48rem, 100dvh - 24px); padding: 0; border: 1px solid var(--strong-line); border-radius: var(--radius); background: var(--surface); color: var(--ink); box-shadow: var(--shadow); overflow: hidden; }
  .modal[open] { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; }
  .modal::backdrop { background: rgb(10 12 18 / 55%); }
  .modal h2 { padding: 20px 24px 12px; font-size: 1.25rem; letter-spacing: -0.01em; text-wrap: balance; }
  .modal-facts { overflow: hidden auto; padding: 4px 24px 16px; display: grid; gap: 14px; align-content: start; grid-auto-rows: max-content; overscroll-behavior: contain; outline-offset: -2px; }
  .modal-acts { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; padding: 14px 24px; border-block-start: 1px solid var(--line); background: var(--ground); }
  .modal-acts .refusal { flex-basis: 100%; }
  .modal .facts { display: grid; grid-template-columns: minmax(6.5rem, auto) minmax(0, 1fr); gap: 10px 16px; }
  .modal dt { color: var(--soft); }
  .modal dd { overflow-wrap: anywhere; }
  .modal .names { display: flex; flex-wrap: wrap; gap: 6px; }
  .modal .names li { padding: 2px 12px; border: 1px solid var(--strong-line); border-radius: 99px; overflow-wrap: anywhere; }
  .modal .caution { display: grid; gap: 6px; color: var(--ink); padding: 10px 14px; border-radius: var(--radius-small); background: var(--warn-wash); }
  .modal .caution b { color: var(--warn); }
  @media (max-width: 30rem) {
    .modal h2 { padding: 16px 16px 10px; }
    .modal-facts { padding-inline: 16px; }
    .modal-acts { padding: 12px 16px; }
    .modal-acts button { flex: 1 1 auto; }
    .modal .facts { grid-template-columns: minmax(0, 1fr); gap: 2px; }
    .modal dd { margin-block-end: 10px; }
  }
`;
