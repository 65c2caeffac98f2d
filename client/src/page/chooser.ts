import { personColor } from '@parley/shared/person-color';
import { html, nothing, type TemplateResult } from 'lit';
import { face } from '../ui/face.ts';
import { strings } from '../ui/strings.ts';
import { placeQuery } from './address.ts';
import { card, fieldOf, otherPerson } from './cards.ts';
import { createRoom, devToken, listRooms, READY_MADE, type DevPerson, type RoomSummary } from './dev-server.ts';
import { pageStrings } from './page-strings.ts';

interface Choice {
  readonly person: DevPerson | null;
  readonly again: () => void;
}

/** Who to be, then which room to enter. */
export async function chooser({ person, again }: Choice): Promise<TemplateResult> {
  const token = await devToken(person ?? { user: 'ana', name: 'Ana' });
  if (token === null)
    return card(
      pageStrings.welcome,
      html`<p>${pageStrings.noDevelopment}</p><p>${pageStrings.embed}</p>
    <pre tabindex="0"><code>${pageStrings.embedCode(location.origin)}</code></pre>`,
    );
  if (person === null) return card(pageStrings.welcome, people(again));
  return card(pageStrings.welcome, rooms(person, token, await listRooms(token)));
}

function people(again: () => void): TemplateResult {
  return html`<p class="soft">${pageStrings.lead}</p><h2>${pageStrings.who}</h2>
    <ul class="choices">${READY_MADE.map(
      (person) => html`<li><a class="choice-card" href=${placeQuery({ person, room: null })}>
      ${face(person.name, personColor(person.user))}<span><b>${person.name}</b><span class="soft">${pageStrings.readyMade}</span></span></a></li>`,
    )}</ul>
    ${otherPerson((person) => {
      history.pushState(null, '', placeQuery({ person, room: null }));
      again();
    })}`;
}

function rooms(person: DevPerson, token: string, list: readonly RoomSummary[]): TemplateResult {
  const others = list.filter(({ id }) => id !== 'lobby');
  return html`<p class="soft who">${face(person.name, personColor(person.user))} ${pageStrings.asked(person.name)} · <a href="?">${pageStrings.change}</a></p>
    <h2>${pageStrings.rooms}</h2>
    <ul class="choices">${roomCard(person, 'lobby', list.find(({ id }) => id === 'lobby')?.title ?? 'Lobby', pageStrings.lobby)}
      ${others.map(({ id, title, role }) => roomCard(person, id, title, pageStrings.role(strings.roles[role].toLowerCase())))}</ul>
    <form class="row" @submit=${(event: SubmitEvent) => void make(event, person, token)}><label>${pageStrings.create}
      <input name="title" maxlength="200" placeholder=${pageStrings.title} autocomplete="off" /></label>
      <button type="submit">${pageStrings.createGo}</button></form><p class="problem" role="alert"></p>`;
}

function roomCard(person: DevPerson, room: string, title: string, help: string): TemplateResult {
  return html`<li><a class="choice-card" href=${placeQuery({ person, room })}><span><b>${title}</b>
    ${help === '' ? nothing : html`<span class="soft">${help}</span>`}</span></a></li>`;
}

async function make(event: SubmitEvent, person: DevPerson, token: string): Promise<void> {
  const title = fieldOf(event, 'title');
  try {
    location.search = placeQuery({ person, room: (await createRoom(token, title)).id });
  } catch (error) {
    const problem = document.querySelector('.problem');
    if (problem !== null) problem.textContent = error instanceof Error ? error.message : String(error);
  }
}
