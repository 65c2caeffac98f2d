import { UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { expect, test, vi } from 'vitest';
import { item } from '../../../kit/scripted-tools.ts';
import { askShaped, decide, ended, SEARCH, SEND, tail } from '../../../kit/tool-turns.ts';
import { asksFor, DRIVE, MAIL, quiet, registered, toolWorld } from '../../../kit/tooled-room.ts';

const secret = ResourceId.parse('doc:secret');

test('A41 R3 what not the whole audience may read is dropped without a trace, and only the speaker hears of it', async () => {
  const world = await toolWorld();
  const { tenant } = registered(DRIVE, '', []);
  world.authority.set(tenant, secret, ['ana']);
  world.tools.expect({
    call: 'drive.search',
    outcome: {
      kind: 'result',
      isError: false,
      items: [
        item('salaries', { resource: secret }),
        item('for nobody in particular'),
        item('unknown', { resource: ResourceId.parse('doc:x') }),
      ],
    },
  });
  world.model.expect({ end: asksFor(SEARCH) });
  world.model.expect({ pieces: ['Nothing found.'] });
  const { turn } = await world.prompt('ana', 'find the plan');
  await quiet();
  expect(tail(world.model.requests[1], 1)[0]?.content).toContain('No results.');
  expect((await ended(world, turn)).answer?.resources).toBeUndefined();
  const { items } = await world.must('ana', { type: 'transcript.read', lane: 'me', limit: 10 });
  // Ana may not read doc:x either, so she does not hear that it is there.
  expect(items).toMatchObject([
    { kind: 'notice', text: expect.stringMatching(/^2 results of Drive · search were withheld here/) },
  ]);
  const bobs = await world.must('bob', { type: 'transcript.read', lane: 'room', limit: 10 });
  expect(JSON.stringify(bobs)).not.toContain('withheld');
});

test('R4 an answer built on a resource stands apart, for whoever may read that', async () => {
  const world = await toolWorld();
  const { tenant } = registered(DRIVE, '', []);
  world.authority.set(tenant, secret, ['ana', 'bob', 'cyd']);
  world.tools.expect({
    call: 'drive.search',
    outcome: { kind: 'result', isError: false, items: [item('the plan', { resource: secret })] },
  });
  world.model.expect({ pieces: ['Looking.'], end: asksFor(SEARCH) });
  world.model.expect({ pieces: ['The plan.'] });
  const { turn } = await world.prompt('ana', 'find the plan');
  await quiet();
  const { answer } = await ended(world, turn);
  expect(answer).toMatchObject({ resources: [secret], seq: 1, after: 1 });
  world.authority.set(tenant, secret, ['ana', 'bob']);
  await quiet();
  const read = (user: string) => world.must(user, { type: 'transcript.read', lane: 'room', limit: 10 });
  expect((await read('bob')).items.map(({ kind }) => kind)).toEqual(['prompt', 'answer']);
  expect((await read('cyd')).items.map(({ kind }) => kind)).toEqual(['prompt']);
});

test('R3 a tool that names the readers opens its items to them alone, under a name of its own', async () => {
  const world = await toolWorld();
  const readers = ['ana', 'bob', 'cyd'].map((user) => UserId.parse(user));
  const { tenant } = registered(DRIVE, '', []);
  world.authority.set(tenant, secret, ['ana']);
  const items = [item('for us', { resource: secret, readers }), item('for ana', { readers: readers.slice(0, 1) })];
  world.tools.expect({ call: 'drive.search', outcome: { kind: 'result', isError: false, items } });
  world.model.expect({ end: asksFor(SEARCH) });
  world.model.expect({ pieces: ['Found.'] });
  const { turn } = await world.prompt('ana', 'find it');
  await quiet();
  expect(tail(world.model.requests[1], 1)[0]?.content).toContain('\nfor us\n');
  const { answer } = await ended(world, turn);
  expect(answer?.resources).toMatchObject([expect.stringMatching(/^tool\//)]);
  // What the authority says of the resource itself did not change.
  const asked = await world.authority.readers(tenant, [secret], readers);
  expect([...(asked.get(secret) ?? [])]).toEqual(['ana']);
});

test('T36 a speaker who may not read what their turn was built on does not go on with it', async () => {
  const world = await toolWorld();
  const { tenant } = registered(DRIVE, '', []);
  world.authority.set(tenant, secret, ['ana', 'bob', 'cyd']);
  const outcome = { kind: 'result', isError: false, items: [item('the plan', { resource: secret })] } as const;
  world.tools.expect({ call: 'drive.search', outcome });
  const second = world.tools.expect({ call: 'drive.news', hold: true });
  world.model.expect({ end: asksFor(SEARCH, { call: 'drive.news' }) });
  const { turn } = await world.prompt('ana', 'find the plan');
  await second.called;
  world.authority.set(tenant, secret, ['bob', 'cyd']);
  second.release();
  await quiet();
  expect(await ended(world, turn)).toMatchObject({ outcome: 'revoked', by: 'system' });
  expect(world.model.requests).toHaveLength(1);
});

test('R2 a connector has a right of the room, takes an admin of the tenant, and what it returns is for all', async () => {
  const world = await toolWorld({}, 'connector');
  const { tenant } = registered(DRIVE, '', []);
  world.authority.set(tenant, secret, ['ana']);
  world.tools.expect({
    call: 'drive.search',
    outcome: { kind: 'result', isError: false, items: [item('shared', { resource: secret })] },
  });
  world.model.expect({ end: asksFor(SEARCH) });
  world.model.expect({});
  const { turn } = await world.prompt('bob', 'look');
  await quiet();
  expect(world.tools.invocations).toMatchObject([{ bearer: 'drive for room:lobby' }]);
  expect(tail(world.model.requests[1], 1)[0]?.content).toContain('shared');
  expect((await ended(world, turn)).answer).toMatchObject({ tools: [{ as: 'connector' }] });
  expect(await world.command('ana', { type: 'tool.admit', tool: DRIVE, as: 'connector' })).toMatchObject({
    ok: false,
    fault: { code: 'forbidden', capability: 'connector.bind' },
  });
  expect(await world.command('ana', { type: 'tool.admit', tool: 'none' as never, as: 'speaker' })).toMatchObject({
    ok: false,
    fault: { code: 'not_found' },
  });
});

test('T43 who follows a turn is told of its tools, and who comes back later is told the same', async () => {
  const world = await toolWorld();
  const { events } = await world.watch('bob', { seq: 0, room: 0, me: 0 });
  world.tools.expect({ call: 'drive.news' });
  world.model.expect({ pieces: ['Looking.'], end: asksFor({ call: 'drive.news' }) });
  world.model.expect({ pieces: ['Rain.'] });
  await world.prompt('ana', 'weather?');
  await quiet();
  const late = await world.watch('bob', { seq: 0, room: 0, me: 0 });
  const names = (all: readonly { name: string }[]) => all.map(({ name }) => name).filter((name) => name !== 'delta');
  expect(names(events)).toEqual(['queued', 'started', 'tool', 'tool', 'ended']);
  expect(names(late.events)).toEqual(names(events));
  const text = (all: typeof events) =>
    all.flatMap((event) => (event.name === 'delta' ? [event.data.text] : [])).join('');
  expect(text(events)).toBe('Looking.\n\nRain.');
  expect(text(late.events)).toBe(text(events));
  expect(late.events.at(-1)?.cursor).toEqual(events.at(-1)?.cursor);
});

test('R2 tools of a room are listed for its members, with what the tenant says of them', async () => {
  const world = await toolWorld();
  const { items } = await world.must('bob', { type: 'tool.list' });
  expect(items).toMatchObject([
    { tool: 'drive', title: 'Drive', as: 'speaker', by: 'ana', available: true },
    { tool: 'mail', available: true },
  ]);
  await world.registry.drop(registered(MAIL, '', []).tenant, MAIL);
  expect((await world.must('bob', { type: 'tool.list' })).items[1]).toMatchObject({ available: false, functions: [] });
});

test.each(['what was withheld', 'what moved meanwhile'])(
  'D2 the speaker is told of %s in the batch that decides it, so that a crash leaves both or none',
  async (what) => {
    const world = await toolWorld();
    const append = vi.spyOn(world.journal, 'append');
    if (what === 'what was withheld') {
      world.authority.set(registered(DRIVE, '', []).tenant, secret, ['ana']);
      const outcome = { kind: 'result', isError: false, items: [item('salaries', { resource: secret })] } as const;
      world.tools.expect({ call: 'drive.search', outcome });
      world.model.expect({ end: asksFor(SEARCH) });
      world.model.expect({});
      await world.prompt('ana', 'find it');
    } else {
      await askShaped(world, SEND);
      world.clock.advance(60_000);
      world.model.expect({});
      await world.prompt('bob', 'meanwhile?');
      await quiet();
      world.model.expect({});
      await decide(world, 'decline');
    }
    await quiet();
    const batches = append.mock.calls.map(([, , { records }]) => records.map((record) => record.type));
    const decisive = what === 'what was withheld' ? 'call.ended' : 'turn.resumed';
    expect(batches.find((types) => types.includes(decisive))).toContain('entry.added');
    const { items } = await world.must('ana', { type: 'transcript.read', lane: 'me', limit: 10 });
    expect(items).toMatchObject([{ kind: 'notice', seq: 1 }]);
  },
);
