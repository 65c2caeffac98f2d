import { NOTES } from '@parley/shared/documents';
import { can } from '@parley/shared/roles';
import { ToolFunction } from '@parley/shared/tools';
import type * as Y from 'yjs';
import { joinInfluence, toolInfluence, type Influence } from '../../core/labels/influence.ts';
import { standingOfAbsent } from '../../core/room-state.ts';
import { appending, replacing, type TextEdit } from '../../core/text-edit.ts';
import type { Chronicle } from '../chronicle.ts';
import { AI_SEEN_MS, aiPresence } from '../documents/ai-presence.ts';
import type { Documents } from '../documents/documents.ts';
import type { OpenDoc } from '../documents/open-doc.ts';
import { WORKSPACE_BYTES } from '../documents/workspace-doc.ts';
import { ROOM_TOOL, type BuiltinOutcome, type BuiltinTool, type CallingTurn } from './builtin-tools.ts';

export interface NotesDeps {
  readonly chronicle: Chronicle;
  readonly documents: Documents;
}

/** Characters of the notes that the model is told, and of one passage that it writes. */
const MOST_READ = 100_000;
const MOST_WRITTEN = 50_000;

const READ_NOTES = ToolFunction.parse({
  name: 'read_notes',
  description: 'Reads the shared notes of this room.',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  class: 'read',
  effect: 'read',
});
const EDIT_NOTES = ToolFunction.parse({
  name: 'edit_notes',
  description:
    'Edits the shared notes, which everybody in the room sees: puts "replace" in the place of "find", which must be there exactly once, or adds "append" at the end.',
  parameters: {
    type: 'object',
    properties: { find: { type: 'string' }, replace: { type: 'string' }, append: { type: 'string' } },
    additionalProperties: false,
  },
  class: 'act',
  effect: 'irreversible',
});

/** R15: everybody in a room may read its notes; everybody who wrote them, or whose words the AI did, stands behind them. */
export function readNotesTool(deps: NotesDeps): BuiltinTool {
  return {
    function: READ_NOTES,
    shows: 'nobody',
    run: () =>
      deps.documents.workspace((doc) => {
        const text = doc.stored.doc.getText(NOTES).toString();
        const cut = text.length > MOST_READ ? `${text.slice(0, MOST_READ)}\n[The rest is left out.]` : text;
        return done(text === '' ? 'The notes are empty.' : cut, behind(deps, doc));
      }),
  };
}

/** R15: as somebody who types along with the others, by the right of the speaker as it stands now. */
export function editNotesTool(deps: NotesDeps): BuiltinTool {
  return {
    function: EDIT_NOTES,
    shows: 'room',
    run: async (turn, given, signal) => {
      if (!mayEdit(deps.chronicle, turn))
        return { kind: 'refused', reason: 'The person asking may not edit the notes of this room.' };
      const change = readChange(given);
      if (change === null) return { kind: 'failed', reason: 'Give either "find" and "replace", or "append".' };
      return deps.documents.workspace((doc) =>
        // T33: a stop while the notes were loaded.
        signal.aborted ? STOPPED : edit(deps, doc, { turn, change }),
      );
    },
  };
}

const STOPPED: BuiltinOutcome = { kind: 'failed', reason: 'It was stopped before.' };

type Change =
  | { readonly kind: 'replace'; readonly find: string; readonly replace: string }
  | { readonly kind: 'append'; readonly passage: string };

function readChange({ find, replace, append, ...others }: Readonly<Record<string, unknown>>): Change | null {
  if (Object.keys(others).length > 0) return null;
  if (typeof find === 'string' && typeof replace === 'string' && append === undefined)
    return { kind: 'replace', find, replace: plain(replace) };
  if (typeof append === 'string' && append !== '' && find === undefined && replace === undefined)
    return { kind: 'append', passage: plain(append) };
  return null;
}

/** As people type it: one kind of line end, and no half characters. */
function plain(text: string): string {
  return text.toWellFormed().replaceAll(/\r\n?/g, '\n');
}

function edit(
  { chronicle }: NotesDeps,
  doc: OpenDoc,
  { turn, change }: { readonly turn: CallingTurn; readonly change: Change },
): BuiltinOutcome | Promise<BuiltinOutcome> {
  const notes = doc.stored.doc.getText(NOTES);
  const located = locate(notes, change);
  if (typeof located === 'string') return { kind: 'failed', reason: located };
  const bytes = doc.stored.bytes + Buffer.byteLength(located.insert);
  if (located.insert.length > MOST_WRITTEN || bytes > WORKSPACE_BYTES)
    return { kind: 'failed', reason: 'That is more than the notes take.' };
  const speaker = chronicle.room.members.get(turn.speaker)?.name ?? turn.speaker;
  return new Promise((resolve) => {
    doc.write(
      () => apply(notes, located),
      () => resolve(done('The notes were edited.', [])),
    );
    if (doc.isRead) doc.show(aiPresence(notes, located.index + located.insert.length, speaker), AI_SEEN_MS);
  });
}

/** Where the change goes, or why it cannot. */
function locate(notes: Y.Text, change: Change): TextEdit | string {
  const text = notes.toString();
  // Pictures and the like have a place in the text and no character in it.
  if (text.length !== notes.length) return 'The notes hold more than text, so places in them cannot be told.';
  if (change.kind === 'append') return appending(text, change.passage);
  const located = replacing(text, change.find, change.replace);
  switch (located.kind) {
    case 'edit':
      return located.edit;
    case 'none':
      return 'The notes do not contain "find". Read them again: somebody may have changed them.';
    case 'many':
      return 'The notes contain "find" more than once: give more of the text around it.';
  }
}

function apply(notes: Y.Text, { index, remove, insert }: TextEdit): void {
  if (remove > 0) notes.delete(index, remove);
  if (insert !== '') notes.insert(index, insert);
}

function mayEdit({ room }: Chronicle, { speaker }: CallingTurn): boolean {
  return can(standingOfAbsent(room, speaker), 'workspace.edit', room.policy.levels);
}

/** R6: whoever wrote them, and where the AI did, whoever stood behind that. */
function behind({ chronicle, documents }: NotesDeps, doc: OpenDoc): Influence {
  const writers = [...documents.writersOf(doc)];
  const people = writers.filter((writer) => writer !== null);
  // Somebody wrote whom nobody knows: as strange as what a tool returns.
  const strange = writers.includes(null) && chronicle.notes.influence.length === 0 ? [toolInfluence(ROOM_TOOL)] : [];
  return joinInfluence(people, chronicle.notes.influence, strange);
}

function done(text: string, influence: Influence): BuiltinOutcome {
  return { kind: 'done', text, resources: [], influence, withheld: 0 };
}
