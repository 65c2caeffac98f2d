/** The words about which models answer. */
export const modelStrings = {
  model: 'Model',
  usual: (name: string): string => `${name} (usual)`,
  gone: (name: string): string => `${name} is not open to you any more. The usual model answers.`,

  roomLegend: 'Models that may answer here',
  roomAll: 'All that the server offers, later ones too',
  roomHelp:
    'A waiting question that chose a model you take away ends unanswered. Whoever is left without a model cannot ask.',
  roomSaved: 'From now on only the chosen models answer here.',
  roomSavedAll: 'From now on every model of the server may answer here.',
  memberLegend: (name: string): string => `Models that may answer ${name}`,
  memberAll: 'All that the room allows',
  memberHelp: 'A waiting question of theirs that chose a model you take away ends unanswered.',
  memberSaved: (name: string): string => `Which models may answer ${name} has changed.`,
  some: 'Only these',
  save: 'Save models',
  none: 'Choose at least one.',
} as const;
