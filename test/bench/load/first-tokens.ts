import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { ClientKey } from '@parley/shared/ids';
import { must } from '@parley/shared/assert';
import type { Group } from './group.ts';
import type { RoomPerson } from './room-person.ts';

/** A room with its readers, and somebody who asks in it. */
export interface AskedRoom {
  readonly group: Group;
  readonly person: RoomPerson;
}

export interface FirstTokens {
  readonly rooms: readonly AskedRoom[];
  /** The model server's address. */
  readonly model: string;
  /** Tells its prompts from those of another run. */
  readonly tag: string;
  readonly samples: number;
  readonly everyMs: number;
}

/** Milliseconds from when a prompt was due to when the last reader had the first token. */
export interface Waits {
  readonly direct: number[];
  readonly through: number[];
}

/**
 * How far behind the model server itself a room is asked, as a share of the time between two prompts to rooms. Half
 * of it would have the server itself asked again just when a room's first words are on their way to twenty readers,
 * and never the other way round. Here both fall into a silence of the other: the model is silent for 20 ms.
 */
const ROOM_BEHIND = 0.2;

/**
 * Asks at fixed times, whether or not the last answer came: in turn the model server itself, and the
 * next of the rooms.
 */
export async function firstTokens(work: FirstTokens): Promise<Waits> {
  const agent = new Agent({ keepAlive: true });
  const startedAt = performance.now() + work.everyMs;
  const waits = Array.from({ length: work.samples * 2 }, async (_, index) => {
    const due = startedAt + dueAfter(index) * work.everyMs;
    await after(Math.max(0, due - performance.now()));
    const tag = `${work.tag}${index}`;
    const order = `tag=${tag} tokens=3 every=5`;
    const seenAt = await (index % 2 === 0
      ? directly(work.model, order, agent)
      : throughRoom(roomOf(work, index), tag, order));
    return seenAt - due;
  });
  const all = await Promise.all(waits);
  agent.destroy();
  return { direct: all.filter((_, index) => index % 2 === 0), through: all.filter((_, index) => index % 2 === 1) };
}

/** In half times between two prompts to rooms. */
function dueAfter(index: number): number {
  return index % 2 === 0 ? index : index - 1 + 2 * ROOM_BEHIND;
}

function roomOf({ rooms }: FirstTokens, index: number): AskedRoom {
  return must(rooms[((index - 1) / 2) % rooms.length], 'there are rooms');
}

async function throughRoom({ group, person }: AskedRoom, tag: string, order: string): Promise<number> {
  const seen = group.until(`first:${tag} `);
  await person.command({ type: 'prompt.submit', id: ClientKey.parse(tag), text: order, audience: 'room' });
  return seen;
}

/** The least that a call costs: a connection that is open already, and no library. */
async function directly(model: string, order: string, agent: Agent): Promise<number> {
  const call = request(`${model}/v1/chat/completions`, { method: 'POST', agent });
  call.end(JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: order }] }));
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  await once(response, 'data');
  const seenAt = performance.now();
  response.resume();
  return seenAt;
}
