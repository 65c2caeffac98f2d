/** The words about what may be used in a month. */
export const budgetStrings = {
  lead: 'Tokens of a calendar month (UTC), read and written together. A question in a room counts for whoever asks, the room and the organisation; a private one for whoever asks and the organisation. Before a call of a model, what it may use is held in each of them, so that none is overdrawn.',
  tenant: 'The whole organisation',
  whose: 'Whose budgets',
  of: { rooms: 'Rooms', people: 'People' },
  used: 'This month',
  acts: 'Limit',
  set: 'Set',
  setOf: (title: string): string => `Set the budget: ${title}`,
  noRooms: 'There are no rooms yet.',
  noPeople: 'Nobody is in a room yet.',

  titles: {
    tenant: (): string => 'How much may the whole organisation use a month?',
    room: (title: string): string => `How much may be used in ${title} a month?`,
    user: (title: string): string => `How much may ${title} use a month?`,
  },
  tokens: 'Tokens a month',
  now: (used: string, reserved: string): string => `${used} used this month, ${reserved} held for answers being made.`,
  wrong: 'Write a whole number of tokens, 0 or more.',
  whom: {
    tenant: 'anybody in the organisation',
    room: 'anybody in that room; private questions there are not counted',
    user: 'them, in all rooms and in private; nobody else’s answers change',
  },
  atWarning: (tokens: string): string =>
    `At ${tokens} (80 %) whoever’s answer takes it there is told, and nobody else.`,
  atWarningPast: 'More than 80 % of that is used already, so nobody is told any more this month.',
  atEnd: (tokens: string, whom: string): string =>
    `At ${tokens} an answer stops after its step, with what it has and the reason; then no model answers ${whom}.`,
  spentAlready: (whom: string, day: string): string =>
    `That much is used already: from now on no model answers ${whom}. This holds until ${day} (UTC).`,
  anew: (day: string): string => `On ${day} (UTC) it begins anew.`,
  cancel: 'Cancel',
  clear: 'Take the limit away',
  save: 'Set the limit',
  done: (title: string, tokens: string | null): string =>
    tokens === null ? `${title}: there is no limit any more.` : `${title}: ${tokens} tokens a month from now on.`,
} as const;
