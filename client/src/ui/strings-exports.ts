import type { ExportView } from '@parley/shared/background';

/** The words about a room's export. */
export const exportStrings = {
  title: 'Export',
  help: 'Everything that everyone in the room may read, as one file. Private lanes and restricted answers are not in it.',
  loading: 'Looking for an export…',
  none: 'There is none yet.',
  prepare: 'Prepare an export…',
  again: 'Prepare a new one…',
  save: 'Save the file',
  states: {
    waiting: 'It is waiting to be prepared.',
    writing: 'It is being prepared.',
    ready: 'It is ready, for a day from when it was prepared.',
    failed: 'It could not be prepared.',
  } satisfies Record<ExportView['state'], string>,
} as const;
