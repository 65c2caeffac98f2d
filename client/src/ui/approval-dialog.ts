import type { Fault } from '@parley/shared/fault';
import type { ApprovalView } from '@parley/shared/tools';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { approvalFacts, approvalFactsStyles, expiry } from './approval-facts.ts';
import { closeIcon } from './icons.ts';
import { Modal, modalStyles } from './modal.ts';
import type { Names } from './names.ts';
import { define } from './part.ts';
import { tell, valueOrTell } from './room-events.ts';
import { faultWords } from './strings.ts';
import { callStrings } from './strings-calls.ts';
import { trustChoice, trustStyles } from './trust-choice.ts';
import { trustOffer, type TrustOffer } from './trust-offer.ts';

type State =
  | { readonly kind: 'asking'; readonly refused: Fault | null }
  | { readonly kind: 'deciding' }
  /** Nothing is waited for any more. */
  | { readonly kind: 'gone' };

const TICK_MS = 1_000;
/** Refusals after which there is nothing left to decide. */
const OVER: ReadonlySet<Fault['code']> = new Set(['not_found', 'already_ended', 'condition_failed']);

/**
 * One call of a tool, for the one person in whose name it would be made. It shows one approval as long as it
 * stands: another never takes its place under somebody's finger.
 */
export class ParleyApproval extends Modal {
  static override properties = {
    client: { attribute: false },
    approval: { attribute: false },
    waiting: { attribute: false },
    names: { attribute: false },
    you: { attribute: false },
    state: { state: true },
    fixed: { state: true },
    now: { state: true },
  };
  declare client: RoomClient;
  declare approval: ApprovalView;
  /** Whether the server still waits for it. */
  declare waiting: boolean;
  declare names: Names;
  declare you: string;
  declare state: State;
  declare fixed: ReadonlySet<string>;
  declare now: number;
  #timer: ReturnType<typeof setInterval> | null = null;
  #offer: TrustOffer | null = null;

  constructor() {
    super();
    this.state = { kind: 'asking', refused: null };
    this.fixed = new Set();
    this.now = Date.now();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => (this.now = Date.now()), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('approval')) {
      this.#offer = trustOffer(this.approval);
      this.fixed = new Set(this.#offer?.fixed.filter(({ recipient }) => recipient).map(({ pointer }) => pointer));
    }
    if (!this.waiting && this.state.kind === 'asking') this.state = { kind: 'gone' };
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('state');
    if (before !== undefined && before.kind !== this.state.kind) this.focusSafe();
  }

  override render(): TemplateResult {
    const { approval, you, names } = this;
    const facts = html`<div class="modal-facts" id="modal-facts" role="group" aria-label=${callStrings.facts} tabindex="0">${approvalFacts(approval, { you, names })}${this.#trust()}</div>`;
    return this.frame(
      callStrings.approvalTitle,
      html`${facts}${this.state.kind === 'gone' ? this.#gone() : this.#acts(this.state)}`,
    );
  }

  #trust(): TemplateResult | typeof nothing {
    if (this.#offer === null || this.state.kind === 'gone') return nothing;
    const { fixed, names, approval } = this;
    const onFix = (pointer: string, on: boolean): void => {
      this.fixed = new Set(on ? [...fixed, pointer] : [...fixed].filter((one) => one !== pointer));
    };
    const offer = this.#offer;
    return trustChoice({
      call: approval.call,
      offer,
      fixed,
      names,
      onFix,
      onTrust: () => void this.#approveAndTrust(offer),
    });
  }

  #acts(state: Exclude<State, { kind: 'gone' }>): TemplateResult {
    const busy = state.kind === 'deciding';
    const refused = state.kind === 'asking' ? state.refused : null;
    return html`<div class="modal-acts"><p class="expiry soft">${expiry(this.approval, this.now)}</p>
      ${refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`}
      <button type="button" class="outline" data-safe ?disabled=${busy} @click=${() => this.safeChoice()}>${callStrings.decline}</button>
      <button type="button" class="outline" ?disabled=${busy} @click=${() => this.#decide('approve')}>${callStrings.approve}</button>
      <button type="button" class="quiet later" @click=${() => this.close()}>${closeIcon}${callStrings.later}</button></div>`;
  }

  #gone(): TemplateResult {
    return html`<div class="modal-acts"><p class="refusal" role="alert">${callStrings.gone}</p>
      <button type="button" class="outline" data-safe @click=${() => this.close()}>${callStrings.close}</button></div>`;
  }

  protected override safeChoice(): void {
    if (this.state.kind === 'gone') this.close();
    else void this.#decide('decline');
  }

  async #decide(decision: 'approve' | 'decline'): Promise<boolean> {
    if (this.state.kind !== 'asking') return false;
    this.state = { kind: 'deciding' };
    const { id, digest } = this.approval;
    const answer = await this.client.request('approval.decide', { approval: id, decision, digest });
    if (answer.ok) this.close();
    else this.state = OVER.has(answer.fault.code) ? { kind: 'gone' } : { kind: 'asking', refused: answer.fault };
    return answer.ok;
  }

  /** The call that was looked at first; what is let run later comes after it. */
  async #approveAndTrust({ people, fixed }: TrustOffer): Promise<void> {
    const room = this.closest('.room');
    const chosen = fixed.filter(({ pointer }) => this.fixed.has(pointer));
    const { call } = this.approval;
    if (!(await this.#decide('approve')) || room === null) return;
    const trust = {
      call,
      people: [...people],
      arguments: Object.fromEntries(chosen.map(({ pointer, value }) => [pointer, value])),
    };
    if ((await valueOrTell(room, this.client.request('trust.set', { trust }))) !== null)
      tell(room, 'room-show', 'tools');
  }
}
define('parley-approval', ParleyApproval);

export const styles = css`${modalStyles}${approvalFactsStyles}${trustStyles}
  .expiry { flex-basis: 100%; }
  .later { margin-inline-start: auto; }
  @media (max-width: 30rem) { .later { margin-inline-start: 0; } }
`;
