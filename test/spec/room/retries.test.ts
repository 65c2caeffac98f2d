import type { EventCursor, TurnEvent } from '@parley/server/ports/bus';
import { UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { ScriptedModel } from '../../kit/scripted-model.ts';

const BEGINNING: EventCursor = { seq: 0, room: 0, me: 0 };
const FIRST = ['The ', 'first ', 'one ', 'said.'];
const SECOND = ['And ', 'another ', 'answer', '.'];

/** What somebody ends up with who follows pieces and begins anew when they are told to. */
function followed(events: readonly TurnEvent[]): string {
  return events.reduce((text, event) => {
    if (event.name === 'superseded') return '';
    return event.name === 'delta' ? text + event.data.text : text;
  }, '');
}

test('G2 cut after any token, an answer is replaced on every screen, in the journal and for followers; nothing is spliced', async () => {
  for (let cut = 0; cut <= FIRST.length; cut += 1) {
    const world = await RoomWorld.open();
    const ana = await world.onlook('ana');
    ana.open('transcript');
    const { events } = await world.watch('bob', BEGINNING);
    const call = world.model.expect({
      pieces: [...FIRST.slice(0, cut), ...SECOND],
      againAfter: cut,
      holdAfter: cut + 2,
    });
    const { turn } = await world.prompt('bob', 'well?');
    await call.held;
    world.clock.advance(100);
    await settled();
    expect(ana.live('transcript').join(), `cut after ${cut}`).toBe('And another ');
    expect(followed(events)).toBe('And another ');
    // Whoever comes back is where they were, and gets what follows.
    const { events: rest } = await world.watch('bob', events.at(-1)?.cursor ?? BEGINNING);
    expect(rest).toEqual([]);
    call.release();
    await settled();
    expect(await world.turn('bob', turn)).toMatchObject({ outcome: 'completed', text: SECOND.join('') });
    expect(followed(events)).toBe(SECOND.join(''));
    expect(followed(rest)).toBe('answer.');
    expect(events.filter(({ name }) => name === 'superseded')).toHaveLength(1);
    expect((await world.recordsOf('turn.attempted')).map(({ attempt, after }) => [attempt, after])).toEqual([
      [1, undefined],
      [2, 'server'],
    ]);
    expect(JSON.stringify(await world.records())).not.toContain('first one');
  }
});

test('G2 T44 an attempt because a provider failed is no crash: a node that dies then takes the turn up as often as ever', async () => {
  const world = await RoomWorld.open();
  const before = world.model.expect({ pieces: ['a', 'b'], againAfter: 1, holdAfter: 2 });
  const { turn } = await world.prompt('ana', 'well?');
  await before.held;
  await settled();
  for (let crash = 0; crash < 2; crash += 1) {
    const call = world.model.expect({ pieces: ['whole'], holdAfter: crash === 0 ? 1 : 2 });
    await world.restart();
    if (crash === 0) await call.held;
    else call.release();
    await settled();
  }
  expect(await world.turn('ana', turn)).toMatchObject({ outcome: 'completed', text: 'whole' });
  expect((await world.recordsOf('turn.attempted')).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
});

test('G3 T23 another attempt gets no more time: the turn ends when its own time is over', async () => {
  const world = await RoomWorld.open({ limits: { turnSeconds: 10 } });
  const call = world.model.expect({ pieces: ['a', 'b'], againAfter: 1, holdAfter: 2 });
  const { turn } = await world.prompt('ana', 'well?');
  await call.held;
  await settled();
  world.clock.advance(10_000);
  await settled();
  expect(await world.turn('ana', turn)).toMatchObject({ state: 'ended', text: 'b' });
});

test('G2 R13 the beginning of an imitation that a failed attempt left behind never comes out in the next one', async () => {
  const world = await RoomWorld.open();
  world.model.expect({ pieces: ['<|im_st', 'clean'], againAfter: 1 });
  const { turn } = await world.prompt('ana', 'well?');
  await settled();
  expect(await world.turn('ana', turn)).toMatchObject({ text: 'clean' });
});

test('G5 each is answered by the first model that is granted to them, and whoever is granted none is told', async () => {
  const menu = Object.assign(new ScriptedModel(), { choices: ['large', 'small'] });
  const world = await RoomWorld.open({}, undefined, menu);
  const grant = (user: string, models: string[]) =>
    world.must('ana', { type: 'member.set', user: UserId.parse(user), role: 'speaker', grants: { models } });
  await grant('bob', ['small']);
  await grant('cyd', ['small']);
  menu.expect({ pieces: ['one'] });
  const two = menu.expect({ pieces: ['two'], holdAfter: 1 });
  await world.prompt('ana', 'first');
  await settled();
  await world.prompt('bob', 'second');
  await two.held;
  const { turn } = await world.prompt('cyd', 'third');
  // What was granted when the prompt came is not what holds when its turn comes.
  await grant('cyd', ['other']);
  two.release();
  await settled();
  expect(menu.requests.map(({ model }) => model)).toEqual(['large', 'small']);
  expect((await world.recordsOf('turn.attempted')).map(({ model }) => model)).toEqual(['large', 'small']);
  expect(await world.turn('cyd', turn)).toMatchObject({
    outcome: 'revoked',
    reason: 'None of the models here is open to whoever asked.',
  });
  menu.assertDone();
});
