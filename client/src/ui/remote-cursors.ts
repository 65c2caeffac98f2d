import { RangeSet, type Range } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  ViewPlugin,
  WidgetType,
  type DecorationSet,
  type PluginValue,
  type ViewUpdate,
} from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { colorClass } from './person-color.ts';

/**
 * Other people's carets and selections, and mine for them. In place of y-codemirror's own plugin, whose
 * inline styles a content security policy may forbid; the presence field (`cursor`) is the same, so both
 * kinds of client see each other.
 */
export function remoteCursors(text: Y.Text, awareness: Awareness): ViewPlugin<RemoteCursors> {
  return ViewPlugin.define((view) => new RemoteCursors(view, text, awareness), {
    decorations: (plugin) => plugin.decorations,
  });
}

interface Cursor {
  readonly anchor: number;
  readonly head: number;
  readonly name: string;
  readonly color: string;
}

class RemoteCursors implements PluginValue {
  decorations: DecorationSet = Decoration.none;
  readonly #view: EditorView;
  readonly #text: Y.Text;
  readonly #awareness: Awareness;
  #published = '';

  constructor(view: EditorView, text: Y.Text, awareness: Awareness) {
    this.#view = view;
    this.#text = text;
    this.#awareness = awareness;
    awareness.on('change', this.#onPresence);
    this.#draw();
  }

  update(update: ViewUpdate): void {
    if (update.selectionSet || update.docChanged || update.focusChanged) this.#publish();
    this.#draw();
  }

  destroy(): void {
    this.#awareness.off('change', this.#onPresence);
    if (this.#awareness.getLocalState() !== null) this.#awareness.setLocalStateField('cursor', null);
  }

  readonly #onPresence = ({
    added,
    updated,
    removed,
  }: {
    added: number[];
    updated: number[];
    removed: number[];
  }): void => {
    const others = [...added, ...updated, ...removed].some((client) => client !== this.#awareness.clientID);
    if (others) this.#view.dispatch({});
  };

  #publish(): void {
    if (!this.#view.hasFocus || this.#awareness.getLocalState() === null) return;
    const { anchor, head } = this.#view.state.selection.main;
    const cursor = { anchor: this.#relative(anchor), head: this.#relative(head) };
    const packed = JSON.stringify(cursor);
    if (packed === this.#published) return;
    this.#published = packed;
    this.#awareness.setLocalStateField('cursor', cursor);
  }

  #relative(index: number): Y.RelativePosition {
    return Y.createRelativePositionFromTypeIndex(this.#text, index);
  }

  #draw(): void {
    const ranges: Range<Decoration>[] = [];
    for (const [client, state] of this.#awareness.getStates()) {
      const cursor = client === this.#awareness.clientID ? null : this.#cursorOf(state);
      if (cursor !== null) ranges.push(...decorate(cursor));
    }
    this.decorations = RangeSet.of(ranges, true);
  }

  /** What another client says is not ours to trust: anything that is no place in this text is left out. */
  #cursorOf(state: { [field: string]: unknown }): Cursor | null {
    const { cursor, user } = state;
    if (!isRecord(cursor) || !isRecord(user)) return null;
    const [anchor, head] = [this.#index(cursor['anchor']), this.#index(cursor['head'])];
    if (anchor === null || head === null || typeof user['name'] !== 'string') return null;
    return { anchor, head, name: user['name'], color: String(user['color']) };
  }

  #index(position: unknown): number | null {
    if (!isRecord(position) || this.#text.doc === null) return null;
    try {
      const place = Y.createAbsolutePositionFromRelativePosition(
        Y.createRelativePositionFromJSON(position),
        this.#text.doc,
      );
      return place?.type === this.#text ? Math.min(place.index, this.#view.state.doc.length) : null;
    } catch {
      return null; // yjs throws on a malformed position
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function decorate({ anchor, head, name, color }: Cursor): Range<Decoration>[] {
  const [from, to] = [Math.min(anchor, head), Math.max(anchor, head)];
  const caret = Decoration.widget({ side: head > anchor ? -1 : 1, widget: new Caret(name, color) }).range(head);
  if (from === to) return [caret];
  return [Decoration.mark({ class: `their-selection ${colorClass(color)}` }).range(from, to), caret];
}

class Caret extends WidgetType {
  readonly name: string;
  readonly color: string;

  constructor(name: string, color: string) {
    super();
    this.name = name;
    this.color = color;
  }

  override eq(other: Caret): boolean {
    return other.name === this.name && other.color === this.color;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement('span');
    caret.className = `their-caret ${colorClass(this.color)}`;
    caret.setAttribute('aria-hidden', 'true');
    const label = document.createElement('span');
    label.className = 'their-name';
    label.textContent = this.name;
    caret.append(label);
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}
