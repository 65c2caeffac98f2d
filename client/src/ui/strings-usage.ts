/** The words about tokens: what was used, what may be used, and what a question would take. */
export const usageStrings = {
  used: (used: string, tokens: string, share: string): string => `${used} of ${tokens} tokens used (${share})`,
  unlimited: (used: string): string => `${used} tokens used; there is no limit`,
  held: (reserved: string): string => `${reserved} more are held for answers that are being made.`,
  unreadable: (used: string): string =>
    `${used} tokens used. The limit that was set cannot be read any more: until an admin sets it again, it counts as used up.`,
  warned: 'More than four fifths are used.',
  spent: (day: string): string => `Used up until ${day} (UTC), unless an admin allows more.`,
  anew: (day: string): string => `Begins anew on ${day} (UTC).`,

  loading: 'Looking up what was used',
  mine: 'Your budget',
  mineHelp: 'For your questions in all rooms and in private, this month.',
  granted: (tokens: string): string => `In this room you may use ${tokens} tokens a month of it.`,
  room: 'This room’s budget',
  roomHelp: 'For everybody’s questions here, private ones not counted.',
  span: 'in 30 days',
  here: 'In this room',
  elsewhere: 'In other rooms',
  privately: 'In private, in all rooms',
  tokens: (tokens: string): string => `${tokens} tokens`,
  calls: (calls: number): string => (calls === 1 ? '1 call of a model' : `${calls} calls of a model`),
  detail: (input: string, cached: string, output: string): string =>
    `${input} read (${cached} of them from cache), ${output} written`,
  none: 'Nothing was used yet.',
  mineTable: 'What you used',
  roomTable: 'What was used here, by whom',

  about: (tokens: string): string => `This takes about ${tokens} tokens`,
  between: (low: string, high: string): string => `This takes about ${low} to ${high} tokens`,
  ofLeft: (left: string): string => `of the ${left} you have left this month.`,
  perhapsTooMuch: (left: string): string => `You have ${left} left this month: the answer may end early, or not come.`,
  tooMuch: (left: string): string => `You have ${left} left this month: this will not be answered.`,
} as const;
