import type { RoomPolicy } from '@parley/shared/policy';

interface ChoiceWords {
  readonly name: string;
  readonly help: string;
  readonly saved: string;
}

/** The words about what an owner chooses for the room. */
export const settingStrings = {
  legends: { join: 'Who may join', release: 'Sharing what was built on restricted documents' },
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
  } satisfies Record<RoomPolicy['join' | 'release'], ChoiceWords>,
} as const;
