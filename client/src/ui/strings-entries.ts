import type { PinKind } from '@parley/shared/pin-kind';
import type { ToolUse } from '@parley/shared/tools';

/** The words about single entries: what can be done with one, and what it was made with. */
export const entryStrings = {
  acts: (name: string, time: string): string => `What to do with the entry of ${name}, ${time}`,
  quote: 'Ask about this alone',
  share: 'Share with the room…',
  pin: 'Pin…',
  pinned: {
    decision: 'Decision',
    constraint: 'Constraint',
    question: 'Open question',
    failed: 'Failed attempt',
  } satisfies Record<PinKind, string>,
  summed: (from: number, to: number): string => `The AI reads a summary of entries ${from}–${to}`,
  redact: 'Take the words away…',
  redactHelp:
    'The words are taken away for everyone, everywhere, for good: here, in exports, in what the AI is sent, on disk. That there was an entry stays.',
  redactNow: 'Take them away',
  keepWords: 'Keep them',
  alike: 'Somebody else here has a name that looks like this one',
  redacted: (name: string): string => `${name} took these words away.`,
  releasedBy: (name: string): string => `Shared by ${name} from their private lane`,
  releasedByYou: 'Shared by you from your private lane',
  repeats: (from: number, to: number, whom: string): string =>
    from === to ? `Repeats line ${from} of ${whom}` : `Repeats lines ${from}–${to} of ${whom}`,
  ofTheAi: 'an earlier answer by the AI',
  ofAuthor: (name: string): string => `an earlier message by ${name}`,
  restricted: (resources: string): string => `Not everyone here sees this: it was built on ${resources}`,
  restrictedMe: (resources: string): string => `Built on ${resources}: it goes when you may no longer read that`,

  used: 'Tools that were used',
  useFor: (name: string): string => `for ${name}`,
  useForRoom: 'for the room',
  outcomes: {
    done: '',
    declined: 'declined',
    refused: 'refused',
    failed: 'failed',
    unknown: 'outcome unknown',
  } satisfies Record<ToolUse['outcome'], string>,
  unknownHelp: (title: string): string =>
    `Nobody knows whether ${title} did it: its answer never came. It was not tried again. Look there before you ask once more.`,

  quotesOnly: 'Only this is sent with your question:',
  unquote: (name: string): string => `Leave out what ${name} said`,
  effect: {
    room: 'Ask the AI about these alone. Everyone here sees the answer.',
    me: 'Ask the AI about these alone. Only you see the answer.',
  },
  effectShort: { room: 'About these alone; everyone sees it', me: 'About these alone; only you see it' },

  searching: 'Searching the whole conversation',
  searchedLoaded: 'Only what is loaded here was searched.',
  privately: 'Only you',
  showThere: 'Show in the conversation',
} as const;
