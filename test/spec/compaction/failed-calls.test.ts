import { Pins } from '@parley/server/room/pins';
import { Ledger } from '@parley/server/room/ledger';
import type { ModelRequest } from '@parley/server/ports/model';
import { must } from '@parley/shared/assert';
import { EntryId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REF } from '../../kit/room-ref.ts';
import type { RoomWorld } from '../../kit/room-world.ts';
import { failed, item } from '../../kit/scripted-tools.ts';
import { SEARCH } from '../../kit/tool-turns.ts';
import { asksFor, quiet, toolWorld } from '../../kit/tooled-room.ts';

const NEWS = { call: 'drive.news', given: { q: 'sea' } };

let world: RoomWorld;
let asked: number;
beforeEach(async () => {
  world = await toolWorld();
  asked = 0;
});
afterEach(() => {
  world.model.assertDone();
  world.tools.assertDone();
});

/** A turn whose one call fails in these words of the tool's. */
async function fails(user: string, words: string, audience: 'room' | 'me' = 'room') {
  world.model.expect({ end: asksFor(NEWS) });
  world.tools.expect({ call: NEWS.call, outcome: { kind: 'result', items: [item(words)], isError: true } });
  return answered(user, audience);
}

async function answered(user: string, audience: 'room' | 'me' = 'room') {
  world.model.expect({ pieces: ['That did not work.'] });
  const { turn } = await world.prompt(user, `ask ${(asked += 1)}`, { audience });
  await quiet();
  return turn;
}

/** The rows that a turn is sent which asks for nothing. */
async function rows(user = 'ana', audience: 'room' | 'me' = 'room'): Promise<readonly string[]> {
  await answered(user, audience);
  const { messages } = must(world.model.requests.at(-1), 'a request') satisfies ModelRequest;
  const text = messages.map(({ content }) => content).join('\n');
  return [
    ...text.matchAll(
      /Failed attempt, a tool:<\/parley-\w+>\n<result-\w+ [^>]*drive\.news[^>]*>\n([^]*?)\n<\/result-/gu,
    ),
  ].map(([, said = '']) => said);
}

test('C3 a call that failed is a row with what the model was told, in the lane where it was made and in no other', async () => {
  await fails('ana', 'the archive is shut');
  expect(await rows('bob')).toEqual([expect.stringContaining('the archive is shut')]);
  await fails('bob', 'mine alone', 'me');
  expect(await rows('bob', 'me')).toEqual([
    expect.stringContaining('the archive is shut'),
    expect.stringContaining('mine alone'),
  ]);
  expect(await rows('ana')).toEqual([expect.stringContaining('the archive is shut')]);
});

test('C3 a call that came to a result is no row, and of those that failed the newest four are told', async () => {
  world.model.expect({ end: asksFor(NEWS) });
  world.tools.expect({ call: NEWS.call });
  await answered('ana');
  expect(await rows()).toEqual([]);
  for (const words of ['one', 'two', 'three', 'four', 'five']) await fails('ana', words);
  expect((await rows()).map((row) => /one|two|three|four|five/u.exec(row)?.[0])).toEqual([
    'two',
    'three',
    'four',
    'five',
  ]);
});

test('C3 a call that never answered is a row too', async () => {
  world.model.expect({ end: asksFor(NEWS) });
  world.tools.expect({ call: NEWS.call, outcome: failed('refused', false) });
  await answered('ana');
  expect(await rows()).toHaveLength(1);
});

test('C3 R4 a call of a turn that was built on what not everybody may read is no row', async () => {
  const secret = ResourceId.parse('doc:secret');
  world.authority.set(REF.tenant, secret, ['ana', 'bob', 'cyd']);
  const found = { kind: 'result', isError: false, items: [item('the plan', { resource: secret })] } as const;
  world.model.expect({ end: asksFor(SEARCH) });
  world.tools.expect({ call: SEARCH.call, outcome: found });
  await fails('ana', 'nothing is known of the plan');
  expect(await rows('bob')).toEqual([]);
});

test('C3 R14 what a call of a redacted answer was told is no row any more', async () => {
  const turn = await fails('ana', 'a canary sang');
  await fails('ana', 'the archive is shut');
  const ended = (await world.recordsOf('turn.ended')).find((record) => record.turn === turn);
  await world.must('ana', { type: 'entry.redact', entry: EntryId.parse(ended?.answer?.id) });
  expect(await rows()).toEqual([expect.stringContaining('the archive is shut')]);
});

test('C3 a failure from before the digest in place stands at its head, a later one is said last, one to come nowhere', async () => {
  const [ledger, pins] = [new Ledger(), new Pins()];
  for (const words of ['early', 'late', 'to come']) await fails('ana', words);
  const seqs: number[] = [];
  for (const { record, seq } of await world.journal.read(REF, 0)) {
    ledger.apply(record, seq);
    pins.apply(record, seq, ledger);
    if (record.type === 'call.ended') seqs.push(seq);
  }
  const [, second = 0, third = 0] = seqs;
  const { head, since } = pins.sent('room', ledger, { headSeq: second, before: third });
  expect([head, since]).toMatchObject([
    [{ kind: 'call', call: 'drive.news', reason: expect.stringContaining('early'), influence: ['ana', 'tool:drive'] }],
    [{ kind: 'call', reason: expect.stringContaining('late') }],
  ]);
});
