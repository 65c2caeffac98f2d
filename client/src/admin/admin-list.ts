import type { Result } from '@parley/shared/fault';
import { html, nothing, type TemplateResult } from 'lit';
import { faultWords } from '../ui/strings.ts';
import type { Page } from '../rest.ts';
import { adminStrings as words } from './admin-strings.ts';
import { AdminView } from './admin-view.ts';

/** A view of a list that comes in pages. */
export abstract class AdminList<T> extends AdminView<Page<T>> {
  protected abstract fetchPage(after: string | null): Promise<Result<Page<T>>>;

  protected override fetch(): Promise<Result<Page<T>>> {
    return this.fetchPage(null);
  }

  protected more({ items, next }: Page<T>): TemplateResult | typeof nothing {
    if (next === null) return nothing;
    return html`<button type="button" class="outline wide" @click=${() => void this.#append(items, next)}>${words.more}</button>`;
  }

  async #append(items: readonly T[], next: string): Promise<void> {
    const page = await this.fetchPage(next);
    // A list that was loaded anew meanwhile is another one.
    if (this.load.kind !== 'shown' || this.load.value.items !== items) return;
    if (!page.ok) this.done = faultWords(page.fault);
    else this.load = { kind: 'shown', value: { items: [...items, ...page.value.items], next: page.value.next } };
  }
}
