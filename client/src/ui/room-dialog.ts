import { html, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import './late.ts';
import type { Names } from './names.ts';
import type { RoomDialog } from './room-events.ts';

export interface Behind {
  readonly client: RoomClient;
  readonly view: RoomViewModel;
  readonly names: Names;
}

/** What stands over the room: each a fresh element, so that nothing of one decision is left for the next. */
export function roomDialog(dialog: RoomDialog, { client, view, names }: Behind): TemplateResult {
  if (dialog.kind === 'release') {
    return html`<parley-late .needs=${'release'} .content=${html`${keyed(dialog.entry.id, html`<parley-release .client=${client} .entry=${dialog.entry} .you=${view.you?.id ?? null}></parley-release>`)}`}></parley-late>`;
  }
  if (dialog.kind === 'memory') {
    const { lane, entry } = dialog;
    const { pins, digest } = view[lane];
    return html`<parley-late .needs=${'memory'} .content=${html`<parley-memory .client=${client} .lane=${lane} .entry=${entry} .names=${names} .pins=${pins} .digest=${digest} .mayPin=${view.capabilities.has('entry.pin')}></parley-memory>`}></parley-late>`;
  }
  const { approval } = dialog;
  const waiting = view.approvals.some(({ id, digest }) => id === approval.id && digest === approval.digest);
  return html`<parley-late .needs=${'approval'} .content=${html`${keyed(approval.id, html`<parley-approval .client=${client} .approval=${approval} .waiting=${waiting} .names=${names} .you=${view.you?.name ?? ''}></parley-approval>`)}`}></parley-late>`;
}
