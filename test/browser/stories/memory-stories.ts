import type { DigestView, PinView } from '@parley/shared/pin';
import { ok, refuse } from '@parley/shared/fault';
import { EntryId } from '@parley/shared/ids';
import type { FakeRoomClient } from '../../kit/fake-room-client.ts';
import { entries, lane, MORNING, view } from './build.ts';
import { conversation } from './conversation.ts';
import { ana, author, ben, chioma, dmitri } from './people.ts';

const said = entries(conversation);
const [first, second, third] = said;
const idOf = (entry: (typeof said)[number] | undefined): EntryId => EntryId.parse(entry?.id);
const pins: PinView[] = [
  {
    ...{ entry: idOf(first), seq: 1, as: 'decision', by: 'ben', at: MORNING },
    ...{ author: author(ana), text: 'We change the column on Thursday, before the first customers are awake.' },
  },
  {
    ...{ entry: idOf(second), seq: 2, as: 'failed', by: 'ana', at: MORNING },
    ...{ author: author(ben), text: 'A lock without a time limit: it stood behind a report for ten minutes. […]' },
  },
];
const digest: DigestView = {
  ...{ generation: 2, from: 1, to: 3, at: MORNING, kept: [] },
  text: '- Ana proposed Thursday [1]; **Ben objected** because of the report [2].\n- Who is on call is still open.',
  cites: [
    { cite: '1', entry: idOf(first), author: author(ana) },
    { cite: '2', entry: idOf(second), author: author(ben) },
  ],
};

function told(items: PinView[], kept: DigestView | null): FakeRoomClient['told'] {
  return (path) => ok(path.endsWith('/pins') ? { items } : { digest: kept });
}

const people = [ana, ben, chioma, dmitri];
const up = { [idOf(first)]: 'decision', [idOf(second)]: 'failed' } as const;
const full = { people, room: lane({ entries: said, pins: up, digest: { from: 1, to: 3 } }) };

/** What the AI keeps, however long a conversation gets. */
export const memoryStories = {
  'memory-line': { view: view('speaker', full) },
  memory: { view: view('speaker', full), pressed: ['The AI reads a summary of entries 1–3'], told: told(pins, digest) },
  'memory-pinning': { view: view('speaker', full), acted: idOf(third), pressed: ['Pin…'], told: told(pins, null) },
  'memory-empty': {
    view: view('speaker', { people, room: lane({ entries: said }) }),
    ...{ acted: idOf(third), pressed: ['Pin…'], told: told([], null) },
  },
  'memory-failed': {
    view: view('speaker', full),
    ...{ pressed: ['The AI reads a summary of entries 1–3'], told: () => refuse('unavailable') },
  },
} as const;
