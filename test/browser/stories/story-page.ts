import { blocksOf } from '@parley/client/ui/markdown';
import { loadMarkdown } from '@parley/client/ui/markdown-engine';
import { ParleyRoom } from '@parley/client/ui/parley-room';
import { NOTES } from '@parley/shared/documents';
import { ok } from '@parley/shared/fault';
import { UserId, type TurnId } from '@parley/shared/ids';
import type { TurnView } from '@parley/shared/entry';
import type { RoomViewModel } from '@parley/client/view';
import * as Y from 'yjs';
import { FakeRoomClient } from '../../kit/fake-room-client.ts';
import { author, ana } from './people.ts';
import { key } from './build.ts';
import { repliesOf } from './story-replies.ts';
import { stories, type Story, type StoryName } from './stories.ts';

/** What the test drives through the page. */
export interface Stage {
  readonly names: readonly StoryName[];
  show(name: StoryName, panel?: string): Promise<void>;
  readonly client: FakeRoomClient;
  readonly room: ParleyRoom;
  change(change: Partial<RoomViewModel>): void;
  /** A text as the room shows it, finished or as it arrives. */
  markdown(text: string): string;
}

declare global {
  interface Window {
    stage: Stage;
  }
}

const held = (turn: TurnId): TurnView => ({
  turn,
  id: key(5),
  seq: 5,
  author: author(ana),
  audience: 'room',
  state: 'held',
  revision: 3,
});

function fakeOf(story: Story): FakeRoomClient {
  const client = new FakeRoomClient(story.view);
  client.memberList = ok(
    story.members ?? [
      { user: UserId.parse('ana'), name: 'Ana', role: story.view.role ?? 'moderator' },
      { user: UserId.parse('ben'), name: 'Ben', role: 'owner' },
      { user: UserId.parse('chioma'), name: 'Chioma Okafor', role: 'speaker' },
      { user: UserId.parse('dmitri'), name: 'Dmitri', role: 'speaker' },
      { user: UserId.parse('eve'), name: 'Eve Lindqvist', role: 'reader' },
    ],
  );
  const ticket = story.view.room.tickets.find(({ id }) => id === key(5));
  if (ticket !== undefined) client.answer = ok(held(ticket.turn));
  Object.assign(client.replies, repliesOf(story, client));
  client.requestRefusal = story.refusal ?? null;
  writeNotes(client);
  return client;
}

/** Notes with somebody else's selection in them. */
function writeNotes({ workspace: { doc, awareness } }: FakeRoomClient): void {
  const notes = doc.getText(NOTES);
  notes.insert(
    0,
    'Launch window\n\nThursday, 09:00 to 09:30\n\n- Ben builds the index tonight\n- Ana owns the column change\n- Chioma checks the row counts\n\nOpen: who tells the partners?\n',
  );
  const place = (index: number): Y.RelativePosition => Y.createRelativePositionFromTypeIndex(notes, index);
  awareness.states.set(7, {
    user: { id: 'ben', name: 'Ben', color: '#c35b02' },
    cursor: { anchor: place(15), head: place(39) },
  });
}

let client = fakeOf(stories.empty);
let room = new ParleyRoom();

window.stage = {
  names: Object.keys(stories) as StoryName[],
  get client() {
    return client;
  },
  get room() {
    return room;
  },
  async show(name, panel) {
    const story: Story = stories[name];
    room.remove();
    client = fakeOf(story);
    room = new ParleyRoom();
    room.room = `story-${name}`;
    room.client = client;
    if (story.panel !== undefined && panel === undefined) room.panel = story.panel;
    if (story.search !== undefined) room.query = story.search;
    document.querySelector('main')?.append(room);
    await loadMarkdown();
    await settled(room);
    if (story.acted !== undefined) await open(`[data-entry="${story.acted}"] .entry-more`);
    for (const button of story.pressed ?? []) await press(button);
    for (const words of story.opened ?? []) unfold(words);
  },
  change: (change) => client.show(change),
  markdown: (text) =>
    blocksOf(text)
      .map((block) => (block.kind === 'html' ? block.html : ''))
      .join(''),
};

async function open(selector: string): Promise<void> {
  room.renderRoot.querySelector<HTMLElement>(selector)?.click();
  await settled(room);
}

function unfold(words: string): void {
  const summaries = [...room.renderRoot.querySelectorAll('summary')];
  const one = summaries.find((summary) => summary.textContent.trim() === words);
  if (one === undefined) throw new Error(`nothing folds open as ${words}`);
  one.click();
  one.scrollIntoView();
}

async function press(name: string): Promise<void> {
  const buttons = [...room.renderRoot.querySelectorAll<HTMLElement>('button')];
  const one = buttons.find((button) => (button.getAttribute('aria-label') ?? button.textContent?.trim()) === name);
  if (one === undefined) throw new Error(`no button is named ${name}`);
  one.click();
  await settled(room);
}

/** Every part has rendered, the width is known and lazily loaded parts have come. */
async function settled(of: ParleyRoom): Promise<void> {
  await new Promise<void>((resolve) => void requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
  await of.updateComplete;
  while (of.renderRoot.querySelector('parley-late [aria-busy=true]') !== null)
    await new Promise((resolve) => requestAnimationFrame(resolve));
  // What a part asks the client for when it is first shown is answered at once, by promises: after this task all have run.
  await new Promise((resolve) => setTimeout(resolve));
  await of.updateComplete;
  const editor = of.renderRoot.querySelector('.notes-editor');
  while (editor?.getAttribute('aria-busy') === 'true') await new Promise((resolve) => requestAnimationFrame(resolve));
  await of.updateComplete;
}
