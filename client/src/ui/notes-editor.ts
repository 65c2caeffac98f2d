import { defaultKeymap } from '@codemirror/commands';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { NOTES } from '@parley/shared/documents';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import { remoteCursors } from './remote-cursors.ts';
import { strings } from './strings.ts';

export interface NotesEditor {
  setWritable(writable: boolean): void;
  destroy(): void;
}

export interface NotesPlace {
  readonly parent: HTMLElement;
  readonly root: ShadowRoot | Document;
}

/** The shared notes in an editor; in a file of its own, so that it is loaded when somebody opens them. */
export function mountNotes(
  place: NotesPlace,
  workspace: { readonly doc: Y.Doc; readonly awareness: Awareness },
  writable: boolean,
): NotesEditor {
  const text = workspace.doc.getText(NOTES);
  const rights = new Compartment();
  const view = new EditorView({
    ...place,
    state: EditorState.create({
      doc: text.toString(),
      extensions: [
        keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': strings.notes, spellcheck: 'true' }),
        placeholder(strings.notesEmpty),
        yCollab(text, null),
        remoteCursors(text, workspace.awareness),
        rights.of(writing(writable)),
      ],
    }),
  });
  return {
    setWritable: (now) => view.dispatch({ effects: rights.reconfigure(writing(now)) }),
    destroy: () => view.destroy(),
  };
}

/** Without the right to edit the text can still be selected, and reached by keyboard. */
function writing(writable: boolean): Extension {
  return [
    EditorState.readOnly.of(!writable),
    EditorView.editable.of(writable),
    writable ? [] : EditorView.contentAttributes.of({ tabindex: '0' }),
  ];
}
