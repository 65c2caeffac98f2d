/** The words about what the AI keeps: what people pinned, and what is summed up. */
export const memoryStrings = {
  title: 'What the AI keeps in mind',
  choose: 'Pin this as',
  chooseHelp:
    'The AI is sent it word for word in every answer here, however long the conversation gets. Everyone who reads this sees it.',
  pinned: 'Pinned here',
  nothingPinned: 'Nothing is pinned yet. Open what can be done with an entry to pin it.',
  by: (name: string): string => `Pinned by ${name}`,
  unpin: 'Unpin',
  unpinOf: (as: string, name: string): string => `Unpin: ${as}, by ${name}`,
  loading: 'Looking up what the AI keeps',
  summed: 'Summed up',
  noDigest: 'Nothing is summed up: the AI is sent the entries themselves, the newest as far as there is room.',
  digestHelp: (from: number, to: number): string =>
    `When somebody asks, the AI reads this in the place of entries ${from}–${to}. They stay here as they are.`,
  namedHelp: 'Whose words it names, as the server knows them:',
  show: (cite: string, name: string): string => `Entry ${cite}, by ${name}`,
  showing: 'Bringing it back into the conversation',
  gone: 'It could not be found here any more.',
  done: 'Close',
} as const;
