import type { Member } from '@parley/shared/entry';
import type { Fault } from '@parley/shared/fault';
import type { RoomRole } from '@parley/shared/roles';
import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import './explain.ts';
import { explainStyles } from './explain.ts';
import { face } from './face.ts';
import { moreIcon } from './icons.ts';
import type { Offer } from './member-offers.ts';
import './member-models.ts';
import './member-tools.ts';
import { roleSelect } from './role-select.ts';
import { faultWords, strings } from './strings.ts';
import { peopleStrings } from './strings-people.ts';

/** What is being done about one member; at most one of them at a time. */
export type Acting = {
  readonly user: Member['user'];
  /** The last attempt was refused. */
  readonly refused?: Fault;
} & ({ readonly kind: 'changing'; readonly role: RoomRole } | { readonly kind: 'leaving' });

export interface MemberRow {
  readonly member: Member;
  readonly color: string;
  readonly here: boolean;
  readonly typing: boolean;
  readonly you: boolean;
  readonly offer: Offer;
  readonly acting: Acting | null;
  /** Anyone of the organisation may come in by themselves, so whoever goes can come back. */
  readonly open: boolean;
  /** The models of the server; empty where there is nothing to say about them. */
  readonly offered: readonly string[];
}

export interface MemberActs {
  readonly client: RoomClient;
  readonly toolsSaved: (member: Member) => void;
  /** Null: every model that the room allows. */
  readonly saveModels: (member: Member, models: readonly string[] | null) => Promise<Fault | null>;
  /** Begins, goes on with, or (null) ends what is done about a member. */
  readonly act: (acting: Acting | null) => void;
  readonly save: (member: Member, role: RoomRole) => Promise<void>;
  readonly remove: (member: Member) => Promise<void>;
}

/** One member: who they are, what they may do, and on demand what may be changed about that. */
export function memberRow(row: MemberRow, acts: MemberActs): TemplateResult {
  const { member, acting, offer } = row;
  const { name, role, user } = member;
  const doing = row.typing ? peopleStrings.isTyping : peopleStrings.rights[role];
  const offered = offer.roles.length > 0 || offer.out !== null;
  return html`<li class="person ${row.here ? '' : 'away'} ${acting === null ? '' : 'acting'}" data-user=${user}
      @keydown=${(event: KeyboardEvent) => onKey(event, row, acts)}>${face(name, row.color)}
    <div><p class="person-name">${name}${row.you ? html` <span class="soft">(${strings.you})</span>` : nothing}<span class="role">${strings.roles[role]}</span></p>
      <p class="soft">${doing}</p></div>
    ${offered ? changeButton(row, acts) : nothing}
    ${
      acting === null
        ? nothing
        : html`<div class="member-acts" role="group" aria-label=${changeLabel(row)}>
      ${acting.kind === 'changing' ? changing(row, acting.role, acts) : leaving(row, acts)}
      ${acting.refused === undefined ? nothing : html`<p class="refusal" role="alert">${faultWords(acting.refused)}</p>`}</div>`
    }
  </li>`;
}

function changeLabel({ you, member }: MemberRow): string {
  return you ? peopleStrings.changeMyself : peopleStrings.changeMember(member.name);
}

function changeButton(row: MemberRow, { act }: MemberActs): TemplateResult {
  const { member, acting } = row;
  const toggle = (): void => act(acting === null ? { kind: 'changing', user: member.user, role: member.role } : null);
  return html`<button type="button" class="icon-only quiet" aria-label=${changeLabel(row)} title=${changeLabel(row)}
    aria-expanded=${acting === null ? 'false' : 'true'} @click=${toggle}>${moreIcon}</button>`;
}

function changing(row: MemberRow, role: RoomRole, acts: MemberActs): TemplateResult {
  const { member, offer, you } = row;
  const { user } = member;
  const others = !you && offer.roles.length > 0;
  return html`${
    offer.roles.length === 0
      ? nothing
      : html`${roleSelect(offer.roles, role, (chosen) => acts.act({ kind: 'changing', user, role: chosen }))}
      ${you && role !== member.role ? html`<p class="caution">${peopleStrings.stepDownHelp}</p>` : nothing}
      <div class="row-acts"><button type="button" class="primary" ?disabled=${role === member.role} @click=${() => acts.save(member, role)}>${strings.save}</button>
        <button type="button" class="quiet" @click=${() => acts.act(null)}>${strings.cancel}</button></div>`
  }
    ${
      others
        ? html`<parley-member-tools .client=${acts.client} .member=${member} @tools-saved=${(event: CustomEvent<Member>) => acts.toolsSaved(event.detail)}></parley-member-tools>
      <parley-member-models .member=${member} .offered=${row.offered} .save=${(models: readonly string[] | null) => acts.saveModels(member, models)}></parley-member-models>`
        : nothing
    }
    <parley-explain .client=${acts.client} .user=${user} .name=${you ? strings.you : member.name}></parley-explain>
    ${offer.out === 'stay' ? html`<p>${peopleStrings.lastOwner}</p>` : nothing}
    ${offer.out === null ? nothing : html`<button type="button" class="outline danger wide" @click=${() => acts.act({ kind: 'leaving', user })}>${you ? peopleStrings.leave : peopleStrings.removeMember(member.name)}</button>`}`;
}

/** Says what will happen to whom; staying is the first choice, and Escape's. */
function leaving(row: MemberRow, acts: MemberActs): TemplateResult {
  const { member, you, offer, open } = row;
  const stay = html`<button type="button" class="outline" data-first @click=${() => acts.act(null)}>${you ? peopleStrings.stay : peopleStrings.keepMember(member.name)}</button>`;
  if (offer.out === 'stay') return html`<p>${peopleStrings.lastOwnerStays}</p><div class="row-acts">${stay}</div>`;
  const words = you ? peopleStrings.leaveHelp(open) : peopleStrings.removeHelp(member.name, open);
  return html`<p id="leaving-${member.user}">${words}</p>
    <div class="row-acts">${stay}<button type="button" class="outline danger" aria-describedby="leaving-${member.user}" @click=${() => acts.remove(member)}>${you ? peopleStrings.leaveNow : peopleStrings.removeNow(member.name)}</button></div>`;
}

function onKey(event: KeyboardEvent, { acting }: MemberRow, { act }: MemberActs): void {
  if (event.key !== 'Escape' || acting === null) return;
  event.preventDefault();
  act(null);
}

export const memberRowStyles = css`
  ${explainStyles}
  .person { display: grid; grid-template-columns: 36px minmax(0, 1fr) 38px; gap: 0 12px; padding-block: 8px; }
  .person > button { margin-block: -2px; margin-inline-start: -6px; }
  .person.away .face { background: var(--raised); color: var(--soft); box-shadow: inset 0 0 0 1px var(--line); }
  .person.acting { margin-inline: -8px; padding-inline: 8px; border-radius: var(--radius); background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); }
  .person-name { font-weight: 600; display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 6px; overflow-wrap: anywhere; }
  .person-name .soft { font-weight: 400; }
  .role { margin-inline-start: auto; font-weight: 400; color: var(--soft); }
`;
