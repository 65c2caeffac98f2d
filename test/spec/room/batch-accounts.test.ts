import { must } from '@parley/shared/assert';
import { ClientKey } from '@parley/shared/ids';
import { UNTITLED } from '@parley/shared/policy';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { longRoom, say } from '../../kit/long-room.ts';
import { answerTo, PlayedBatches } from '../../kit/played-batches.ts';
import { REF } from '../../kit/room-ref.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { toldToCite } from '../../kit/summing-model.ts';

const MINUTE = 60_000;
let world: RoomWorld;
let batches: PlayedBatches;
beforeEach(async () => {
  world = await RoomWorld.open();
  batches = new PlayedBatches();
  await world.must('ana', { type: 'room.update', title: UNTITLED });
  world.model.expect({ pieces: ['It is there.'] });
  const asked = { type: 'prompt.submit', text: 'Where is the sea?', audience: 'room' } as const;
  await world.must('bob', { ...asked, id: ClientKey.parse('p') });
  await settled();
  world.clock.advance(MINUTE);
});
afterEach(() => {
  world.log.assertNoErrors();
  world.model.assertDone();
});

/** The lane of a node that starts now; the first of its models takes batches. */
function lane(choices: readonly string[] = ['scripted']) {
  const { model } = world;
  const menu = { name: model.name, choices, batches, stream: model.stream.bind(model) };
  return world.background({ model: menu });
}
const stateOf = async () => must((await world.jobs.of(REF))[0], 'a job').state;
const held = () => world.budgets.standing(REF.tenant, { kind: 'background' }).held;
const theSea: PlayedBatches['results'] = ([question]) => [answerTo(must(question, 'one'), 'The sea')];

test('G7 G9 what a batch may use stays held over a restart, from the start on, and until it was taken in', async () => {
  await lane().look();
  const before = held();
  expect(before).toBeGreaterThan(500);
  await world.restart();
  expect(held()).toBe(0);
  const next = lane();
  await next.start();
  expect(held()).toBe(before);
  await next.look();
  await next.look();
  expect(held()).toBe(before);
  batches.results = theSea;
  world.clock.advance(MINUTE);
  await expect
    .poll(() => world.budgets.standing(REF.tenant, { kind: 'background' }))
    .toMatchObject({ used: 7, held: 0 });
  await next.close();
});

test('G7 G9 nothing is held for a room that was deleted while a provider had its question', async () => {
  const here = lane();
  await here.look();
  await world.must('ana', { type: 'room.delete' });
  await here.look();
  expect(held()).toBe(0);
});

test('G5 G9 a batch on the tenant’s own account is collected there, and the record says whose key it was', async () => {
  batches.provider = { ...batches.provider, keyOf: 'tenant' };
  await lane().look();
  expect(await stateOf()).toMatchObject({ batch: { id: 'batch_1', keyOf: 'tenant' } });
  await world.restart();
  batches.results = theSea;
  await lane().look();
  expect(await world.recordsOf('background.settled')).toMatchObject([{ keyOf: 'tenant', outputTokens: 2 }]);
});

test('G6 G9 what a batch cost is on record by the price of its provider', async () => {
  batches.provider = { ...batches.provider, price: { input: 1, output: 10 } };
  batches.results = theSea;
  await lane().look();
  world.clock.advance(MINUTE);
  await lane().look();
  const [settled] = await world.recordsOf('background.settled');
  const { inputTokens, outputTokens, cost } = must(settled, 'one');
  expect([outputTokens, cost]).toEqual([2, inputTokens + 20]);
});

test.each([
  ['taken away', 'tenant', undefined],
  ['brought', undefined, 'tenant'],
] as const)(
  'G5 G9 when a key was %s meanwhile, what was asked without it is given up and asked alone',
  async (_, before, after) => {
    const { provider } = batches;
    const at = (keyOf: 'tenant' | undefined) => (keyOf === undefined ? provider : { ...provider, keyOf });
    batches.provider = at(before);
    const here = lane();
    await here.look();
    batches.provider = at(after);
    batches.results = theSea;
    await here.look();
    expect([await stateOf(), held()]).toMatchObject([{ kind: 'waiting', attempts: 1 }, 0]);
    world.clock.advance(2 * MINUTE);
    world.model.expect({ pieces: ['Sea'] });
    await here.look();
    expect((await world.must('bob', { type: 'room.get' })).title).toBe('Sea');
  },
);

test('G9 a batch that its provider knows no more is given up, one that it cannot say anything of is waited for', async () => {
  const here = lane();
  await here.look();
  const { collect } = batches;
  batches.collect = async () => ({ kind: 'failed', class: 'network' });
  await here.look();
  expect(await stateOf()).toMatchObject({ kind: 'asked' });
  batches.collect = async () => ({ kind: 'failed', class: 'request' });
  world.clock.advance(MINUTE);
  await here.look();
  expect(await stateOf()).toMatchObject({ kind: 'waiting', attempts: 1 });
  batches.collect = collect;
});

test('G5 G9 a room that lets another model answer is asked about by that one alone, and one that lets none not at all', async () => {
  await world.must('ana', { type: 'room.update', policy: { models: ['other'] } });
  world.model.expect({ pieces: ['Sea'], check: ({ model }) => expect(model).toBe('other') });
  await lane(['scripted', 'other']).look();
  expect([batches.arrived.size, (await world.must('bob', { type: 'room.get' })).title]).toEqual([0, 'Sea']);
});

test('G5 G9 a room that lets none of the models answer is asked about by none', async () => {
  await world.must('ana', { type: 'room.update', policy: { models: ['gone'] } });
  await lane().look();
  expect([batches.arrived.size, await world.jobs.of(REF)]).toEqual([0, []]);
});

test('C13 C15 G9 an idle room’s digest is handed over in a batch, and the answer of another day takes its place after a restart', async () => {
  const at = await longRoom();
  const menu = { name: 'summing', batches, stream: at.model.stream.bind(at.model) };
  at.world.clock.advance(11 * MINUTE);
  await at.world.background({ model: menu }).look();
  expect([batches.arrived.size, at.model.digests.length]).toEqual([1, 0]);
  await at.world.restart();
  batches.results = ([question]) => {
    const { request } = must(question, 'one');
    const cites = toldToCite({ ...request, inputTokens: 1, tools: [], allowedTools: [], caller: null });
    return [answerTo(must(question, 'one'), `Summed up. ${cites.map((one) => `[${one}]`).join(' ')}`)];
  };
  // What is said meanwhile is behind what the digest stands for.
  await say(at, 'bob', 20);
  await at.world.background({ model: menu }).look();
  expect(await at.world.recordsOf('digest.prepared')).toMatchObject([{ generation: 1, seenTo: 11 }]);
  expect(await at.world.jobs.of(REF)).toEqual([]);
});
