import { EntryId } from '@parley/shared/ids';
import { entries, lane, view } from './build.ts';
import { ana, author, ben } from './people.ts';

const imitator = { ...ben, id: 'ben-2', name: 'Bеn' };
const pasted = 'error: no space left on device\n  at write (disk.ts:41)\n  at flush (disk.ts:90)\nI see it, too.';
const repeats = [{ from: 1, to: 3, entry: EntryId.parse('e_1'), at: 2, author: author(ben) }];
const later = entries(
  [
    { by: ana, text: pasted, more: { repeats } },
    { by: ben, text: 'Then it is the volume.' },
    { by: imitator, text: 'No, it is not.' },
  ],
  41,
);

/** The past that is not loaded, in the pages in which it comes: the newest first. */
export const olderPages = [
  entries(
    Array.from({ length: 30 }, (_, n) => ({ by: ben, text: `Something else, number ${n + 1}.` })),
    11,
  ),
  entries([{ by: ben, text: `This is all it says:\n${pasted}` }], 1),
];

/** What single entries say of others. */
export const entryStories = {
  'title-made': {
    view: view('owner', { people: [ana, ben], room: lane({ entries: later, firstSeq: 41, titledBy: 'ai' }) }),
  },
  repeats: { view: view('speaker', { people: [ana, ben, imitator], room: lane({ entries: later, firstSeq: 41 }) }) },
} as const;
