import { once } from 'node:events';
import { ClientKey } from '@parley/shared/ids';
import { must } from '@parley/shared/assert';
import { postMessages, writeEntries } from './entries.ts';
import { firstTokens, type Waits } from './first-tokens.ts';
import { Group, type Joining, type Writing } from './group.ts';
import type { Address } from './peer.ts';
import { RoomPerson } from './room-person.ts';
import { WebSocket } from 'ws';

const groups = new Map<number, Group>();
let made = 0;

/** A mark that no other text holds. */
function newTag(): string {
  return `m${process.pid}x${++made}`;
}

function groupOf(id: number): Group {
  return must(groups.get(id), 'a group is used between its opening and its end');
}

/** Who is asked: a room, as a person, or a bare server that calls a model server. */
export type Way =
  | { readonly kind: 'room'; readonly room: string; readonly token: string }
  | { readonly kind: 'bare'; readonly url: string; readonly model: string };

/** A socket to a bare server. */
async function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  return socket;
}

async function ask(way: Way, tag: string, prompt: string): Promise<void> {
  if (way.kind === 'bare') {
    await fetch(way.url, { method: 'POST', body: JSON.stringify({ model: way.model, prompt }) });
    return;
  }
  const person = new RoomPerson(way.room, way.token);
  await person.command({ type: 'prompt.submit', id: ClientKey.parse(tag), text: prompt, audience: 'room' });
  person.close();
}

/** What the load generator can be told to do; arguments and results are plain data. */
export const jobs = {
  /** Connects readers; the number names their group from now on. */
  async open(joining: Joining): Promise<{ group: number; ms: number; bytes: number }> {
    const group = new Group();
    const id = ++made;
    groups.set(id, group);
    return { group: id, ...(await group.join(joining)) };
  },

  async write(work: { group: number; address: Address; writing: Writing }): Promise<{ frames: number }> {
    return groupOf(work.group).write(work.address, work.writing, newTag());
  },

  /** Asks the model through the room, or a bare server; resolves when every reader has the end of the answer. */
  async ask(work: { group: number; way: Way; tokens: number; everyMs: number }): Promise<{ frames: number }> {
    const group = groupOf(work.group);
    const tag = newTag();
    const before = group.first.frames;
    const ended = group.until(`end:${tag}`);
    await ask(work.way, tag, `tag=${tag} tokens=${work.tokens} every=${work.everyMs}`);
    await ended;
    return { frames: group.first.frames - before };
  },

  async firstTokens(work: {
    rooms: readonly { readonly group: number; readonly room: string; readonly token: string }[];
    least: readonly { readonly group: number; readonly url: string }[];
    model: string;
    tag: string;
    samples: number;
    everyMs: number;
  }): Promise<Waits> {
    const people = work.rooms.map(({ room, token }) => new RoomPerson(room, token));
    const rooms = work.rooms.map(({ group }, index) => ({
      group: groupOf(group),
      ask: (tag: string, text: string) =>
        people[index]?.command({ type: 'prompt.submit', id: ClientKey.parse(tag), text, audience: 'room' }),
    }));
    const askers = await Promise.all(work.least.map(({ url }) => opened(url)));
    const least = work.least.map(({ group }, index) => ({
      group: groupOf(group),
      ask: (_: string, text: string) => askers[index]?.send(text),
    }));
    const waits = await firstTokens({ ...work, rooms, least });
    for (const one of [...people, ...askers]) one.close();
    return waits;
  },

  async writeEntries(work: { address: Address; count: number }): Promise<void> {
    await writeEntries(work.address, work.count);
  },

  async postMessages(work: { room: string; tokens: readonly string[]; count: number }): Promise<void> {
    await postMessages(work.room, work.tokens, work.count);
  },

  /** How many entries the first reader of a group has. */
  async countEntries(work: { group: number }): Promise<number> {
    return groupOf(work.group).first.document().getArray('entries').length;
  },

  async close(work: { group: number }): Promise<void> {
    await groupOf(work.group).close();
    groups.delete(work.group);
  },
};

export type Jobs = typeof jobs;
