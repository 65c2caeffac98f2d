import type { Readable } from '../reading.ts';
import type { BuiltinTool } from './builtin-tools.ts';
import { editNotesTool, readNotesTool, type NotesDeps } from './notes-tools.ts';
import { searchTool } from './search-tool.ts';

/** The functions that every room has by itself. */
export function roomTools(deps: Readable & NotesDeps): readonly BuiltinTool[] {
  return [searchTool(deps), readNotesTool(deps), editNotesTool(deps)];
}
