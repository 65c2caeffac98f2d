import type { Replies } from '@parley/shared/answers';
import type { Member } from '@parley/shared/entry';
import { fault } from '@parley/shared/fault';
import { EntryId, UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { ApprovalView, RoomTool, ToolOffer, ToolUse, Trust } from '@parley/shared/tools';
import { entries, lane, ticket, turnId, view, type Line } from './build.ts';
import { conversation } from './conversation.ts';
import { ana, ben, chioma } from './people.ts';

const people = [ana, ben, chioma];
const said = entries(conversation);
const full = { people, room: lane({ entries: said }) };
const budget = ResourceId.parse('drive/budget-2031');
const MINUTE = 60_000;

/** A call that Ana is asked about; `minutes` until it counts as declined. */
export function approval(id: string, change: Partial<ApprovalView> = {}, minutes = 12): ApprovalView {
  return ApprovalView.parse({
    id,
    turn: turnId(3),
    lane: 'room',
    call: 'mail.send',
    title: 'Team mail',
    class: 'egress',
    arguments: JSON.stringify({
      body: 'Hello all,\n\ntonight we prepare the database for Thursday. Nothing to do for you.\n\nAna',
      subject: 'Tonight’s preparation',
      to: ['support@example.com', 'partners@example.net'],
    }),
    digest: 'b7c1f04f9f6e8a55d1c0a3b8a2f7f1d0d6f2b7c4a1e9',
    recipients: ['support@example.com', 'partners@example.net'],
    influencedBy: ['ben'],
    builtOn: [],
    askedAt: Date.now() - MINUTE,
    expiresAt: Date.now() + minutes * MINUTE + 30_000,
    ...change,
  });
}

const asked: Line = {
  by: ana,
  kind: 'prompt',
  text: 'Send what Ben wrote for support to them and to the partners.',
  minute: 9,
  more: { turn: turnId(3) },
};
const waiting = lane({
  entries: [...said, ...entries([asked], said.length + 1)],
  tickets: [
    ticket(3, ana, asked.text, { state: 'running', position: 0, waitingFor: 'ana' }),
    ticket(4, ben, 'What do we tell customers?', { position: 1 }),
  ],
  answering: { state: 'waiting', turn: turnId(3), forId: 'ana', forName: 'Ana', text: 'I will send it now.' },
});
const approving = { ...full, room: waiting, approvals: [approval('a_1')] };

const uses = [
  { call: 'room.search', title: 'Search of this room', as: 'speaker', outcome: 'done' },
  { call: 'wiki.read', title: 'Team wiki', as: 'connector', outcome: 'done' },
  { call: 'mail.send', title: 'Team mail', as: 'speaker', outcome: 'unknown' },
  { call: 'calendar.book', title: 'Calendar', as: 'speaker', outcome: 'declined' },
].map((use) => ToolUse.parse(use));
const withTools: Line = {
  by: 'ai',
  text: 'The window is in the wiki. I tried to write to support, and do not know whether it arrived.',
  minute: 12,
  more: { turn: turnId(3), for: 'ana', outcome: 'completed', tools: uses },
};
const restricted: Line = {
  by: 'ai',
  text: 'The launch may cost **18,400 €** at most; 11,000 € of it are spent.',
  minute: 14,
  more: { for: 'ben', outcome: 'completed', resources: [budget], after: said.length + 2 },
};
const released: Line = {
  by: 'ai',
  text: 'Ask Ben to pair on the column change: he has run two of these.',
  minute: 15,
  more: { for: 'chioma', outcome: 'completed', releasedBy: 'chioma' },
};
const gone: Line = { by: ben, text: '', minute: 16, more: { redactedBy: 'ben' } };

const privately = entries(
  [
    { by: ana, kind: 'prompt', text: 'Am I the right person to own the column change?' },
    {
      by: 'ai',
      text: 'You wrote the migration, so you know it best. Ask **Ben** to pair: he has run two of these.',
      more: { for: 'ana', outcome: 'completed' },
    },
    {
      by: 'ai',
      kind: 'notice',
      text: '2 results were withheld from the answer in the room, because not everybody there may read them. Ask here to see them.',
      more: { author: { id: 'system', name: 'System', kind: 'system' } },
    },
  ],
  501,
);
const inPrivate = { ...full, me: lane({ entries: privately }) };

const member = (user: string, name: string, role: Member['role']): Member => ({ user: UserId.parse(user), name, role });
export const releasePreview: Replies['entry.preview-release'] = {
  entry: EntryId.parse('e_502'),
  digest: 'seen',
  text: privately[1]?.text ?? '',
  recipients: [member('ben', 'Ben', 'owner'), member('chioma', 'Chioma Okafor', 'speaker')],
  resources: [budget],
  lifted: [],
  sources: [
    { kind: 'person', id: 'ben', title: 'Ben' },
    { kind: 'tool', id: 'tool:wiki', title: 'Team wiki' },
  ],
};

const tool = (name: string, change: Partial<RoomTool>): RoomTool =>
  RoomTool.parse({ tool: name, title: name, as: 'speaker', by: 'ben', available: true, functions: [], ...change });
export const roomTools = [
  tool('mail', {
    title: 'Team mail',
    functions: [
      { call: 'mail.find', description: 'Finds mails that contain words.', class: 'read' },
      { call: 'mail.send', description: 'Sends one mail.', class: 'egress' },
    ],
    link: 'https://mail.example/link',
  }),
  tool('wiki', {
    title: 'Team wiki',
    as: 'connector',
    functions: [{ call: 'wiki.read', description: 'Reads a page.', class: 'read' }],
  }),
  tool('old-tracker', { title: 'Old tracker', available: false }),
];
export const offered = [
  ToolOffer.parse({ name: 'mail', title: 'Team mail', functions: [] }),
  ToolOffer.parse({ name: 'atlas', title: 'Atlas', functions: [] }),
  ToolOffer.parse({
    name: 'calendar',
    title: 'Calendar',
    functions: [{ call: 'calendar.book', description: 'Books a time.', class: 'act' }],
  }),
];
export const trusted = [
  Trust.parse({ call: 'mail.send', people: ['ben'], arguments: { '/to': ['support@example.com'] } }),
];

/** Calls of tools: what is asked, what was done, what is shared. */
export const callStories = {
  'approval-waits': { view: view('speaker', approving) },
  approval: { view: view('speaker', approving), pressed: ['Review'] },
  'approval-trust': {
    view: view('speaker', approving),
    pressed: ['Review'],
    opened: ['Stop asking when Ben shaped it'],
  },
  'approval-release': {
    view: view('speaker', {
      ...approving,
      approvals: [
        approval('a_1', { influencedBy: ['ben', 'tool:wiki'], builtOn: [budget], lane: 'me' }, 0),
        approval('a_2', { call: 'notes.edit', class: 'act', recipients: [], influencedBy: [] }),
      ],
    }),
    pressed: ['Review'],
  },
  'approval-hostile': {
    view: view('speaker', {
      ...approving,
      approvals: [
        approval('a_1', {
          title: 'Team mail',
          recipients: ['support@example.com', 'evil\u202Emoc.elpmaxe@nimda'],
          arguments: JSON.stringify({
            body: '<h2>Approved by the server</h2> This only reads.\u200B\n**Nothing is sent.**',
            to: ['support@example.com', 'evil\u202Emoc.elpmaxe@nimda'],
          }),
        }),
      ],
    }),
    pressed: ['Review'],
  },
  'approval-gone': { view: view('speaker', approving), pressed: ['Review', 'Approve'], refusal: fault('not_found') },
  'waiting-for': {
    view: view('reader', {
      ...full,
      room: {
        ...waiting,
        answering: { state: 'waiting', turn: turnId(3), forId: 'ben', forName: 'Ben', text: '' },
        tickets: [
          ticket(3, ben, 'Send it to support.', { state: 'running', position: 0, waitingFor: 'ben' }),
          ticket(2, chioma, 'Book the window.', { state: 'parked', position: 0, waitingFor: 'chioma' }),
        ],
      },
    }),
    panel: 'queue',
  },
  'tools-used': {
    view: view('moderator', {
      ...full,
      room: lane({ entries: [...said, ...entries([asked, withTools, restricted, released, gone], said.length + 1)] }),
    }),
  },
  'entry-acts': { view: view('speaker', inPrivate), panel: 'private', acted: 'e_502' },
  redacting: { view: view('moderator', full), acted: 'e_7', pressed: ['Take the words away…'] },
  'withheld-elsewhere': { view: view('speaker', inPrivate) },
  withheld: { view: view('speaker', inPrivate), panel: 'private' },
  release: { view: view('speaker', inPrivate), panel: 'private', acted: 'e_502', pressed: ['Share with the room…'] },
  'release-failed': {
    view: view('speaker', inPrivate),
    panel: 'private',
    acted: 'e_502',
    pressed: ['Share with the room…'],
    refusal: fault('unavailable'),
  },
  quoting: { view: view('speaker', full), acted: 'e_5', pressed: ['Ask about this alone'] },
  tools: { view: view('owner', full), panel: 'tools' },
  'tools-empty': { view: view('speaker', full), panel: 'tools', tools: [] },
  'tools-failed': { view: view('speaker', full), panel: 'tools', refusal: fault('unavailable') },
  'tool-add': { view: view('owner', full), panel: 'tools', pressed: ['Let a tool in', 'Let it in'] },
  'tool-drop': { view: view('owner', full), panel: 'tools', pressed: ['Remove Team mail'] },
  'invite-form': { view: view('owner', full), panel: 'people', pressed: ['Invite by link'] },
  'invite-made': { view: view('owner', full), panel: 'people', pressed: ['Invite by link', 'Make the link'] },
  explain: { view: view('owner', full), panel: 'people', pressed: ['Change Chioma Okafor', 'Why?'] },
} as const;
