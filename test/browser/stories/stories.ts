import type { RoomViewModel } from '@parley/client/view';
import type { Member } from '@parley/shared/entry';
import { fault, type Fault } from '@parley/shared/fault';
import type { RoomTool } from '@parley/shared/tools';
import type { FakeRoomClient } from '../../kit/fake-room-client.ts';
import { callStories } from './call-stories.ts';
import { conversation, streaming } from './conversation.ts';
import { entries, lane, MORNING, sending, ticket, turnId, view, type Line } from './build.ts';
import { memoryStories } from './memory-stories.ts';
import { entryStories } from './entry-stories.ts';
import { memberStories } from './member-stories.ts';
import { usageStories } from './usage-stories.ts';
import { ana, ben, chioma, dmitri } from './people.ts';

export interface Story {
  readonly view: RoomViewModel;
  /** A tab of the side panel to open first. */
  readonly panel?: 'queue' | 'notes' | 'private' | 'people' | 'tools' | 'usage';
  readonly search?: string;
  /** Who belongs to the room, where it matters. */
  readonly members?: readonly Member[];
  /** Buttons that were pressed since, by their names. */
  readonly pressed?: readonly string[];
  /** An entry of which it was opened before that what can be done with it. */
  readonly acted?: string;
  /** What folds open in the end, by its words. */
  readonly opened?: readonly string[];
  /** What commands are refused with. */
  readonly refusal?: Fault;
  readonly tools?: readonly RoomTool[];
  /** What the server offers. */
  readonly models?: readonly string[];
  /** What is told over HTTP. */
  readonly told?: FakeRoomClient['told'];
}

const everyone = [ana, ben, chioma, dmitri];
const said = entries(conversation);
const full = { people: everyone, room: lane({ entries: said }) };

const tickets = [
  ticket(3, chioma, 'Make a plan for Thursday with one owner per step.', { state: 'running', position: 0 }),
  ticket(4, ben, 'What do we tell customers who are logged in while the column changes?', { position: 1 }),
  ticket(5, ana, 'Draft the checklist for the person on call.', { position: 2 }),
  ticket(6, dmitri, 'Which of our dashboards would show it first if something goes wrong?', {
    position: 3,
    state: 'held',
    heldBy: 'dmitri',
    reason: 'editing',
  }),
];
const asked: Line = {
  by: chioma,
  kind: 'prompt',
  text: 'Make a plan for Thursday with one owner per step.',
  minute: 9,
  more: { turn: turnId(3) },
};
const answering = lane({
  entries: [...said, ...entries([asked], said.length + 1)],
  tickets,
  answering: { state: 'answering', turn: turnId(3), forId: 'chioma', forName: 'Chioma Okafor', text: streaming },
});

const overRestart = {
  state: 'held',
  heldBy: 'system',
  reason: 'waiting since before a restart: still wanted?',
} as const;

const failed: Line = {
  by: 'ai',
  text: '',
  minute: 10,
  more: {
    turn: turnId(3),
    answers: [turnId(3)],
    for: 'chioma',
    outcome: 'failed',
    by: 'system',
    reason: 'The model server could not be reached.',
  },
};

const long: Line = {
  by: 'ai',
  minute: 12,
  text: Array.from(
    { length: 24 },
    (_, n) => `### Part ${n + 1}\n\n${'A sentence about this part of the long answer. '.repeat(5)}`,
  ).join('\n\n'),
  more: { for: 'ana', outcome: 'completed' },
};

