import type { DeadLetter } from '@parley/shared/background';

type JobKind = DeadLetter['kind'];

/** The words about background work that was given up. */
export const jobStrings = {
  lead: 'Titles, summaries and exports are made while nobody waits for them. What failed again and again is given up, and stands here until you try it again or drop it. Nothing of what was said is shown.',
  none: 'Nothing was given up.',
  what: 'What',
  why: 'Why',
  when: 'Given up',
  acts: 'What to do',
  kinds: { title: 'A title', digest: 'A summary for the AI', export: 'An export' } satisfies Record<JobKind, string>,
  reasons: {
    unusable: 'What the model said was of no use',
    interrupted: 'The server ended while it was made',
    expired: 'The provider did not answer in time',
    'too-large': 'The room grew faster than it could be written down',
    'key changed': 'The key that it was asked with was changed',
    'batch unknown': 'The provider does not know of it any more',
    auth: 'The model server did not accept the key',
    rate: 'The model server had too much to do',
    request: 'The model server refused the request',
    server: 'The model server failed',
    network: 'The model server could not be reached',
    stall: 'The model server fell silent',
  } as Readonly<Record<string, string>>,
  attempts: (count: number): string => (count === 1 ? 'after 1 try' : `after ${count} tries`),
  again: 'Try again',
  againOf: (what: string, room: string): string => `Try again: ${what}, ${room}`,
  drop: 'Drop',
  dropOf: (what: string, room: string): string => `Drop: ${what}, ${room}`,
  dropTitle: (what: string, room: string): string => `${what} for ${room}: drop it?`,
  dropFacts: {
    title: [
      'The room is called what people called it, or “New room”.',
      'Somebody in the room can name it at any time.',
    ],
    digest: ['When the room is used again, its oldest entries may be left out of what the AI is sent.'],
    export: ['Whoever asked for it finds nothing to fetch, and can ask for it again.'],
  } satisfies Record<JobKind, readonly string[]>,
  triedAgain: (what: string, room: string): string => `${what} for ${room} waits to be made again.`,
  dropped: (what: string, room: string): string => `${what} for ${room} was dropped.`,
} as const;
