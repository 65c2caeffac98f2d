import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClusterWorld } from '../kit/cluster-world.ts';
import { NodeClient } from '../kit/node-client.ts';
import { connected } from '../kit/redis-nodes.ts';
import { ScriptedModel } from '../kit/scripted-model.ts';

let model: ScriptedModel;
let world: ClusterWorld;
let ana: NodeClient;
let ben: NodeClient;

beforeEach(async () => {
  setMaxListeners(100, process);
  model = new ScriptedModel();
  world = await ClusterWorld.start(['a', 'b'], model);
  await connected(...world.lines);
  // The node that makes the room runs it.
  const owner = world.person(0, 'ana');
  await owner.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
  await owner.must('PUT', '/v1/rooms/den/members/ben', { role: 'speaker' });
  ana = await enter(0, 'ana');
  ben = await enter(1, 'ben');
});
afterEach(async () => {
  ana.close();
  ben.close();
  await world.drain();
  const left = await world.redis.keys();
  await world[Symbol.asyncDispose]();
  expect(left).toEqual([]);
  model.assertDone();
  expect(world.errors).toEqual([]);
});

function enter(node: number, user: string): Promise<NodeClient> {
  const { token } = world.person(node, user);
  return new NodeClient({ server: world.url(node), room: 'den', token: () => token }).online();
}

function entries({ view }: NodeClient): readonly (readonly [author: string, text: string])[] {
  return view.room.entries.map(({ author, text }) => [author.id, text]);
}

function both(wanted: (client: NodeClient) => boolean): Promise<unknown> {
  return Promise.all([ana, ben].map((client) => client.until(() => wanted(client))));
}

test('D8 two people on two nodes prompt in one room, and both see everything in one order', async () => {
  model.expect({ pieces: ['one'] });
  model.expect({ pieces: ['two'] });
  ana.room.ask('from ana');
  ben.room.ask('from ben');
  await both((client) => client.view.room.entries.length === 4 && client.view.outbox.length === 0);
  expect(entries(ben)).toEqual(entries(ana));
  expect(new Set(entries(ana).map(([, text]) => text))).toEqual(new Set(['from ana', 'one', 'from ben', 'two']));
});

test('D8 over HTTP a prompt is made, followed and read by a node that does not run its room', async () => {
  model.expect({ pieces: ['an', ' answer'] });
  const person = world.person(1, 'ben');
  const prompt = { id: 'prompt-over-http', text: 'by the other node' };
  const { turn } = await person.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', prompt);
  const told = await person.must('GET', `/v1/rooms/den/turns/${turn}?wait=30`);
  expect(told).toMatchObject({ outcome: 'completed', text: 'an answer' });
  await both(({ view }) => view.room.entries.length === 2);
});

test('D7 Redis is killed in the middle of an answer and comes back empty: no prompt is lost and no turn fails', async () => {
  const call = model.expect({ pieces: ['half', ' and half'], holdAfter: 1 });
  model.expect({ pieces: ['for ben'] });
  ana.room.ask('long');
  await call.held;
  await both(({ view }) => view.room.answering?.text === 'half');
  await world.redis.kill();
  await ben.until(({ connection }) => connection.kind === 'reconnecting');
  ben.room.ask('asked meanwhile');
  call.release();
  await ana.until(({ room }) => room.entries.length === 2);
  expect(ana.dials).toBe(1);
  await world.redis.restart();
  await both(({ view }) => view.room.entries.length === 4 && view.outbox.length === 0);
  expect(ana.dials).toBe(1);
  expect(entries(ana).map(([, text]) => text)).toEqual(['long', 'half and half', 'asked meanwhile', 'for ben']);
  expect(entries(ben)).toEqual(entries(ana));
});

test('D9 a node that goes in order hands its rooms over at once, with the answer that was under way', async () => {
  const call = model.expect({ pieces: ['half'], holdAfter: 1 });
  model.expect({ pieces: ['whole'] });
  ana.room.ask('long');
  await call.held;
  await ben.until(({ room }) => room.answering?.text === 'half');
  await world.leave(0);
  await ben.until(({ room }) => room.entries.length === 2);
  expect(entries(ben).map(([, text]) => text)).toEqual(['long', 'whole']);
});
