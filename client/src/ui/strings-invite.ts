/** The words for somebody who was sent an invitation. */
export const inviteStrings = {
  title: 'You are invited to a shared room',
  help: 'Somebody sent you this link so that you can come into their room. They see it when you come in.',
  comeIn: 'Come in',
  fails: 'This invitation does not let you in: it has ended, was used up or taken back, or is for somebody else.',
} as const;
