/** The words of the development page; those of the room itself are in ui/strings.ts. */
export const pageStrings = {
  welcome: 'A shared room with one AI',
  lead: 'Development mode: be anybody, in as many windows as you like.',
  who: 'Who are you?',
  asked: (name: string): string => `You are ${name}`,
  readyMade: 'Made for trying things out',
  other: 'Someone else',
  otherName: 'Your name',
  go: 'Continue',
  change: 'Be someone else',
  rooms: 'Choose a room',
  lobby: 'The room everyone may enter',
  role: (role: string): string => `You are ${role} here`,
  create: 'Make a new room',
  title: 'Title, or none for now',
  createGo: 'Make room',
  leave: 'Rooms',
  leaveHelp: (name: string): string => `You are ${name}. Go to the list of rooms.`,
  noDevelopment: 'This server is not in development mode, so it gives out no tokens.',
  embed: 'Your own app shows rooms, with tokens from your identity provider:',
  embedCode: (origin: string): string => `<script type="module" src="${origin}/parley-room.js"></script>
<parley-room server="${origin}" room="lobby"></parley-room>
<script type="module">
  document.querySelector('parley-room').token = async () => (await fetch('/my-parley-token')).text();
</script>`,
  invited: 'You are invited to a shared room',
  inviteLead: 'Somebody sent you this link so that you can come into their room.',
  notYou: (name: string): string => `You are ${name}. Be someone else`,
  inviteIncomplete: 'This link is not complete. Copy all of it, also what stands behind #.',
  inviteElsewhere:
    'Invitations open in the app that shows the rooms, where you are signed in. This server was not told where that is: ask whoever runs it.',
  failed: 'The server could not be reached.',
  again: 'Try again',
} as const;
