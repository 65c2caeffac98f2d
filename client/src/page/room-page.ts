import { html, render, type TemplateResult } from 'lit';
import '../ui/parley-room.ts';
import { placeQuery, readPlace } from './address.ts';
import { chooser } from './chooser.ts';
import { devToken, freshToken, type DevPerson } from './dev-server.ts';
import { invitation } from './invitation.ts';
import { pageStrings } from './page-strings.ts';

/** The page at the server's own address: in development mode choose a person and a room; else how to embed. */
const root = document.querySelector<HTMLElement>('#page');

async function show(): Promise<void> {
  if (root === null) return;
  const { person, room } = readPlace(location.search);
  if (location.pathname === '/invite') {
    render(await invitation({ code: location.hash.slice(1), person, again: () => void show() }), root);
    return;
  }
  if (person === null || room === null) {
    render(await chooser({ person, again: () => void show() }), root);
    return;
  }
  if ((await devToken(person)) === null) render(notHere, root);
  else render(roomView(person, room), root);
}

function roomView(person: DevPerson, room: string): TemplateResult {
  return html`<h1 class="hidden-title">Parley</h1><parley-room .room=${room} .token=${() => freshToken(person)}>
    <a slot="menu" class="leave" href=${placeQuery({ person, room: null })} title=${pageStrings.leaveHelp(person.name)}>${pageStrings.leave}</a>
  </parley-room>`;
}

const notHere = html`<section class="card"><h1>Parley</h1><p>${pageStrings.noDevelopment}</p>
  <p>${pageStrings.embed}</p><pre tabindex="0"><code>${pageStrings.embedCode(location.origin)}</code></pre></section>`;

show().catch((error: unknown) => {
  const words = error instanceof Error ? error.message : String(error);
  if (root !== null)
    render(
      html`<section class="card" role="alert"><h1>Parley</h1><p>${pageStrings.failed}</p><p class="soft">${words}</p>
    <a class="button" href="">${pageStrings.again}</a></section>`,
      root,
    );
});
