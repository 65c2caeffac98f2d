import type { RoomPolicy } from '@parley/shared/policy';

interface ChoiceWords {
  readonly name: string;
  readonly help: string;
  readonly saved: string;
}

/** The words about what an owner chooses for the room. */
export const settingStrings = {
  legends: {
    join: 'Who may join',
    release: 'Sharing what was built on restricted documents',
    titles: 'A title for a room that nobody named',
  },
  choices: {
    invite: {
      name: 'Invite only',
      help: 'Only people who are added come in. Whoever is in already stays.',
      saved: 'From now on only people who are added come in.',
    },
    tenant: {
      name: 'Everyone in the organisation',
      help: 'Whoever opens the room becomes a speaker. Guests still need to be added.',
      saved: 'From now on everyone in the organisation may join.',
    },
    strict: {
      name: 'Only with who may read them too',
      help: 'An answer that somebody shares stays hidden from everyone who may not read what it was built on.',
      saved: 'From now on shared answers stay as restricted as what they were built on.',
    },
    reader: {
      name: 'Whoever may read them decides',
      help: 'Who may read a document may share an answer built on it with everyone here.',
      saved: 'From now on whoever may read a document may share answers built on it.',
    },
    off: {
      name: 'Only from people',
      help: 'The room is called "New room" until somebody names it.',
      saved: 'From now on only people name the room.',
    },
    auto: {
      name: 'From what is said',
      help: 'The AI gives it a title in the background. One that somebody gave is never replaced.',
      saved: 'From now on the room gets a title from what is said, until somebody names it.',
    },
  } satisfies Record<RoomPolicy['join' | 'release' | 'titles'], ChoiceWords>,
} as const;
