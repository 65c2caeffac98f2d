import { html, type TemplateResult } from 'lit';
import { aiGlyph } from '../ui/icons.ts';
import { personSheet } from '../ui/person-color.ts';
import { personOf } from './address.ts';
import type { DevPerson } from './dev-server.ts';
import { pageStrings } from './page-strings.ts';

document.adoptedStyleSheets.push(personSheet);

/** What the development page shows when it shows no room. */
export function card(title: string, content: TemplateResult): TemplateResult {
  return html`<section class="card"><span class="logo" aria-hidden="true">${aiGlyph}</span><h1>${title}</h1>${content}</section>`;
}

/** Asks for a name to be, besides those that are ready made. */
export function otherPerson(become: (person: DevPerson) => void): TemplateResult {
  const onSubmit = (event: SubmitEvent): void => {
    const person = personOf(fieldOf(event, 'name'));
    if (person !== null) become(person);
  };
  return html`<form class="row" @submit=${onSubmit}><label>${pageStrings.other}
      <input name="name" required maxlength="60" placeholder=${pageStrings.otherName} autocomplete="off" /></label>
      <button type="submit">${pageStrings.go}</button></form>`;
}

/** What was written into a form that would otherwise leave the page. */
export function fieldOf(event: SubmitEvent, name: string): string {
  event.preventDefault();
  const value = event.target instanceof HTMLFormElement ? new FormData(event.target).get(name) : null;
  return typeof value === 'string' ? value.trim() : '';
}
