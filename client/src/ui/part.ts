import { LitElement } from 'lit';

/**
 * A part of the room with its own update cycle. It renders into the room's one shadow root, so that one
 * style sheet, `::part` and focus reach everything.
 */
export class Part extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

/** Registers an element once, however many scripts of a page bring it. */
export function define(name: string, element: CustomElementConstructor): void {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}
