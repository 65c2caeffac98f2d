import { must } from '@parley/shared/assert';
import { ClientKey } from '@parley/shared/ids';
import { UNTITLED } from '@parley/shared/policy';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerTo, PlayedBatches } from '../../kit/played-batches.ts';
import { REF } from '../../kit/room-ref.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';

const MINUTE = 60_000;
let world: RoomWorld;
let batches: PlayedBatches;
beforeEach(async () => {
  world = await RoomWorld.open();
  batches = new PlayedBatches();
  await world.must('ana', { type: 'room.update', title: UNTITLED });
  world.model.expect({ pieces: ['It is there.'] });
  await world.must('bob', {
    type: 'prompt.submit',
    id: ClientKey.parse('p'),
    text: 'Where is the sea?',
    audience: 'room',
  });
  await settled();
});
afterEach(() => {
  world.log.assertNoErrors();
  world.model.assertDone();
});

/** The lane of a node that starts now. */
function lane() {
  const { model } = world;
  return world.background({ model: { name: model.name, batches, stream: (...asked) => model.stream(...asked) } });
}
async function recovered() {
  const started = lane();
  await started.start();
  await started.close();
}
const titleOf = async () => (await world.must('bob', { type: 'room.get' })).title;
const stateOf = async () => must((await world.jobs.of(REF))[0], 'a job').state;

test('G9 what waits is handed over once it has gathered, found again after a restart, and taken in when it comes', async () => {
  await lane().look();
  expect(batches.arrived.size).toBe(0);
  world.clock.advance(MINUTE);
  const first = lane();
  await first.look();
  await first.look();
  expect(batches.arrived.size).toBe(1);
  const { questions } = must([...batches.arrived.values()][0], 'a batch');
  expect(await stateOf()).toMatchObject({
    kind: 'asked',
    operation: questions[0]?.operation,
    batch: { id: 'batch_1' },
  });
  await world.restart();
  await recovered();
  await lane().look();
  batches.results = ([question]) => [answerTo(must(question, 'one'), 'The sea')];
  await lane().look();
  expect([await titleOf(), await world.jobs.of(REF), batches.forgotten]).toEqual(['The sea', [], ['batch_1']]);
  expect(await world.recordsOf('background.settled')).toMatchObject([
    { provider: 'batches.example', inputTokens: 5, outputTokens: 2 },
  ]);
  expect(world.budgets.standing(REF.tenant, { kind: 'background' })).toMatchObject({ used: 7 });
});

test('G9 D5 a crash between the intent and the submission hands it over again, one after it never', async () => {
  world.clock.advance(MINUTE);
  batches.submits = 'network';
  await lane().look();
  expect(await stateOf()).toMatchObject({ kind: 'asked', batch: { id: null } });
  await world.restart();
  await recovered();
  await lane().look();
  expect(await stateOf()).toMatchObject({ kind: 'waiting', attempts: 1 });
  // Alone this time.
  world.clock.advance(2 * MINUTE);
  world.model.expect({ pieces: ['Sea'] });
  await lane().look();
  expect([await titleOf(), batches.arrived.size]).toEqual(['Sea', 0]);
});

test('G9 D5 a submission whose answer was lost is found by its label and not made again', async () => {
  world.clock.advance(MINUTE);
  batches.submits = 'lost';
  await lane().look();
  expect(await stateOf()).toMatchObject({ kind: 'asked', batch: { id: null } });
  await world.restart();
  await recovered();
  await lane().look();
  expect(await stateOf()).toMatchObject({ kind: 'asked', batch: { id: 'batch_1' } });
  batches.results = ([question]) => [answerTo(must(question, 'one'), 'The sea')];
  await lane().look();
  expect([await titleOf(), batches.arrived.size]).toEqual(['The sea', 1]);
});

test('G9 answers that come twice, unordered, with foreign ones among them, count once; a crash before they are noted too', async () => {
  world.clock.advance(MINUTE);
  await lane().look();
  batches.results = ([question]) => {
    const mine = must(question, 'one');
    return [
      answerTo({ ...mine, operation: 'foreign' }, 'Not mine'),
      answerTo(mine, 'The sea'),
      answerTo(mine, 'The sea'),
    ];
  };
  const { jobs } = world;
  const move = jobs.move.bind(jobs);
  jobs.move = async () => false;
  await lane().look();
  jobs.move = move;
  expect(await stateOf()).toMatchObject({ kind: 'asked' });
  await world.restart();
  await recovered();
  await lane().look();
  expect([await titleOf(), await world.jobs.of(REF)]).toEqual(['The sea', []]);
  expect(await world.recordsOf('background.settled')).toHaveLength(1);
  expect(world.budgets.standing(REF.tenant, { kind: 'background' }).used).toBe(7);
});

test('G9 a poison item fails alone: after a batch that was refused each is asked by itself', async () => {
  world.clock.advance(MINUTE);
  batches.submits = 'request';
  await lane().look();
  expect(await stateOf()).toMatchObject({ kind: 'waiting', attempts: 1 });
  expect(world.budgets.standing(REF.tenant, { kind: 'background' })).toMatchObject({ used: 0, held: 0 });
  for (const wait of [2, 20]) {
    world.clock.advance(wait * MINUTE);
    world.model.expect({ end: { reason: 'failed', class: 'request', detail: '' } });
    await lane().look();
  }
  expect(await stateOf()).toMatchObject({ kind: 'dead', attempts: 3, reason: 'request' });
});

test('G9 what a batch does not answer, or answers with an error, fails with its reason; one that never ends is given up', async () => {
  world.clock.advance(MINUTE);
  const here = lane();
  await here.look();
  world.clock.advance(26 * 60 * MINUTE);
  await here.look();
  expect(await stateOf()).toMatchObject({ kind: 'asked' });
  world.clock.advance(2 * MINUTE);
  await here.look();
  expect(await stateOf()).toMatchObject({ kind: 'waiting', attempts: 1 });
  expect(world.budgets.standing(REF.tenant, { kind: 'background' }).held).toBe(0);
});

test('G9 R14 an answer of a batch that was made from words which were taken away since is dropped', async () => {
  world.clock.advance(MINUTE);
  await lane().look();
  const { items } = await world.must('bob', { type: 'transcript.read', lane: 'room', limit: 9 });
  await world.must('bob', { type: 'entry.redact', entry: must(items[0], 'a prompt').id });
  batches.results = ([question]) => [answerTo(must(question, 'one'), 'The secret sea')];
  await lane().look();
  expect([await titleOf(), (await stateOf()).kind]).toEqual([UNTITLED, 'waiting']);
  expect(JSON.stringify(await world.records())).not.toContain('secret');
});
