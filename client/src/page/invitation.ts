import { personColor } from '@parley/shared/person-color';
import { html, type TemplateResult } from 'lit';
import { face } from '../ui/face.ts';
import { placeQuery } from './address.ts';
import { devToken, freshToken, READY_MADE, type DevPerson } from './dev-server.ts';
import { card, otherPerson } from './cards.ts';
import { pageStrings } from './page-strings.ts';

export interface Invitation {
  /** What stands behind `#`: a browser sends it to nobody before somebody says that they want to come in. */
  readonly code: string;
  readonly person: DevPerson | null;
  readonly again: () => void;
}

/** Who to come in as, then whether to. */
export async function invitation({ code, person, again }: Invitation): Promise<TemplateResult> {
  if (code === '') return card(pageStrings.invited, html`<p>${pageStrings.inviteIncomplete}</p>`);
  if ((await devToken(person ?? { user: 'ana', name: 'Ana' })) === null)
    return card(pageStrings.invited, html`<p>${pageStrings.inviteElsewhere}</p>`);
  return person === null ? card(pageStrings.invited, whoComes(code, again)) : comesIn(code, person);
}

function whoComes(code: string, again: () => void): TemplateResult {
  return html`<p class="soft">${pageStrings.inviteLead}</p><h2>${pageStrings.who}</h2>
    <ul class="choices">${READY_MADE.map(
      (person) =>
        html`<li><a class="choice-card" href=${addressOf(code, person)}>${face(person.name, personColor(person.user))}<span><b>${person.name}</b></span></a></li>`,
    )}</ul>
    ${otherPerson((person) => {
      history.pushState(null, '', addressOf(code, person));
      again();
    })}`;
}

/** The element asks, as in any page that embeds it; then the room has an address of its own here. */
function comesIn(code: string, person: DevPerson): TemplateResult {
  const onEntered = (event: CustomEvent<{ readonly room: string }>): void => {
    event.preventDefault();
    location.assign(`/${placeQuery({ person, room: event.detail.room })}`);
  };
  return html`<h1 class="hidden-title">Parley</h1><parley-room .invite=${code} .token=${() => freshToken(person)} @parley-entered=${onEntered}>
    <a slot="menu" class="leave" href=${`/invite#${code}`}>${pageStrings.notYou(person.name)}</a></parley-room>`;
}

function addressOf(code: string, person: DevPerson): string {
  return `/invite${placeQuery({ person, room: null })}#${code}`;
}
