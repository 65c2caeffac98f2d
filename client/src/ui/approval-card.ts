import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomViewModel } from '../view.ts';
import { handIcon } from './icons.ts';
import { tell } from './room-events.ts';
import { strings } from './strings.ts';

/**
 * Says that something waits for my approval. The dialog opens when I ask for it: one that opened by itself
 * would take the next key of somebody who is writing for their decision.
 */
export function approvalCard({ approvals }: RoomViewModel): TemplateResult | typeof nothing {
  const [approval] = approvals;
  if (approval === undefined) return nothing;
  const review = ({ currentTarget }: Event): void => {
    if (currentTarget !== null) tell(currentTarget, 'room-dialog', { kind: 'approval', approval });
  };
  const more = approvals.length - 1;
  return html`<div class="approval-card" role="group" aria-label=${strings.approvalWaits} part="approval">${handIcon}
    <p><b>${strings.approvalWaits}</b> <span>${strings.approvalAsks(approval.title, approval.call)}${more > 0 ? html` <span class="soft">${strings.approvalsMore(more)}</span>` : nothing}</span></p>
    <button type="button" class="primary" @click=${review}>${strings.review}</button></div>`;
}

export const approvalCardStyles = css`
  .approval-card { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding: 10px 10px 10px 14px; margin-block-end: 8px; border: 1px solid var(--warn); border-radius: var(--radius); background: var(--warn-wash); }
  .approval-card .icon { color: var(--warn); }
  .approval-card p { flex: 1 1 14rem; min-inline-size: 0; overflow-wrap: anywhere; }
  .approval-card b { display: block; font-weight: 650; }
`;
