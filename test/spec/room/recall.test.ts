import { must } from '@parley/shared/assert';
import type { ModelRequest } from '@parley/server/ports/model';
import { ClientKey, type EntryId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../../kit/room-world.ts';

const KEY = 'the harbour certificate expires in november';
const ABOUT = 'when does the harbour certificate expire?';
/** An entry of which a part is about that. */
const LONG = `a gateway was moved last week, so everybody is to look at it once more\n${'zoe looks after it at night, as ever\n'.repeat(4)}${KEY}`;
const SMALL = { limits: { turnTokens: 4_000 } };

let messages = 0;
async function post(world: RoomWorld, user: string, text: string, audience: 'room' | 'me' = 'room'): Promise<EntryId> {
  messages++;
  const id = ClientKey.parse(`m${messages}`);
  const posted = await world.must(user, { type: 'message.post', id, text, audience, offRecord: false });
  if (!('entry' in posted)) throw new Error('a message asks nothing');
  return posted.entry.id;
}

/** So much talk that what was said before leaves what is sent. */
async function talk(world: RoomWorld, audience: 'room' | 'me' = 'room'): Promise<void> {
  for (const topic of ['one', 'two', 'three', 'four'])
    await post(world, 'bob', `${topic} ${'and so on '.repeat(440)}`, audience);
}

const textOf = (request: Pick<ModelRequest, 'messages'>) => request.messages.map(({ content }) => content).join('\n');

test('C6 T13 what a turn recalls is sent to its model, stands in its record, and is sent again after a crash, byte for byte', async () => {
  const world = await RoomWorld.open(SMALL);
  await post(world, 'cyd', LONG);
  await talk(world);
  const call = world.model.expect({ pieces: ['a'], holdAfter: 1 });
  await world.prompt('ana', ABOUT);
  const sent = await call.called;
  await call.held;
  expect(textOf(sent)).toContain(` …>\n${KEY}\n`);
  expect(textOf(sent)).not.toContain('at night');
  const [started] = await world.recordsOf('turn.started');
  expect(started?.context.recalled).toEqual(['1:6-6']);
  expect(started?.influence).toEqual(['ana', 'bob', 'cyd']);
  await post(world, 'bob', `${KEY}, somebody says later`);
  const again = world.model.expect({ pieces: ['b'] });
  await world.restart();
  expect((await again.called).messages).toEqual(sent.messages);
});

test('C6 R4 R14 what is redacted while its turn runs is not recalled after a crash, and nothing takes its place', async () => {
  const long = `the harbour certificate is ${'of some length '.repeat(140)}`;
  const begun = async (...said: readonly string[]) => {
    const world = await RoomWorld.open(SMALL);
    for (const text of said) await post(world, 'cyd', text);
    await talk(world);
    const call = world.model.expect({ pieces: ['a'], holdAfter: 1 });
    await world.prompt('ana', ABOUT);
    await call.held;
    const [started] = await world.recordsOf('turn.started');
    return { world, recalled: started?.context.recalled };
  };
  expect((await begun(long)).recalled).toEqual(['1']);
  const { world, recalled } = await begun(long, KEY);
  expect(recalled).toEqual(['2']);
  const { items } = await world.must('cyd', { type: 'transcript.read', lane: 'room', limit: 20 });
  await world.must('cyd', { type: 'entry.redact', entry: must(items[1], 'it was said').id });
  const again = world.model.expect({ pieces: ['b'] });
  await world.restart();
  const text = textOf(await again.called);
  expect(text).not.toContain('november');
  expect(text).not.toContain('of some length');
});

test('C6 R5 what a private answer recalled is among the sources that a release shows', async () => {
  const world = await RoomWorld.open({ limits: { turnTokens: 8_000 } });
  await post(world, 'bob', LONG, 'me');
  await post(world, 'bob', 'something else entirely', 'me');
  await talk(world, 'me');
  world.model.expect({ pieces: ['In November.'] });
  const { turn } = await world.prompt('bob', ABOUT, { audience: 'me' });
  await settled();
  expect((await world.recordsOf('turn.started'))[0]?.context.recalled).toEqual(['me.1:6-6']);
  const entry = must((await world.turn('bob', turn)).answerEntry, 'it ended');
  const { sources } = await world.must('bob', { type: 'entry.preview-release', entry });
  const titles = sources.flatMap(({ kind, title }) => (kind === 'entry' ? [title] : []));
  expect(titles).toContainEqual(expect.stringContaining('a gateway was moved'));
  expect(titles).not.toContain('something else entirely');
});
