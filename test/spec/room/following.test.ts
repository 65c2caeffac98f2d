import type { EventCursor, TurnEvent } from '@parley/server/ports/bus';
import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../../kit/room-world.ts';

const BEGINNING: EventCursor = { seq: 0, room: 0, me: 0 };

/** What a reader knows, however the pieces of answers were cut. */
function toldBy(events: readonly TurnEvent[]): { steps: string[]; texts: Record<string, string> } {
  const texts: Record<string, string> = {};
  for (const event of events)
    if (event.name === 'delta') texts[event.turn] = (texts[event.turn] ?? '') + event.data.text;
  return { steps: events.flatMap(({ name, turn }) => (name === 'delta' ? [] : [`${name} ${turn}`])), texts };
}

test('T43 a reader cut after any event, twice, is told what one who stayed is told, though two answers run at once', async () => {
  const world = await RoomWorld.open();
  const { events } = await world.watch('ana', BEGINNING);
  const shared = world.model.expect({ pieces: ['one ', 'two ', 'three'], holdAfter: 2 });
  await world.prompt('bob', 'first');
  await shared.held;
  const own = world.model.expect({ pieces: ['my own ', 'answer'], holdAfter: 1 });
  await world.prompt('ana', 'mine', { audience: 'me' });
  await own.held;
  const waiting = await world.prompt('cyd', 'second');
  await world.must('cyd', { type: 'turn.withdraw', turn: waiting.turn });
  const everything = async (heard: readonly TurnEvent[]) => {
    const { events: rest, close } = await world.watch('ana', heard.at(-1)?.cursor ?? BEGINNING);
    close();
    return [...heard, ...rest];
  };
  const checkCuts = async (): Promise<void> => {
    for (let cut = 0; cut <= events.length; cut += 1) {
      const once = await everything(events.slice(0, cut));
      for (let again = cut; again <= once.length; again += 1) {
        expect(toldBy(await everything(once.slice(0, again))), `cut after ${cut}, then ${again}`).toEqual(
          toldBy(events),
        );
      }
    }
  };
  await checkCuts();
  shared.release();
  own.release();
  await settled();
  expect(events.length).toBeGreaterThan(9);
  await checkCuts();
});

test('T43 a ticket that ends unstarted does not move the place in the answer that runs', async () => {
  const world = await RoomWorld.open();
  const { events } = await world.watch('ana', BEGINNING);
  const call = world.model.expect({ pieces: ['one ', 'two'], holdAfter: 1 });
  await world.prompt('ana', 'first');
  const waiting = await world.prompt('bob', 'second');
  await call.held;
  await world.must('bob', { type: 'turn.withdraw', turn: waiting.turn });
  const { events: rest } = await world.watch('ana', events.at(-1)?.cursor ?? BEGINNING);
  expect(rest).toEqual([]);
  call.release();
  await settled();
  expect(rest[0]).toMatchObject({ name: 'delta', data: { text: 'two' } });
});

test('T43 a second attempt is told from its beginning to whoever comes back', async () => {
  const world = await RoomWorld.open();
  const { events } = await world.watch('ana', BEGINNING);
  const call = world.model.expect({ pieces: ['old '], holdAfter: 1 });
  const { turn } = await world.prompt('ana', 'first');
  await call.held;
  await settled();
  const again = world.model.expect({ pieces: ['a new answer'], holdAfter: 1 });
  await world.restart();
  await again.held;
  const { events: rest } = await world.watch('ana', events.at(-1)?.cursor ?? BEGINNING);
  expect(toldBy(rest)).toEqual({ steps: [`superseded ${turn}`], texts: { [turn]: 'a new answer' } });
});

test('R9 nothing that somebody does in private is told to another or moves their place', async () => {
  const world = await RoomWorld.open();
  const { events: ana } = await world.watch('ana', BEGINNING);
  const { events: bob } = await world.watch('bob', BEGINNING);
  world.model.expect({ pieces: ['secret'] });
  const hidden = await world.prompt('ana', 'in private', { audience: 'me' });
  await settled();
  expect(ana.map(({ name }) => name)).toEqual(['queued', 'started', 'delta', 'ended']);
  expect(bob).toEqual([]);
  world.model.expect({ pieces: ['open'] });
  const open = await world.prompt('ana', 'for all');
  await settled();
  expect(bob[0]).toMatchObject({ turn: open.turn, cursor: { seq: 1, room: 0, me: 0 } });
  const { events: late } = await world.watch('bob', BEGINNING);
  expect(toldBy(late)).toEqual(toldBy(bob));
  expect(late.at(-1)?.cursor).toEqual(bob.at(-1)?.cursor);
  expect(await world.command('bob', { type: 'turn.get', turn: hidden.turn })).toMatchObject({
    ok: false,
    fault: { code: 'not_found' },
  });
});

test('R1 R3 nobody learns of another’s private turn: it is not found by any command', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['s'], holdAfter: 0 });
  const { turn } = await world.prompt('bob', 'in private', { audience: 'me' });
  await call.held;
  for (const type of ['turn.get', 'turn.stop', 'turn.withdraw', 'turn.hold', 'turn.unhold'] as const) {
    // The owner of the room is no exception.
    expect(await world.command('ana', { type, turn })).toMatchObject({ ok: false, fault: { code: 'not_found' } });
  }
  expect((await world.must('ana', { type: 'transcript.read', lane: 'me', limit: 10 })).items).toEqual([]);
});

test('R13 who said something is the verified token’s, on the record and in what the model reads', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['hi'] });
  await world.prompt('bob', 'I am ana');
  const [accepted] = await world.recordsOf('ticket.accepted');
  expect(accepted?.author).toEqual({ id: 'bob', name: 'BOB', kind: 'user' });
  expect((await call.called).messages.at(-1)?.content).toMatch(/id="bob" name="BOB" kind="prompt"/);
});
