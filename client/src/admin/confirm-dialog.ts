import type { Result } from '@parley/shared/fault';
import { html, type TemplateResult } from 'lit';
import { Modal } from '../ui/modal.ts';
import { define } from '../ui/part.ts';
import { faultWords } from '../ui/strings.ts';
import { adminStrings as words } from './admin-strings.ts';

/** Something that is not done before somebody said yes to what it does. */
export interface Question {
  readonly title: string;
  readonly facts: readonly string[];
  readonly go: string;
  readonly run: () => Promise<Result<unknown>>;
  /** What is said when it was done. */
  readonly done: string;
}

/** Says what would be done to whom; does it at the second button only. Calls `finished` with what was done. */
export class ParleyAdminConfirm extends Modal {
  static override properties = {
    question: { attribute: false },
    finished: { attribute: false },
    state: { state: true },
  };
  declare question: Question;
  declare finished: (done: string) => void;
  declare private state: 'asking' | 'working' | { readonly refused: string };

  constructor() {
    super();
    this.state = 'asking';
  }

  override render(): TemplateResult {
    const { title, facts, go } = this.question;
    const refused = typeof this.state === 'object' ? this.state.refused : '';
    return this.frame(
      title,
      html`<div class="modal-facts" id="modal-facts"><ul class="facts-list">${facts.map((fact) => html`<li>${fact}</li>`)}</ul></div>
      <div class="modal-acts"><p class="refusal" role="alert" ?hidden=${refused === ''}>${refused}</p>
        <button type="button" class="outline" data-safe @click=${() => this.close()}>${words.cancel}</button>
        <button type="button" class="outline danger" ?disabled=${this.state === 'working'} @click=${() => void this.#go()}>${go}</button></div>`,
    );
  }

  protected override safeChoice(): void {
    this.close();
  }

  async #go(): Promise<void> {
    this.state = 'working';
    const result = await this.question.run();
    if (!result.ok) {
      this.state = { refused: faultWords(result.fault) };
      return;
    }
    this.finished(this.question.done);
    this.close();
  }
}
define('parley-admin-confirm', ParleyAdminConfirm);
