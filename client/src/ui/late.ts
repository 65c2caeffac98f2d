import { css, html, type CSSResult, type PropertyValues, type TemplateResult } from 'lit';
import { define, Part } from './part.ts';
import { strings } from './strings.ts';

/** What a part that comes later brings besides its element. */
interface LateModule {
  readonly styles: CSSResult;
}

/** Parts that the first paint of a room does without: each comes when it is first shown. */
const LATE = {
  notes: (): Promise<LateModule> => import('./notes.ts'),
  people: (): Promise<LateModule> => import('./people.ts'),
  tools: (): Promise<LateModule> => import('./room-tools.ts'),
  usage: (): Promise<LateModule> => import('./room-usage.ts'),
  forecast: (): Promise<LateModule> => import('./forecast.ts'),
  models: (): Promise<LateModule> => import('./model-menu.ts'),
  search: (): Promise<LateModule> => import('./search-results.ts'),
  approval: (): Promise<LateModule> => import('./approval-dialog.ts'),
  invitation: (): Promise<LateModule> => import('./invitation.ts'),
  release: (): Promise<LateModule> => import('./release-dialog.ts'),
  memory: (): Promise<LateModule> => import('./memory-dialog.ts'),
} as const;
type LateName = keyof typeof LATE;

const came = new Map<LateName, LateModule>();

/** Shows `content` once the part it needs has come; until then says so, and when it could not, offers another try. */
export class ParleyLate extends Part {
  static override properties = {
    needs: { attribute: false },
    content: { attribute: false },
    quiet: { attribute: false },
    failed: { state: true },
  };
  declare needs: LateName;
  declare content: TemplateResult;
  /** Nothing is said while it comes, or could not: what it adds can be done without. */
  declare quiet: boolean;
  declare failed: boolean;

  constructor() {
    super();
    this.quiet = false;
    this.failed = false;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('needs') && !came.has(this.needs)) void this.#bring();
  }

  async #bring(): Promise<void> {
    const { needs } = this;
    this.failed = false;
    try {
      came.set(needs, await LATE[needs]());
    } catch {
      this.failed = true; // the person is told, and may try again
    }
    this.requestUpdate();
  }

  override render(): TemplateResult {
    const module = came.get(this.needs);
    if (module !== undefined) {
      wear(this.getRootNode(), module.styles);
      return this.content;
    }
    if (this.quiet) return html``;
    if (!this.failed) return html`<p class="soft" role="status" aria-busy="true">${strings.partLoading}</p>`;
    return html`<div class="panel-blank" role="alert"><p>${strings.partFailed}</p>
      <button type="button" class="outline" @click=${() => this.#bring()}>${strings.tryAgain}</button></div>`;
  }
}
define('parley-late', ParleyLate);

/** Adds the styles to the room's shadow root, once. */
function wear(root: Node, { styleSheet }: CSSResult): void {
  if (!(root instanceof ShadowRoot) || styleSheet === undefined || root.adoptedStyleSheets.includes(styleSheet)) return;
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, styleSheet];
}

export const lateStyles = css`
  parley-late { display: contents; }
`;
