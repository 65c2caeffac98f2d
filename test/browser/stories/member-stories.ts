import type { Member } from '@parley/shared/entry';
import { fault, ok, refuse } from '@parley/shared/fault';
import { UserId } from '@parley/shared/ids';
import type { RoomRole } from '@parley/shared/roles';
import { entries, lane, MORNING, view } from './build.ts';
import { conversation } from './conversation.ts';
import { ana, ben, chioma, dmitri } from './people.ts';

const full = { people: [ana, ben, chioma], room: lane({ entries: entries(conversation) }) };
const member = (user: string, name: string, role: RoomRole): Member => ({ user: UserId.parse(user), name, role });

/** Ana decides about everybody here. */
const members = [
  member('ana', 'Ana', 'owner'),
  member('ben', 'Ben', 'moderator'),
  member('chioma', 'Chioma Okafor', 'speaker'),
  member('dmitri', dmitri.name, 'speaker'),
  member('eve@research.example', 'eve@research.example', 'reader'),
];

/** The room's last export. */
function exportIs(state: 'waiting' | 'ready') {
  return () => ok({ items: [{ export: 'j_1', state, by: 'ana', requestedAt: MORNING }] });
}

/** The people of a room, and what those who may do about them. */
export const memberStories = {
  'people-owner': { view: view('owner', full), panel: 'people', members, told: exportIs('ready') },
  'export-none': { view: view('owner', full), panel: 'people', members, told: () => ok({ items: [] }) },
  'export-waiting': { view: view('owner', full), panel: 'people', members, told: exportIs('waiting') },
  'export-denied': { view: view('owner', full), panel: 'people', members, told: () => refuse('forbidden') },
  'people-reader': {
    view: view('reader', full),
    panel: 'people',
    members: [member('ana', 'Ana', 'reader'), member('ben', 'Ben', 'owner'), ...members.slice(2)],
    pressed: ['Change your place here'],
  },
  'member-add': { view: view('owner', full), panel: 'people', members, pressed: ['Add someone'] },
  'member-add-empty': { view: view('moderator', full), panel: 'people', members, pressed: ['Add someone', 'Add'] },
  'member-change': { view: view('owner', full), panel: 'people', members, pressed: ['Change Chioma Okafor'] },
  'member-remove': {
    view: view('owner', full),
    panel: 'people',
    members,
    pressed: ['Change Ben', 'Remove Ben from the room'],
  },
  leave: {
    view: view('speaker', full),
    panel: 'people',
    members: [member('ana', 'Ana', 'speaker'), member('ben', 'Ben', 'owner')],
    pressed: ['Change your place here', 'Leave this room'],
  },
  'last-owner': {
    view: view('owner', full),
    panel: 'people',
    members,
    pressed: ['Change your place here', 'Leave this room'],
  },
  left: {
    view: view('speaker', {
      ...full,
      connection: { kind: 'ended', fault: fault('not_found'), by: 'ana', at: MORNING },
    }),
  },
  'never-in': { view: view('speaker', { you: null, connection: { kind: 'ended', fault: fault('not_found') } }) },
  renaming: { view: view('owner', full), pressed: ['Rename this room'] },
} as const;
