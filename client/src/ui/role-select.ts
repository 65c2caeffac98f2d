import { html, type TemplateResult } from 'lit';
import { RoomRole } from '@parley/shared/roles';
import { strings } from './strings.ts';
import { peopleStrings } from './strings-people.ts';

/** A choice of roles with one line of what the chosen one may do. */
export function roleSelect(
  roles: readonly RoomRole[],
  chosen: RoomRole,
  onChoose: (role: RoomRole) => void,
): TemplateResult {
  const choose = (event: Event): void => {
    const role = event.target instanceof HTMLSelectElement ? RoomRole.safeParse(event.target.value).data : undefined;
    if (role !== undefined) onChoose(role);
  };
  return html`<label class="asked-for"><span>${peopleStrings.role}</span><select class="control" @change=${choose}>
      ${roles.map((role) => html`<option value=${role} .selected=${role === chosen}>${strings.roles[role]}</option>`)}</select></label>
    <p class="soft role-rights">${peopleStrings.rights[chosen]}</p>`;
}
