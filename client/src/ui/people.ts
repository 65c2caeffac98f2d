import type { Member } from '@parley/shared/entry';
import type { Fault } from '@parley/shared/fault';
import type { RoomPolicy } from '@parley/shared/policy';
import type { Capability, RoomRole } from '@parley/shared/roles';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { RoomClient, RoomDetails } from '../room-client.ts';
import type { Person } from '../view.ts';
import './add-member.ts';
import { addMemberStyles } from './add-member.ts';
import './invites.ts';
import { invitesStyles } from './invites.ts';
import { offerFor, rolesToAdd, type Asker } from './member-offers.ts';
import { memberRow, memberRowStyles, type Acting } from './member-row.ts';
import type { Names } from './names.ts';
import { define, Part } from './part.ts';
import './room-models.ts';
import './room-setting.ts';
import { roomSettingStyles } from './room-setting.ts';
import { faultWords, strings } from './strings.ts';
import { modelStrings } from './strings-models.ts';
import { peopleStrings } from './strings-people.ts';

type List =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | {
      readonly kind: 'loaded';
      readonly members: readonly Member[];
      readonly policy: RoomPolicy;
      /** The models of the server, where they are mine to give. */
      readonly offered: readonly string[];
    };

/** When one of these changed, the list may have, too. */
const SHOWN = ['client', 'people', 'role', 'capabilities'] as const;

/** Everyone who belongs to the room: who is here, what each may do, and for those who may, its change. */
export class ParleyPeople extends Part {
  static override properties = {
    client: { attribute: false },
    people: { attribute: false },
    names: { attribute: false },
    linkOf: { attribute: false },
    you: { attribute: false },
    role: { attribute: false },
    capabilities: { attribute: false },
    list: { state: true },
    acting: { state: true },
    said: { state: true },
  };
  declare client: RoomClient;
  declare people: readonly Person[];
  declare names: Names;
  /** The address that somebody opens in order to use an invitation's code. */
  declare linkOf: (code: string) => string;
  declare you: string | null;
  /** My own role and rights, as the server said last; null until it did. */
  declare role: RoomRole | null;
  declare capabilities: ReadonlySet<Capability>;
  declare list: List;
  declare acting: Acting | null;
  /** What was done last, in words. */
  declare said: string;
  #seen: string | null = null;

  constructor() {
    super();
    this.list = { kind: 'loading' };
    this.acting = null;
    this.said = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client')) this.#seen = null;
    if (!SHOWN.some((name) => changed.has(name))) return;
    // Who types does not matter to it.
    const seen = [...this.people.map(({ id }) => id), this.role, ...this.capabilities].join(' ');
    if (seen === this.#seen) return;
    this.#seen = seen;
    void this.#load();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('acting');
    if (before === undefined || (before?.kind === this.acting?.kind && before?.user === this.acting?.user)) return;
    if (this.acting !== null) this.#row(this.acting.user, '.member-acts :is(select, [data-first], button)')?.focus();
    else if (before !== null)
      (this.#row(before.user, 'button') ?? this.closest<HTMLElement>('[role=tabpanel]'))?.focus();
  }

  async #load(): Promise<void> {
    const { client } = this;
    const [members, room] = await Promise.all([client.members(), client.request('room.get', {})]);
    if (client !== this.client) return;
    if (!members.ok) this.list = { kind: 'failed', fault: members.fault };
    else if (!room.ok) this.list = { kind: 'failed', fault: room.fault };
    else {
      const { policy, offered = [] } = room.value;
      this.list = { kind: 'loaded', members: members.value, policy, offered };
    }
  }

  override render(): TemplateResult {
    const { list } = this;
    if (list.kind === 'loading') return html`<p class="soft" role="status">${peopleStrings.peopleLoading}</p>`;
    if (list.kind === 'failed') {
      return html`<div class="panel-blank"><p>${faultWords(list.fault)}</p>
        <button type="button" class="outline" @click=${() => this.#load()}>${strings.tryAgain}</button></div>`;
    }
    return this.#loaded(list);
  }

  #loaded({ members, policy, offered }: Extract<List, { kind: 'loaded' }>): TemplateResult {
    const me = this.#me;
    const roles = me === null ? [] : rolesToAdd(me);
    const here = members.filter(({ user }) => this.#person(user) !== undefined);
    const away = members.filter(({ user }) => this.#person(user) === undefined);
    return html`${
      roles.length === 0
        ? nothing
        : html`<parley-add-member .client=${this.client} .roles=${roles} .members=${members} @member-added=${this.#onAdded}></parley-add-member>
        <parley-invites .client=${this.client} .roles=${roles} .names=${this.names} .linkOf=${this.linkOf}></parley-invites>`
    }
      ${this.#group(peopleStrings.present, here)}${this.#group(peopleStrings.away, away)}
      <p class="done people-said" role="status">${this.said}</p>
      ${this.capabilities.has('policy.set') ? this.#settings(policy, offered) : nothing}`;
  }

  #settings(policy: RoomPolicy, offered: readonly string[]): TemplateResult {
    return html`<parley-room-models .policy=${policy} .offered=${offered} .save=${this.#saveRoomModels}></parley-room-models>${(['join', 'release'] as const).map((setting) => html`<parley-room-setting .client=${this.client} .setting=${setting} .policy=${policy} @setting-changed=${this.#onSetting}></parley-room-setting>`)}`;
  }

  #group(title: string, members: readonly Member[]): TemplateResult | typeof nothing {
    if (members.length === 0) return nothing;
    return html`<h3 class="people-title">${title} <span class="soft">${members.length}</span></h3>
      <ul class="people" role="list">${repeat(
        members,
        ({ user }) => user,
        (member) => this.#member(member),
      )}</ul>`;
  }

  #member(member: Member): TemplateResult {
    const { user } = member;
    const person = this.#person(user);
    const { list, acting } = this;
    const me = this.#me;
    const members = list.kind === 'loaded' ? list.members : [];
    return memberRow(
      {
        member,
        color: this.names.color(user),
        here: person !== undefined,
        typing: person?.typing === true,
        you: user === this.you,
        offer: me === null ? { roles: [], out: null } : offerFor(me, member, members),
        acting: acting?.user === user ? acting : null,
        open: list.kind === 'loaded' && list.policy.join === 'tenant',
        offered: list.kind === 'loaded' ? list.offered : [],
      },
      {
        client: this.client,
        act: this.#act,
        save: this.#save,
        remove: this.#remove,
        toolsSaved: this.#toolsSaved,
        saveModels: this.#saveModels,
      },
    );
  }

  get #me(): Asker | null {
    const { you, role, capabilities } = this;
    return you === null || role === null ? null : { id: you, role, capabilities };
  }

