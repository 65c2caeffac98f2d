import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { must } from '@parley/shared/assert';
import type { Group } from './group.ts';

/** A room with its readers, and how somebody asks in it. */
export interface AskedRoom {
  readonly group: Group;
  readonly ask: (tag: string, order: string) => void | Promise<void>;
}

export interface FirstTokens {
  readonly rooms: readonly AskedRoom[];
  /** The same at a server that does the least. */
  readonly least: readonly AskedRoom[];
  /** The model server's address. */
  readonly model: string;
  /** Tells its prompts from those of another run. */
  readonly tag: string;
  readonly samples: number;
  readonly everyMs: number;
}

/** Milliseconds from when a prompt was due to when the last reader had the first token. */
export interface Waits {
  /** As an app calls a model server that it has no library for. */
  readonly fetched: number[];
  /** The same with the least that a call can cost. */
  readonly bare: number[];
  readonly through: number[];
  readonly least: number[];
}

/**
 * When each is asked, as a share of a round. Evenly apart, one would be asked just when another's first words are on
 * their way to twenty readers, and never the other way round. Here each falls into a silence of the others: the model is
 * silent for 20 ms.
 */
const ASKED_AT = { direct: 0, through: 0.2, least: 0.48 } as const;
const WAYS = ['direct', 'through', 'least'] as const;

/**
 * Asks at fixed times, whether or not the last answer came: in each round the model server itself, in one of two ways by
 * turns, and the next room of either server.
 */
export async function firstTokens(work: FirstTokens): Promise<Waits> {
  const agent = new Agent({ keepAlive: true });
  const ways = {
    direct: (round: number, _: string, order: string) =>
      isFetched(round) ? fetched(work.model, order) : directly(work.model, order, agent),
    through: (round: number, tag: string, order: string) => inRoom(work.rooms, round, tag, order),
    least: (round: number, tag: string, order: string) => inRoom(work.least, round, tag, order),
  };
  const startedAt = performance.now() + work.everyMs;
  const waitsOf = (way: (typeof WAYS)[number]): Promise<number[]> =>
    Promise.all(
      Array.from({ length: work.samples }, async (_, round) => {
        const due = startedAt + (round + ASKED_AT[way]) * work.everyMs;
        await after(Math.max(0, due - performance.now()));
        const tag = `${work.tag}${way}${round}`;
        return (await ways[way](round, tag, `tag=${tag} tokens=3 every=5`)) - due;
      }),
    );
  const [direct = [], through = [], least = []] = await Promise.all(WAYS.map(waitsOf));
  agent.destroy();
  return {
    fetched: direct.filter((_, round) => isFetched(round)),
    bare: direct.filter((_, round) => !isFetched(round)),
    through,
    least,
  };
}

function isFetched(round: number): boolean {
  return round % 2 === 1;
}

async function inRoom(rooms: readonly AskedRoom[], round: number, tag: string, order: string): Promise<number> {
  const { group, ask } = must(rooms[round % rooms.length], 'there are rooms');
  const seen = group.until(`first:${tag} `);
  await ask(tag, order);
  return seen;
}

async function fetched(model: string, order: string): Promise<number> {
  const response = await fetch(`${model}/v1/chat/completions`, { method: 'POST', body: bodyOf(order) });
  const body = must(response.body, 'an answer has a body').getReader();
  await body.read();
  const seenAt = performance.now();
  for (let over = false; !over;) ({ done: over } = await body.read());
  return seenAt;
}

/** The least that a call costs: a connection that is open already, and no library. */
async function directly(model: string, order: string, agent: Agent): Promise<number> {
  const call = request(`${model}/v1/chat/completions`, { method: 'POST', agent });
  call.end(bodyOf(order));
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  await once(response, 'data');
  const seenAt = performance.now();
  response.resume();
  return seenAt;
}

function bodyOf(order: string): string {
  return JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: order }] });
}
