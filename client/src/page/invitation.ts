import { personColor } from '@parley/shared/person-color';
import { html, type TemplateResult } from 'lit';
import { face } from '../ui/face.ts';
import { placeQuery } from './address.ts';
import { acceptInvite, devToken, READY_MADE, type DevPerson } from './dev-server.ts';
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
  return card(pageStrings.invited, person === null ? whoComes(code, again) : comesIn(code, person));
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

function comesIn(code: string, person: DevPerson): TemplateResult {
  return html`<p class="soft who">${face(person.name, personColor(person.user))} ${pageStrings.asked(person.name)} · <a href=${`/invite#${code}`}>${pageStrings.change}</a></p>
    <p>${pageStrings.inviteLead}</p><p class="problem" role="alert"></p>
    <button type="button" class="button" @click=${(event: Event) => void accept(event, code, person)}>${pageStrings.comeIn(person.name)}</button>`;
}

function addressOf(code: string, person: DevPerson): string {
  return `/invite${placeQuery({ person, room: null })}#${code}`;
}

async function accept({ currentTarget }: Event, code: string, person: DevPerson): Promise<void> {
  const token = await devToken(person);
  const room = token === null ? null : await acceptInvite(token, code);
  if (room !== null) location.assign(`/${placeQuery({ person, room: room.id })}`);
  else if (currentTarget instanceof HTMLElement) {
    const problem = currentTarget.parentElement?.querySelector('.problem');
    if (problem) problem.textContent = pageStrings.inviteFails;
  }
}