/** Every state that was designed, by name. */
export const stories = {
  empty: { view: view('owner', { people: [ana, ben] }) },
  alone: { view: view('owner') },
  loading: {
    view: view('speaker', {
      connection: { kind: 'connecting' },
      you: null,
      role: null,
      title: '',
      people: [],
      room: lane({ loaded: false }),
      me: lane({ loaded: false }),
    }),
  },
  conversation: { view: view('speaker', full), panel: 'people' },
  answering: {
    view: view('moderator', { people: [ana, { ...ben, typing: true }, chioma, dmitri], room: answering }),
    panel: 'queue',
  },
  thinking: {
    view: view('speaker', {
      ...full,
      room: {
        ...answering,
        answering: { state: 'answering', turn: turnId(3), forId: 'ana', forName: 'Ana', text: '' },
      },
    }),
  },
  waiting: {
    view: view('speaker', {
      ...full,
      room: answering,
      outbox: [
        sending(1, 'And who tells the partners?', { kind: 'sent' }),
        sending(2, 'One more thing, off the top of my head.', { kind: 'accepted', turn: turnId(9), position: 4 }),
      ],
    }),
  },
  'still-wanted': {
    view: view('speaker', {
      ...full,
      room: {
        ...answering,
        tickets: [
          ticket(3, chioma, 'Make a plan for Thursday with one owner per step.', { state: 'running', position: 0 }),
          ticket(5, ana, 'Draft the checklist for the person on call.', { position: 1, ...overRestart }),
          ticket(6, dmitri, 'Which of our dashboards would show it first?', { position: 2, ...overRestart }),
        ],
      },
    }),
    panel: 'queue',
  },
  refused: {
    view: view('speaker', {
      ...full,
      outbox: [
        sending(1, 'What about the partners?', {
          kind: 'refused',
          fault: fault('queue_full', undefined, { retryAfter: 20 }),
        }),
      ],
    }),
  },
  reconnecting: {
    view: view('speaker', {
      ...full,
      connection: { kind: 'reconnecting', since: MORNING },
      saved: false,
      outbox: [
        sending(1, 'I am on the train, back in a minute.', { kind: 'unsent' }, 'message'),
        sending(2, 'Ask me again after lunch.', { kind: 'unsent' }, 'message'),
        sending(3, 'Which step can be undone?', { kind: 'unsent' }),
      ],
    }),
  },
  draining: {
    view: view('speaker', {
      ...full,
      connection: { kind: 'reconnecting', since: MORNING, fault: fault('unavailable', 'The server is draining.') },
    }),
  },
  'read-only': { view: view('reader', full), panel: 'notes' },
  removed: {
    view: view('speaker', {
      ...full,
      connection: { kind: 'ended', fault: fault('not_found'), by: 'ben', at: MORNING },
      outbox: [sending(1, 'But I was not finished with this sentence.', { kind: 'unsent' }, 'message')],
    }),
  },
  expired: { view: view('speaker', { ...full, connection: { kind: 'ended', fault: fault('token_expired') } }) },
  'model-unreachable': {
    view: view('speaker', {
      ...full,
      room: lane({ entries: [...said, ...entries([asked, failed], said.length + 1)] }),
    }),
  },
  'nothing-found': { view: view('speaker', full), search: 'helicopter' },
  found: { view: view('speaker', full), search: 'index' },
  'lost-words': {
    view: view('speaker', { ...full, lostWords: 'Rollback: restore from the 21:30 snapshot, then replay.' }),
    panel: 'notes',
  },
  private: {
    view: view('speaker', {
      ...full,
      me: lane({
        entries: entries([
          { by: ana, kind: 'prompt', text: 'Am I the right person to own the column change?' },
          {
            by: 'ai',
            text: 'You wrote the migration, so you know it best. Ask **Ben** to pair: he has run two of these.',
            more: { for: 'ana', outcome: 'completed' },
          },
        ]),
      }),
    }),
    panel: 'private',
  },
  'private-empty': { view: view('speaker', full), panel: 'private' },
  notes: { view: view('speaker', full), panel: 'notes' },
  'queue-empty': { view: view('speaker', full), panel: 'queue' },
  long: { view: view('speaker', { ...full, room: lane({ entries: [...said, ...entries([long], said.length + 1)] }) }) },
  ...memberStories,
  ...callStories,
  ...usageStories,
  ...memoryStories,
  ...entryStories,
} as const satisfies Record<string, Story>;

export type StoryName = keyof typeof stories;