  readonly #act = (acting: Acting | null): void => {
    this.said = '';
    this.acting = acting;
  };

  readonly #save = async (member: Member, role: RoomRole): Promise<void> => {
    const answer = await this.client.setMember(member.user, role);
    if (!answer.ok) return this.#refused(member, answer.fault);
    await this.#done(peopleStrings.roleSet(member.name, strings.roles[role], member.user === this.you));
  };

  readonly #remove = async (member: Member): Promise<void> => {
    const answer = await this.client.removeMember(member.user);
    if (!answer.ok) return this.#refused(member, answer.fault);
    await this.#done(peopleStrings.memberRemoved(member.name));
  };

  readonly #toolsSaved = ({ name }: Member): void => void this.#done(peopleStrings.toolsSaved(name));

  readonly #saveModels = async (member: Member, chosen: readonly string[] | null): Promise<Fault | null> => {
    const { user, role, grants = {} } = member;
    const { models: _, ...others } = grants;
    const next = chosen === null ? others : { ...others, models: [...chosen] };
    const answer = await this.client.request('member.set', { user, role, grants: next });
    if (!answer.ok) return answer.fault;
    await this.#done(modelStrings.memberSaved(member.name));
    return null;
  };

  readonly #saveRoomModels = async (chosen: readonly string[] | null): Promise<Fault | null> => {
    const answer = await this.client.updateRoom({ models: chosen === null ? null : [...chosen] });
    if (!answer.ok) return answer.fault;
    await this.#done(chosen === null ? modelStrings.roomSavedAll : modelStrings.roomSaved);
    return null;
  };

  async #done(words: string): Promise<void> {
    await this.#load();
    this.acting = null;
    this.said = words;
  }

  readonly #onAdded = async ({ detail: { name, role } }: CustomEvent<Member>): Promise<void> => {
    await this.#load();
    this.said = peopleStrings.added(name, strings.roles[role]);
  };

  #refused({ user }: Member, refused: Fault): void {
    if (this.acting?.user === user) this.acting = { ...this.acting, refused };
  }

  readonly #onSetting = (event: CustomEvent<RoomDetails>): void => {
    if (this.list.kind === 'loaded') this.list = { ...this.list, policy: event.detail.policy };
  };

  #row(user: string, part: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-user="${CSS.escape(user)}"] ${part}`);
  }

  #person(id: string): Person | undefined {
    return this.people.find((person) => person.id === id);
  }
}
define('parley-people', ParleyPeople);

export const styles = css`
  .people-title { padding-block: 4px 6px; }
  .people + .people-title { padding-block-start: 20px; }
  parley-people { display: block; }
  .people-said { position: sticky; inset-block-end: 0; margin-block-start: 12px; padding: 10px 12px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); box-shadow: var(--shadow); }
  ${memberRowStyles}
  ${addMemberStyles}
  ${invitesStyles}
  ${roomSettingStyles}
`;
