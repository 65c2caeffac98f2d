import { personColor } from '@parley/shared/person-color';
import type { TenantRole } from '@parley/shared/roles';
import { html, render, type TemplateResult } from 'lit';
import '../admin/parley-admin.ts';
import { face } from '../ui/face.ts';
import { placeQuery, readPlace } from './address.ts';
import { card, otherPerson } from './cards.ts';
import { devToken, freshToken, type DevPerson } from './dev-server.ts';
import { adminPageStrings as words } from './admin-page-strings.ts';
import { pageStrings } from './page-strings.ts';

/** The page `/admin`: in development mode choose who to be, and with which role; else how to embed. */
const root = document.querySelector<HTMLElement>('#page');
const query = new URLSearchParams(location.search);
const role: TenantRole = query.get('role') === 'member' ? 'member' : 'admin';

async function show(into: HTMLElement): Promise<void> {
  const { person } = readPlace(location.search);
  if ((await devToken(person ?? { user: 'nobody', name: 'Nobody' }, role)) === null) render(elsewhere, into);
  else render(person === null ? chooser : adminView(person), into);
}

function adminView(person: DevPerson): TemplateResult {
  return html`<h1 class="hidden-title">Parley</h1><parley-admin .token=${() => freshToken(person, role)}><a slot="menu" class="leave" href="/admin">${words.as(person.name, role)}</a></parley-admin>`;
}

const chooser = card(
  words.title,
  html`<p class="soft">${words.lead}</p><h2>${pageStrings.who}</h2>
    <ul class="choices">${choice({ user: 'root', name: 'Root' }, 'admin')}${choice({ user: 'ana', name: 'Ana' }, 'member')}</ul>
    ${otherPerson((person) => location.assign(placeQuery({ person, room: null })))}`,
);

function choice(person: DevPerson, as: 'admin' | 'member'): TemplateResult {
  const address = `${placeQuery({ person, room: null })}${as === 'member' ? '&role=member' : ''}`;
  return html`<li><a class="choice-card" href=${address}>${face(person.name, personColor(person.user))}<span><b>${person.name}</b><span class="soft">${words.are[as]}</span></span></a></li>`;
}

const elsewhere = card(
  words.title,
  html`<p>${pageStrings.noDevelopment}</p><p>${words.embed}</p><pre tabindex="0"><code>${words.embedCode(location.origin)}</code></pre>`,
);

if (root !== null)
  show(root).catch((error: unknown) => {
    const detail = error instanceof Error ? error.message : String(error);
    render(
      card(
        words.title,
        html`<p role="alert">${pageStrings.failed}</p><p class="soft">${detail}</p><a class="button" href="">${pageStrings.again}</a>`,
      ),
      root,
    );
  });
