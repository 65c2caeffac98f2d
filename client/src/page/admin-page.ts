import type { TenantRole } from '@parley/shared/roles';
import { html, render, type TemplateResult } from 'lit';
import '../admin/parley-admin.ts';
import { readPlace } from './address.ts';
import { card, fieldOf } from './cards.ts';
import { devToken, freshToken, type DevPerson } from './dev-server.ts';
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
  return html`<h1 class="hidden-title">Parley</h1><parley-admin .token=${() => freshToken(person, role)}><a slot="menu" class="leave" href="/admin">${pageStrings.adminAs(person.name, role)}</a></parley-admin>`;
}

const chooser = card(
  pageStrings.adminTitle,
  html`<p>${pageStrings.lead}</p><form class="row" @submit=${become}><label>${pageStrings.otherName}<input name="user" required maxlength="60" autocomplete="off" /></label><button type="submit">${pageStrings.go}</button></form>`,
);

function become(event: SubmitEvent): void {
  location.search = new URLSearchParams({ as: fieldOf(event, 'user') }).toString();
}

const elsewhere = card(
  pageStrings.adminTitle,
  html`<p>${pageStrings.noDevelopment}</p><p>${pageStrings.adminEmbed}</p><pre tabindex="0"><code>${pageStrings.adminEmbedCode(location.origin)}</code></pre>`,
);

if (root !== null)
  show(root).catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    render(
      card(
        pageStrings.adminTitle,
        html`<p role="alert">${pageStrings.failed}</p><p class="soft">${words}</p><a class="button" href="">${pageStrings.again}</a>`,
      ),
      root,
    );
  });
