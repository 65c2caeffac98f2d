/** The words about keys of model providers. */
export const keyStrings = {
  mine: 'Your own keys',
  mineHelp:
    'A question of yours is made with your own key where you bring one, in rooms and in private, and then your account at the provider pays. Nobody else’s question is.',
  mineClosed: 'Your organisation does not use keys of single people.',
  tenantHelp:
    'Whoever brings no key of their own is answered with the organisation’s; without one, with the server’s. A key goes to its provider and nowhere else, is kept sealed, and is never shown again.',
  loading: 'Looking up which keys are kept',
  none: 'The models of this server take no keys.',
  models: (names: readonly string[]): string => `Answers as ${names.join(', ')}`,
  kept: 'A key is kept.',
  notKept: 'No key is kept.',
  unreadable: 'A key is kept, but it cannot be read any more. Replace it, or remove it.',
  key: (provider: string): string => `Key for ${provider}`,
  keyHint: '8 to 512 characters without spaces. It is not shown again.',
  keyWrong: 'A key has 8 to 512 printable characters, without spaces.',
  save: 'Keep it',
  replace: 'Replace it',
  saved: (provider: string): string => `The key for ${provider} is kept, and used from now on.`,
  remove: (provider: string): string => `Remove the key for ${provider}`,
  removeHelp: {
    me: 'From now on your questions are made with the organisation’s key, or the server’s, and those pay.',
    tenant: 'From now on questions of people without a key of their own are made with the server’s key, which pays.',
  },
  removeNow: 'Remove it',
  keep: 'Leave it',
  removed: (provider: string): string => `The key for ${provider} is gone.`,

  policy: 'What holds for keys',
  personal: 'People may bring keys of their own',
  personalHelp: 'Without this nobody’s own key is used; keys that they brought stay until they take them away.',
  fallback: 'When a key is refused, the next one answers',
  fallbackHelp:
    'Otherwise the question fails and whoever asked is told whose key it was. With this, the organisation or the server pays for it.',
  policyUnreadable:
    'What was decided here cannot be read any more. Until you save it again, what is ticked now holds: see whether it is what you want.',
  savePolicy: 'Save',
  policySaved: 'From now on that holds for keys.',
} as const;
