import type { Entry, FoundEntry } from '@parley/shared/entry';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import { entryView, type RowContext } from './entry-view.ts';
import { dayAndTime } from './format.ts';
import { lockIcon } from './icons.ts';
import type { Names } from './names.ts';
import { define, Part } from './part.ts';
import { tell } from './room-events.ts';
import { strings } from './strings.ts';
import { entryStrings } from './strings-entries.ts';

type Answer =
  | { readonly kind: 'asking' }
  /** Nobody could be asked: only what is loaded was searched. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'answered'; readonly query: string; readonly items: readonly FoundEntry[] };

const PAUSE_MS = 200;
const MOST = 50;

/** Everything I may read that says the words: what is loaded at once, the rest when the server has answered. */
export class ParleySearchResults extends Part {
  static override properties = {
    client: { attribute: false },
    query: { attribute: false },
    view: { attribute: false },
    names: { attribute: false },
    answer: { state: true },
    unfolded: { state: true },
  };
  declare client: RoomClient;
  /** Trimmed, not empty. */
  declare query: string;
  declare view: RoomViewModel;
  declare names: Names;
  declare answer: Answer;
  declare unfolded: ReadonlySet<string>;
  #pause: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    super();
    this.answer = { kind: 'asking' };
    this.unfolded = new Set();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('query') && !changed.has('client')) return;
    this.#stop();
    this.answer = { kind: 'asking' };
    this.#pause = setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  #stop(): void {
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = null;
  }

  async #ask(): Promise<void> {
    const { query } = this;
    const answer = await this.client.request('transcript.search', { q: query, limit: MOST });
    if (query !== this.query) return;
    this.answer = answer.ok ? { kind: 'answered', query, items: answer.value.items } : { kind: 'failed' };
  }

  override render(): TemplateResult {
    const { answer } = this;
    const found = answer.kind === 'answered' ? this.#asTheyStand(answer.items) : this.#loaded();
    return html`<div class="search-results scroll" tabindex="0" role="region" aria-label=${strings.search} aria-busy=${answer.kind === 'asking' ? 'true' : 'false'}>
      ${answer.kind === 'asking' && found.length === 0 ? nothing : this.#list(found)}
      <p class="soft search-state" role="status">${stateWords(answer)}</p></div>`;
  }

  /** What changed since the server answered, as words that were taken away, is seen here too. */
  #asTheyStand(items: readonly FoundEntry[]): readonly FoundEntry[] {
    const { room, me } = this.view;
    const now = new Map([...room.entries, ...me.entries].map((entry) => [entry.id, entry]));
    return items.map((item) => ({ ...(now.get(item.id) ?? item), lane: item.lane }));
  }

  #list(found: readonly FoundEntry[]): TemplateResult {
    if (found.length === 0) {
      return html`<div class="blank" role="status"><h3>${strings.nothingFound(this.query)}</h3><p class="soft">${strings.nothingFoundHelp}</p></div>`;
    }
    return html`<div class="column"><p class="mark" role="status"><span>${strings.searchFound(found.length)}</span></p>
      <ol role="list">${found.map((entry) => this.#result(entry))}</ol></div>`;
  }

  #result(entry: FoundEntry): TemplateResult {
    const { lane } = entry;
    const mine = lane === 'me';
    const here = this.view[lane].entries.some(({ id }) => id === entry.id);
    return html`<li class="result"><p class="result-head soft">${mine ? html`${lockIcon}<span>${entryStrings.privately}</span>` : nothing}<span>${dayAndTime(entry.at)}</span>
        ${here ? html`<button type="button" class="quiet" @click=${() => tell(this, 'room-find', { lane, entry: entry.id })}>${entryStrings.showThere}</button>` : nothing}</p>
      ${entryView(entry, this.#row(entry, lane))}</li>`;
  }

  #row(entry: Entry, lane: 'room' | 'me'): RowContext {
    const { names, unfolded, view } = this;
    return {
      names,
      you: view.you?.id ?? null,
      continued: false,
      pinned: null,
      folded: !unfolded.has(entry.id),
      onFold: ({ id }) => (this.unfolded = unfolded.has(id) ? without(unfolded, id) : new Set([...unfolded, id])),
      acts: {
        lane,
        acting: null,
        offers: { quote: false, share: false, redact: false, pin: false },
        act: () => {},
        redact: () => {},
      },
    };
  }

  /** Newest first, as the server answers. */
  #loaded(): readonly FoundEntry[] {
    const wanted = this.query.toLocaleLowerCase();
    const says = ({ text, author }: Entry): boolean =>
      text.toLocaleLowerCase().includes(wanted) || author.name.toLocaleLowerCase().includes(wanted);
    return (['room', 'me'] as const)
      .flatMap((lane) => this.view[lane].entries.filter(says).map((entry) => ({ ...entry, lane })))
      .sort((a, b) => b.at - a.at)
      .slice(0, MOST);
  }
}
define('parley-search-results', ParleySearchResults);

function without(set: ReadonlySet<string>, gone: string): ReadonlySet<string> {
  return new Set([...set].filter((one) => one !== gone));
}

function stateWords({ kind }: Answer): string {
  if (kind === 'asking') return entryStrings.searching;
  return kind === 'failed' ? entryStrings.searchedLoaded : '';
}

export const styles = css`
  parley-search-results { grid-area: transcript; display: grid; min-block-size: 0; min-inline-size: 0; z-index: 1; background: var(--ground); }
  .search-state { padding: 12px 28px; text-align: center; }
  .search-state:empty { display: none; }
  .result { padding-block: 4px; }
  .result-head { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; min-block-size: 44px; }
  .result-head button { margin-inline-start: auto; }
  .result .head time { display: none; }
`;
