/** The words about who may read what. */
export const resourceStrings = {
  lead: 'A resource is one thing in a tool of yours: a document, a ticket, a customer. What the AI made from it is shown only to people who may read it. Here you say who that is; where you say nothing, the tool that returned it does.',
  where: 'Who said what, and when, is in the audit: resource.set and resource.drop.',
  elsewhereTitle: 'Who may read what is said elsewhere',
  elsewhere:
    'This server asks another authority who may read a resource (OpenFGA). Say it there; it holds here at once.',
  none: 'Nothing was said here yet. Until then tools say themselves who may read what they return.',
  noneFor: (reader: string): string => `Nothing that was said here lets ${reader} read anything.`,
  table: 'Who may read what',
  resource: 'Resource',
  readers: 'May read it',
  acts: 'Change',
  nobody: 'nobody',
  more: (count: number): string => `and ${count} more`,
  people: (count: number): string => (count === 1 ? '1 person' : `${count} people`),
  change: 'Change',
  changeOf: (resource: string): string => `Change who may read ${resource}`,
  forget: 'Forget',
  forgetOf: (resource: string): string => `Forget what was said of ${resource}`,

  filters: 'What somebody may read',
  reader: 'Only what this person may read',
  find: 'Find',

  add: 'Say who may read something',
  name: 'Resource, as its tool calls it',
  nameHint: 'No spaces, at most 256 characters. For instance “docs/launch-plan”.',
  who: 'People, by the id they sign in with',
  whoHint: 'One in a line, or with spaces between. Empty: nobody.',
  review: 'See what that does',
  cancel: 'Cancel',
  loading: 'Looking up who may read it …',
  wrongName: 'A resource has no spaces, and 1 to 256 characters.',
  wrongPeople: (wrong: readonly string[]): string =>
    `These are no ids of people: ${wrong.slice(0, 5).join(', ')}${wrong.length > 5 ? ' …' : ''}`,
  tooMany: 'At most 10,000 people may be named.',
  same: 'That is what holds already.',

  sayTitle: (resource: string): string => `Who may read ${resource}?`,
  gains: (people: string): string =>
    `${people} may read it from now on, and with it what the AI made from it in rooms they are in.`,
  loses: (people: string): string =>
    `${people} may not read it any more. What the AI made from it goes from their screens at once, and an answer that is being made from it for them ends.`,
  stays: (count: number): string =>
    count === 1 ? 'For 1 other person nothing changes.' : `For ${count} other people nothing changes.`,
  unsaid: 'Nothing was said of it here before. Whatever its tool said about it does not count any more.',
  nobodyLeft: 'Nobody may read it then: what was made from it is seen by no one.',
  sayGo: 'Say so',
  said: (resource: string): string => `It holds now who may read ${resource}.`,

  forgetTitle: (resource: string): string => `Forget who may read ${resource}?`,
  forgetFacts: (people: string): readonly string[] => [
    `Nobody may read it from now on. What was made from it goes from the screens of ${people} at once, and answers that are being made from it end.`,
    'When its tool returns it again and says who may read it, that holds.',
  ],
  forgotten: (resource: string): string => `What was said of ${resource} is forgotten.`,
} as const;

/** Some people by name, the rest by number. */
export function somePeople(names: readonly string[], count = names.length): string {
  const shown = names.slice(0, 8);
  const rest = count - shown.length;
  return [shown.join(', '), ...(rest > 0 ? [resourceStrings.more(rest)] : [])].join(' ');
}
