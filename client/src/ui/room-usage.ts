import { BudgetView, UsageRows, type UsageRow } from '@parley/shared/admin';
import { ok, type Fault, type Result } from '@parley/shared/fault';
import type { Capability } from '@parley/shared/roles';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { budgetMeter, budgetMeterStyles } from './budget-meter.ts';
import { count } from './format.ts';
import type { Names } from './names.ts';
import { define, Part } from './part.ts';
import './provider-keys.ts';
import { providerKeysStyles } from './provider-keys.ts';
import { faultWords, strings } from './strings.ts';
import { keyStrings } from './strings-keys.ts';
import { usageStrings as words } from './strings-usage.ts';
import { sumsOf, type Place, type Sums } from './usage-sums.ts';

interface Used {
  readonly budget: BudgetView;
  readonly rows: readonly UsageRow[];
}
interface Shown {
  readonly mine: Used;
  /** What my grants in this room limit me to; null: nothing. */
  readonly granted: number | null;
  readonly roomId: string;
  /** Null: it is not mine to see. */
  readonly room: Used | null;
}
type Load =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'shown'; readonly value: Shown };

const PLACES = {
  here: words.here,
  privately: words.privately,
  elsewhere: words.elsewhere,
} as const satisfies Record<Place, string>;

/** What I used and may use; for whoever may export the room, the same of the room. */
export class ParleyRoomUsage extends Part {
  static override properties = {
    client: { attribute: false },
    names: { attribute: false },
    you: { attribute: false },
    capabilities: { attribute: false },
    newest: { attribute: false },
    load: { state: true },
  };
  declare client: RoomClient;
  declare names: Names;
  declare you: string | null;
  declare capabilities: ReadonlySet<Capability>;
  /** Names the newest answers: with another one, more was used. */
  declare newest: string;
  declare load: Load;
  #asked = 0;

  constructor() {
    super();
    this.load = { kind: 'loading' };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client') || changed.has('capabilities') || changed.has('newest')) void this.#reload();
  }

  async #reload(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    const result = await this.#fetch();
    if (mine !== this.#asked) return;
    this.load = result.ok ? { kind: 'shown', value: result.value } : { kind: 'failed', fault: result.fault };
  }

  async #fetch(): Promise<Result<Shown>> {
    const [details, members] = await Promise.all([this.client.details(), this.client.members()]);
    if (!details.ok) return details;
    if (!members.ok) return members;
    const { id } = details.value;
    const [mine, room] = await Promise.all([
      this.#used('me', { by: 'room', whose: 'mine' }),
      this.capabilities.has('room.export') ? this.#used(`room:${id}`, { by: 'user', room: id }) : ok(null),
    ]);
    if (!mine.ok) return mine;
    if (!room.ok) return room;
    const granted = members.value.find(({ user }) => user === this.you)?.grants?.budget ?? null;
    return ok({ mine: mine.value, granted, roomId: id, room: room.value });
  }

  async #used(scope: string, query: Readonly<Record<string, string>>): Promise<Result<Used>> {
    const { organisation } = this.client;
    const [budget, usage] = await Promise.all([
      organisation.rest.read(`/v1/budgets/${encodeURIComponent(scope)}`, BudgetView),
      organisation.rest.read('/v1/usage', UsageRows, query),
    ]);
    if (!budget.ok) return budget;
    return usage.ok ? ok({ budget: budget.value, rows: usage.value.items }) : usage;
  }

  override render(): TemplateResult {
    const { load } = this;
    if (load.kind === 'loading') return html`<p class="soft" role="status">${words.loading}</p>`;
    if (load.kind === 'shown') return this.#content(load.value);
    return html`<div class="panel-blank" role="alert"><p>${faultWords(load.fault)}</p>
      <button type="button" class="outline" @click=${() => void this.#reload()}>${strings.tryAgain}</button></div>`;
  }

  #content({ mine, granted, roomId, room }: Shown): TemplateResult {
    const places = sumsOf(mine.rows, roomId).map(([place, row]) => usedRow(PLACES[place], row));
    const limit = granted === null ? nothing : html`<p>${words.granted(count(granted))}</p>`;
    return html`<section aria-label=${words.mine}><h3>${words.mine}</h3><p class="soft">${words.mineHelp}</p>${budgetMeter(mine.budget, words.mine)}${limit}
        ${usedList(words.mineTable, places)}</section>
      <details class="folds"><summary>${keyStrings.mine}</summary><parley-provider-keys .rest=${this.client.organisation.rest} .scope=${'me'}></parley-provider-keys></details>
      ${room === null ? nothing : this.#room(room)}`;
  }

  #room({ budget, rows }: Used): TemplateResult {
    const people = rows.toSorted((a, b) => tokensOf(b) - tokensOf(a)).map((row) => usedRow(this.#name(row), row));
    return html`<section aria-label=${words.room}><h3>${words.room}</h3><p class="soft">${words.roomHelp}</p>${budgetMeter(budget, words.room)}
      ${usedList(words.roomTable, people)}</section>`;
  }

  #name({ user = '' }: UsageRow): string {
    return user === this.you ? strings.youBegin : this.names.name(user);
  }
}
define('parley-room-usage', ParleyRoomUsage);

function tokensOf({ inputTokens, outputTokens }: Sums): number {
  return inputTokens + outputTokens;
}

function usedRow(label: string, row: Sums): TemplateResult {
  const { calls, inputTokens, cachedTokens, outputTokens } = row;
  const detail = words.detail(count(inputTokens), count(cachedTokens), count(outputTokens));
  return html`<li><p class="used-by"><b>${label}</b><span>${words.tokens(count(tokensOf(row)))}</span></p>
    <p class="soft">${words.calls(calls)}: ${detail}</p></li>`;
}

function usedList(label: string, rows: readonly TemplateResult[]): TemplateResult {
  const list = rows.length === 0 ? html`<p class="soft">${words.none}</p>` : html`<ul role="list">${rows}</ul>`;
  return html`<div class="used"><h4>${label} <span class="soft">${words.span}</span></h4>${list}</div>`;
}

export const styles = css`
  ${budgetMeterStyles}${providerKeysStyles}
  parley-room-usage { display: grid; gap: 28px; grid-template-columns: minmax(0, 1fr); }
  parley-room-usage section { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
  .used { padding-block-start: 8px; }
  .used h4 { font-size: 1rem; padding-block-end: 4px; }
  .used h4 .soft { font-weight: 400; }
  .used li { padding-block: 8px; border-block-start: 1px solid var(--line); }
  .used-by { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 12px; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
  .used-by b { font-weight: 600; }
`;
