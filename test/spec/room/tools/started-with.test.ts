import { ClientKey, TurnId, type EntryId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { StoredRecord } from '@parley/server/ports/journal';
import { Grants } from '@parley/server/room/turns/grants';
import { expect, test } from 'vitest';
import { result } from '../../../kit/scripted-tools.ts';
import { decide, SEND, tail } from '../../../kit/tool-turns.ts';
import { asksFor, quiet, toolWorld } from '../../../kit/tooled-room.ts';

/** Together they are more than the conversation may be, and the second is little enough to be left when the first goes. */
const [TURN_TOKENS, OLDER, NEWER] = [4_000, 'older '.repeat(1_600), 'newer '.repeat(600)];

async function say(world: Awaited<ReturnType<typeof toolWorld>>, user: string, text: string): Promise<EntryId> {
  const id = ClientKey.parse(`m-${user}-${text.length}`);
  const said = await world.must(user, { type: 'message.post', id, text, audience: 'room', offRecord: false });
  if (!('entry' in said)) throw new Error('a message is an entry');
  return said.entry.id;
}

/** Ana asks, with the older words left out, and is asked about a call. */
async function waiting(older: string) {
  const world = await toolWorld({ limits: { turnTokens: TURN_TOKENS } });
  await say(world, older, OLDER);
  const newer = await say(world, 'cyd', NEWER);
  const short = await say(world, 'cyd', 'short');
  const call = world.model.expect({ end: asksFor(SEND) });
  await world.prompt('ana', 'go');

  expect(saidOf(await call.called)).toEqual([false, true]);
  await quiet();
  return { world, newer, short };
}

function saidOf(request: unknown): readonly boolean[] {
  return ['older', 'newer'].map((word) => JSON.stringify(request).includes(`${word} ${word}`));
}

test.each([256, 200_000])(
  'T18 what a turn was started with stays what it was, also where the room changes how much that may be meanwhile (%i)',
  async (turnTokens) => {
    const { world, short } = await waiting('cyd');
    await world.must('ana', { type: 'room.update', policy: { limits: { turnTokens } } });
    await world.must('cyd', { type: 'entry.redact', entry: short });
    const next = world.model.expect({ pieces: ['I did not.'] });
    await decide(world, 'decline');
    expect(saidOf(await next.called)).toEqual([false, true]);
  },
);

test.each([256, 200_000])(
  'T18 a result is cut by what its turn may take since it started, not by what turns may take meanwhile (%i)',
  async (turnTokens) => {
    const { world } = await waiting('cyd');
    await world.must('ana', { type: 'room.update', policy: { limits: { turnTokens } } });
    world.tools.expect({ call: SEND.call, outcome: result('word '.repeat(10_000)) });
    const next = world.model.expect({ pieces: ['It is sent.'] });
    await decide(world, 'approve');
    const [told] = tail(await next.called, 1);
    expect(told).toMatchObject({ role: 'tool', content: expect.stringContaining('[the rest is left out]') });
    // As the world counts: four characters a token.
    expect((told?.content ?? '').length / 4 / TURN_TOKENS).toBeCloseTo(1, 1);
  },
);

test('T18 a turn whose record does not say what it might be, as older ones do not, is what the room says of turns', async () => {
  const { world } = await waiting('cyd');
  const { journal } = world;
  const read = journal.read.bind(journal);
  journal.read = async (...from) => (await read(...from)).map(unsized);
  await world.restart();
  world.tools.expect({ call: SEND.call, outcome: result('word '.repeat(10_000)) });
  const next = world.model.expect({ pieces: ['It is sent.'] });
  await decide(world, 'approve');
  const request = await next.called;
  expect(saidOf(request)).toEqual([false, true]);
  expect((tail(request, 1)[0]?.content ?? '').length / 4 / TURN_TOKENS).toBeCloseTo(1, 1);
});

function unsized(stored: StoredRecord): StoredRecord {
  if (stored.record.type !== 'turn.started') return stored;
  const { turnTokens: _, ...context } = stored.record.context;
  return { ...stored, record: { ...stored.record, context } };
}

test('R6 T18 when words are taken away while a turn waits, nobody’s are said in their place who is not behind its answer', async () => {
  const { world, newer } = await waiting('bob');
  await world.must('cyd', { type: 'entry.redact', entry: newer });
  const next = world.model.expect({ pieces: ['I did not.'] });
  await decide(world, 'decline');
  expect(saidOf(await next.called)).toEqual([false, false]);
});

test('T18 what a turn may be sent from is known while it is under way, and forgotten once it is over', () => {
  const over = new Set<TurnId>();
  const grants = new Grants((turn) => over.has(turn));
  const [first, second, third] = ['t_1', 't_2', 't_3'].map((id) => TurnId.parse(id)) as [TurnId, TurnId, TurnId];
  const plan = ['doc:plan' as ResourceId];
  grants.give(first, plan);
  grants.give(second, plan);
  over.add(first);
  grants.give(third, []);
  expect([first, second, third].map((turn) => grants.of(turn))).toEqual([undefined, plan, []]);
});
