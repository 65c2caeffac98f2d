import type { Member } from '@parley/shared/entry';
import type { Fault, Result } from '@parley/shared/fault';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { Person } from '../view.ts';
import { face } from './face.ts';
import type { Names } from './names.ts';
import { define, Part } from './part.ts';
import { faultWords, strings } from './strings.ts';

type List =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'loaded'; readonly members: readonly Member[] };

/** Everyone who belongs to the room: who is here, and what each may do. */
export class ParleyPeople extends Part {
  static override properties = {
    client: { attribute: false },
    people: { attribute: false },
    names: { attribute: false },
    list: { state: true },
  };
  declare client: RoomClient;
  declare people: readonly Person[];
  declare names: Names;
  declare list: List;
  #asked: string | null = null;

  constructor() {
    super();
    this.list = { kind: 'loading' };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client')) this.#asked = null;
    if (!changed.has('people') && !changed.has('client')) return;
    // Somebody came or went: the list itself may have changed. Who types does not matter to it.
    const here = this.people.map(({ id }) => id).join(' ');
    if (here !== this.#asked) void this.#load(here);
  }

  async #load(here: string): Promise<void> {
    this.#asked = here;
    const { client } = this;
    const answer: Result<readonly Member[]> = await client.members();
    if (client !== this.client) return;
    this.list = answer.ok ? { kind: 'loaded', members: answer.value } : { kind: 'failed', fault: answer.fault };
  }

  override render(): TemplateResult {
    const { list } = this;
    if (list.kind === 'loading') return html`<p class="soft" role="status">${strings.peopleLoading}</p>`;
    if (list.kind === 'failed') {
      return html`<div class="panel-blank"><p>${faultWords(list.fault)}</p>
        <button type="button" class="outline" @click=${() => this.#load(this.#asked ?? '')}>${strings.tryAgain}</button></div>`;
    }
    const here = list.members.filter(({ user }) => this.#person(user) !== undefined);
    const away = list.members.filter(({ user }) => this.#person(user) === undefined);
    return html`${this.#group(strings.present, here)}${this.#group(strings.away, away)}`;
  }

  #group(title: string, members: readonly Member[]): TemplateResult | typeof nothing {
    if (members.length === 0) return nothing;
    return html`<h3 class="people-title">${title} <span class="soft">${members.length}</span></h3>
      <ul class="people" role="list">${members.map((member) => this.#member(member))}</ul>`;
  }

  #member({ user, name, role }: Member): TemplateResult {
    const person = this.#person(user);
    const you = person?.you === true ? html` <span class="soft">(${strings.you})</span>` : nothing;
    const doing = person?.typing === true ? strings.isTyping : strings.rights[role];
    return html`<li class="person ${person === undefined ? 'away' : ''}">${face(name, this.names.color(user))}
      <div><p class="person-name">${name}${you}<span class="role">${strings.roles[role]}</span></p><p class="soft">${doing}</p></div></li>`;
  }

  #person(id: string): Person | undefined {
    return this.people.find((person) => person.id === id);
  }
}
define('parley-people', ParleyPeople);

export const peopleStyles = css`
  .people-title { padding-block: 4px 6px; }
  .people + .people-title { padding-block-start: 20px; }
  .person { display: grid; grid-template-columns: 36px minmax(0, 1fr); gap: 12px; padding-block: 8px; }
  .person.away .face { background: var(--raised); color: var(--soft); box-shadow: inset 0 0 0 1px var(--line); }
  .person-name { font-weight: 600; display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 6px; overflow-wrap: anywhere; }
  .person-name .soft { font-weight: 400; }
  .role { margin-inline-start: auto; font-weight: 400; color: var(--soft); }
`;
