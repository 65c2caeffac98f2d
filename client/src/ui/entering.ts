import { html, nothing, type TemplateResult } from 'lit';
import type { RoomDetails } from '../room-client.ts';
import './late.ts';

/** The element, as far as an invitation goes. */
interface Entrance extends HTMLElement {
  room: string;
  readonly invite: string;
  readonly token: (() => string | Promise<string>) | null;
}

/** Shown in place of a room that is still to be opened by an invitation; nothing when there is none. */
export function invitationView(host: Entrance, server: string): TemplateResult | typeof nothing {
  const { room, invite, token } = host;
  if (room !== '' || invite === '' || token === null) return nothing;
  const onOpened = ({ detail }: CustomEvent<RoomDetails>): void => enter(host, detail);
  return html`<parley-late .needs=${'invitation'} .content=${html`<parley-invitation .server=${server} .token=${token} .code=${invite} @invite-opened=${onOpened}></parley-invitation>`}></parley-late>`;
}

/** The room opens here, unless the page goes on by itself. */
function enter(host: Entrance, { id }: RoomDetails): void {
  const init = { detail: { room: id }, bubbles: true, composed: true, cancelable: true };
  if (host.dispatchEvent(new CustomEvent('parley-entered', init))) host.room = id;
}
