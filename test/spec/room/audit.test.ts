import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { REFUSALS_PER_MINUTE } from '@parley/server/room/audit-trail';
import type { AuditQuery, StoredAuditLine } from '@parley/server/ports/audit';
import { ClientKey, TurnId, UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { REF } from '../../kit/room-ref.ts';
import { asksFor, quiet, toolWorld } from '../../kit/tooled-room.ts';

const [ana, bob, cyd] = ['ana', 'bob', 'cyd'].map((user) => UserId.parse(user)) as [UserId, UserId, UserId];
const UNKNOWN = TurnId.parse('t_unknown');

interface Witness {
  readonly world: RoomWorld;
  readonly journal: MemoryJournal;
  /** New lines since the last look, as a reader who may read everything sees them. */
  news(reader?: UserId, more?: Partial<AuditQuery>): Promise<readonly StoredAuditLine[]>;
}

async function open(): Promise<Witness> {
  const journal = new MemoryJournal();
  const world = await RoomWorld.open({}, journal);
  let after = 0;
  const news: Witness['news'] = async (reader = ana, more = {}) => {
    const lines = await journal.audit.lines(REF.tenant, { after, limit: 999, reader, all: true, ...more });
    after = lines.at(-1)?.id ?? after;
    return lines;
  };
  return { world, journal, news };
}

/** What a line says, in short. */
function told({ by, action, target, outcome, code, private: owner }: StoredAuditLine): string {
  const whose = owner === null ? '' : ` (${owner}'s)`;
  return `${by} ${action} ${target ?? '-'} ${outcome}${code === null ? '' : ` ${code}`}${whose}`;
}

test('T50 who made a room and whom they let in is on record, with the room and the time', async () => {
  const { world, news } = await open();
  const lines = await news();
  expect(lines.map(told)).toEqual([
    'ana room.create - done',
    'ana member.set bob done',
    'ana member.set cyd done',
    'system member.set bob done',
    'system member.set cyd done',
  ]);
  expect(lines[0]).toMatchObject({ room: REF.room, at: world.clock.now() });
});

test('T50 a prompt leaves a line when it is accepted, when its turn starts and when it ends, and reading leaves none', async () => {
  const { world, news } = await open();
  await news();
  world.model.expect({ pieces: ['yes'] });
  const { turn } = await world.prompt('bob', 'hello');
  await settled();
  await world.turn('bob', turn);
  await world.must('bob', { type: 'room.get' });
  expect((await news()).map(told)).toEqual([
    `bob prompt.submit ${turn} done`,
    `bob turn.started ${turn} done`,
    `system turn.ended ${turn} done completed`,
  ]);
});

test('T50 a resent prompt decides nothing and leaves no line', async () => {
  const { world, news } = await open();
  world.model.expect({ pieces: ['yes'] });
  await world.prompt('bob', 'hello');
  await settled();
  await news();
  await world.prompt('bob', 'hello');
  expect(await news()).toEqual([]);
});

test('T50 a line is in the commit of what it is about: neither is there without the other', async () => {
  const { world, journal, news } = await open();
  await news();
  const append = journal.append.bind(journal);
  const batches: number[][] = [];
  journal.append = (ref, epoch, batch) => {
    const counts = [batch.records.length, batch.audit?.length ?? 0, batch.usage?.length ?? 0];
    // Documents alone are no decision.
    if (counts.some((count) => count > 0)) batches.push(counts);
    return append(ref, epoch, batch);
  };
  await world.must('ana', { type: 'member.set', user: bob, role: 'reader' });
  expect(batches).toEqual([[1, 1, 0]]);
  world.model.expect({ pieces: ['yes'] });
  await world.prompt('cyd', 'hello');
  await settled();
  // The prompt with its start, the answer's first piece, and the end with what it used.
  expect(batches.slice(1)).toEqual([
    [3, 2, 0],
    [2, 1, 1],
  ]);
});

test('T50 a refusal is on disk before it is said, with its code and what it was about', async () => {
  const { world, journal, news } = await open();
  await news();
  const gate = Promise.withResolvers<void>();
  const append = journal.append.bind(journal);
  journal.append = async (...args) => {
    await gate.promise;
    return append(...args);
  };
  let answered = false;
  const reply = world.command('bob', { type: 'member.remove', user: cyd }).then((result) => {
    answered = true;
    return result;
  });
  await settled();
  expect(answered).toBe(false);
  gate.resolve();
  expect(await reply).toMatchObject({ ok: false, fault: { code: 'forbidden' } });
  expect((await news()).map(told)).toEqual(['bob member.remove cyd refused forbidden']);
});

test('T50 strangers who are told that there is nothing are on record', async () => {
  const { world, news } = await open();
  await news();
  await world.command('dora', { type: 'room.get' });
  await world.command('dora', { type: 'invite.accept', secret: 'x'.repeat(22) });
  expect((await news()).map(told)).toEqual([
    'dora room.get - refused not_found',
    'dora invite.accept - refused not_found',
  ]);
});

test('T50 carrying a whole room off is on record', async () => {
  const { world, news } = await open();
  await news();
  await world.must('ana', { type: 'room.export' });
  expect((await news()).map(told)).toEqual(['ana room.export - done']);
});

test('T50 what a command brings about for others is told too: whoever is removed loses their tickets', async () => {
  const { world, news } = await open();
  const call = world.model.expect({ pieces: ['a', 'b'], holdAfter: 1 });
  const running = await world.prompt('bob', 'runs');
  const waiting = await world.prompt('bob', 'waits');
  await call.held;
  await news();
  await world.must('ana', { type: 'member.remove', user: bob });
  await settled();
  expect((await news()).map(told)).toEqual([
    'ana member.remove bob done',
    `ana ticket.ended ${waiting.turn} done revoked`,
    `ana turn.ended ${running.turn} done revoked`,
  ]);
});

test('A56 R9 what somebody does in private, refusals too, is on record for them and changes no line of anybody else', async () => {
  const quiet = await open();
  const busy = await open();
  const { world } = busy;
  world.model.expect({ pieces: ['yes'] });
  const { turn } = await world.prompt('bob', 'secretly', { audience: 'me' });
  await settled();
  await world.must('bob', {
    type: 'message.post',
    id: 'note' as never,
    text: 'a note',
    audience: 'me',
    offRecord: false,
  });
  await world.command('bob', { type: 'turn.edit', turn, text: 'other', revision: 1 });
  for (let n = 0; n < 2 * REFUSALS_PER_MINUTE; n += 1) await world.command('bob', { type: 'turn.withdraw', turn });
  for (const { world: one } of [quiet, busy]) {
    for (let n = 0; n < REFUSALS_PER_MINUTE; n += 1) await one.command('bob', { type: 'turn.stop', turn: UNKNOWN });
    await one.must('ana', { type: 'member.set', user: cyd, role: 'reader' });
  }
  for (const reader of [ana, cyd]) {
    const all = { after: 0, limit: 999, reader, all: true };
    expect(await busy.journal.audit.lines(REF.tenant, all)).toEqual(await quiet.journal.audit.lines(REF.tenant, all));
  }
  const own = (await busy.news(bob)).filter((line) => line.private !== null).map(told);
  expect(own.slice(0, 3)).toEqual([
    `bob prompt.submit ${turn} done (bob's)`,
    `bob turn.started ${turn} done (bob's)`,
    `system turn.ended ${turn} done completed (bob's)`,
  ]);
  expect(own[3]).toMatch(/^bob message\.post e_\S+ done \(bob's\)$/);
  expect(own[4]).toBe(`bob turn.edit ${turn} refused already_ended (bob's)`);
  expect(own).toHaveLength(4 + REFUSALS_PER_MINUTE);
});

test('A56 somebody who tries another one’s private turn leaves the line of one that does not exist', async () => {
  const { world, news } = await open();
  world.model.expect({ pieces: ['yes'] });
  const { turn } = await world.prompt('bob', 'secretly', { audience: 'me' });
  await settled();
  await news();
  for (const one of [turn, UNKNOWN]) await world.command('ana', { type: 'turn.stop', turn: one });
  expect((await news()).map(told)).toEqual([
    `ana turn.stop ${turn} refused not_found`,
    `ana turn.stop ${UNKNOWN} refused not_found`,
  ]);
});

test('T50 many refusals of one person in a minute become one line that counts them, and others keep theirs', async () => {
  const { world, journal, news } = await open();
  await news();
  let commits = 0;
  const append = journal.append.bind(journal);
  journal.append = (...args) => {
    commits += 1;
    return append(...args);
  };
  const stop = (user: string) => world.command(user, { type: 'turn.stop', turn: UNKNOWN });
  for (let n = 0; n < REFUSALS_PER_MINUTE + 25; n += 1) await stop('bob');
  expect(commits).toBe(REFUSALS_PER_MINUTE);
  await stop('cyd');
  expect((await news()).filter(({ by }) => by === 'bob')).toHaveLength(REFUSALS_PER_MINUTE);
  world.clock.advance(60_000);
  await stop('bob');
  await stop('bob');
  expect((await news()).map(told)).toEqual([
    'bob refusals.more 25 refused rate_limited',
    `bob turn.stop ${UNKNOWN} refused not_found`,
    `bob turn.stop ${UNKNOWN} refused not_found`,
  ]);
});

test('T50 refusals that were only counted are told when the room is left', async () => {
  const { world, news } = await open();
  await news();
  for (let n = 0; n < REFUSALS_PER_MINUTE + 3; n += 1) await world.command('bob', { type: 'turn.stop', turn: UNKNOWN });
  await world.leave();
  expect((await news()).map(told).at(-1)).toBe('bob refusals.more 3 refused rate_limited');
});

test('T50 no word that somebody wrote is in a line', async () => {
  const { world, news } = await open();
  world.model.expect({ pieces: ['canary answer'] });
  await world.prompt('bob', 'canary prompt', { id: 'k1' as never });
  await settled();
  await world.must('ana', { type: 'room.update', title: 'canary title' });
  await world.command('ana', { type: 'invite.revoke', invite: 'canary invite' });
  await world.command('bob', { type: 'room.update', title: 'canary again' });
  expect(JSON.stringify(await news())).not.toContain('canary');
});

test('T50 what each settled call used adds up, a private lane’s apart', async () => {
  const { world, journal } = await open();
  for (const audience of ['room', 'room', 'me'] as const) {
    world.model.expect({ pieces: ['yes', 'no'] });
    await world.prompt('bob', `${audience} ${Math.floor(world.clock.now())}`, { audience });
    await settled();
    world.clock.advance(1_000);
  }
  const sums = await journal.audit.usage(REF.tenant, { by: ['room', 'user'], from: 0, to: 9e15, user: null });
  expect(sums).toMatchObject([
    { room: REF.room, user: 'bob', calls: 2 },
    { room: null, user: 'bob', calls: 1 },
  ]);
  const ended = await world.recordsOf('turn.ended');
  const tokens = ended.reduce((sum, { usage }) => sum + (usage?.outputTokens ?? 0), 0);
  expect(sums.reduce((sum, { outputTokens }) => sum + outputTokens, 0)).toBe(tokens);
});

test('T50 a tool that somebody approves is on record: who was asked, what they said, how it ended, and what both calls used', async () => {
  const world = await toolWorld();
  const { journal } = world;
  if (!(journal instanceof MemoryJournal)) throw new Error('a journal in memory has the lines');
  // Words of somebody else in the prompt, so that acting needs ana's word.
  await world.must('bob', {
    type: 'message.post',
    id: ClientKey.parse('m'),
    text: 'x',
    audience: 'room',
    offRecord: false,
  });
  world.tools.expect({ call: 'mail.send' });
  world.model.expect({ pieces: ['I will.'], end: asksFor({ call: 'mail.send', given: { to: 'canary@example.com' } }) });
  world.model.expect({ pieces: ['Sent.'] });
  const { turn } = await world.prompt('ana', 'do it');
  await quiet();
  const [asked] = (await world.must('ana', { type: 'approval.list' })).items;
  const decision = {
    type: 'approval.decide',
    approval: asked?.id ?? ('' as never),
    digest: asked?.digest ?? '',
    decision: 'approve',
  } as const;
  await world.command('bob', decision);
  await world.must('ana', decision);
  await quiet();
  const all = { after: 0, limit: 999, reader: ana, all: true };
  const lines = (await journal.audit.lines(REF.tenant, all)).map(told);
  expect(lines.slice(lines.findIndex((line) => line.includes('prompt.submit')))).toEqual([
    `ana prompt.submit ${turn} done`,
    `ana turn.started ${turn} done`,
    `ana call.asked mail.send ${turn} done`,
    `ana approval.decide ${asked?.id} done`,
    `ana call.decided mail.send ${turn} done approved`,
    `ana call.ended mail.send ${turn} done done`,
    `system turn.ended ${turn} done completed`,
  ]);
  expect(lines.join()).not.toContain('canary');
  expect((await journal.audit.lines(REF.tenant, { ...all, reader: bob })).map(told)).toContain(
    `bob approval.decide ${asked?.id} refused not_found (bob's)`,
  );
  const used = await journal.audit.usage(REF.tenant, { by: ['user'], from: 0, to: 9e15, user: null });
  const { answer } = (await world.recordsOf('turn.ended'))[0] ?? {};
  expect(used).toMatchObject([{ user: 'ana', calls: 2, inputTokens: answer?.usage?.inputTokens }]);
});
