import { doneLine, isDecision, refusedLine, type Asked } from '@parley/server/core/audit-lines';
import { recordLine, usageLine } from '@parley/server/core/audit-records';
import type { JournalRecord } from '@parley/server/core/records';
import { AuditTrail } from '@parley/server/room/audit-trail';
import { Command } from '@parley/shared/commands';
import { EntryId, RoomId, TurnId, UserId, type LaneKey } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { everyRecord } from '../contracts/every-record.ts';
import { TestClock } from '../kit/clock.ts';

const room = RoomId.parse('a');
const ada = UserId.parse('ada');
const facts = { speakerOf: () => 'ada', nameOf: () => 'mail.send' };

function asked(command: unknown): Asked {
  return { room, by: ada, command: Command.parse(command), at: 5 };
}

function inLane<R extends JournalRecord>(record: R, lane: LaneKey): R {
  return 'lane' in record ? { ...record, lane } : record;
}

test('T50 a call of a tool is on record under its function and turn, when it is asked for, decided and over', () => {
  const trail = new AuditTrail({
    room,
    clock: new TestClock(),
    ticket: () => ({ lane: 'room', author: { id: 'ada' } }),
    isOwn: () => false,
  });
  const calls = everyRecord.filter(({ type }) => type.startsWith('call.') || type === 'turn.stepped');
  const { audit, usage } = trail.linesOf(calls);
  expect(audit.map(({ by, action, target, code }) => [by, action, target, code].join(' '))).toEqual([
    'ada call.asked mail.send t_1 ',
    'ada call.decided mail.send t_1 approved',
    'ada call.ended mail.send t_1 done',
    'ada call.ended mail.send t_1 unknown',
    'ada call.late room.edit_notes t_1 done',
  ]);
  expect(usage).toHaveLength(1);
});

test('T50 a call that an earlier node saw asked for keeps its name, and one that nobody knows shows no words', () => {
  const lineOf = (remembered: readonly JournalRecord[]) => {
    const ticket = () => ({ lane: 'room' as const, author: { id: 'ada' } });
    const trail = new AuditTrail({ room, clock: new TestClock(), ticket, isOwn: () => false });
    for (const record of remembered) trail.remember(record);
    return trail.linesOf(everyRecord.filter(({ type }) => type === 'call.decided')).audit[0]?.target;
  };
  expect(lineOf(everyRecord.filter(({ type }) => type === 'turn.stepped'))).toBe('mail.send t_1');
  expect(lineOf([])).toBe('unknown t_1');
});

test('T50 a call that was refused is a refusal', () => {
  const ended = everyRecord.find(({ type }) => type === 'call.ended');
  const refused = { ...ended, outcome: 'refused' } as JournalRecord;
  expect(recordLine(room, refused, facts)).toMatchObject({ outcome: 'refused', code: 'refused' });
});

test('A56 every line about a private lane, and what was used there, is its owner’s', () => {
  for (const record of everyRecord) {
    for (const [lane, owner] of [
      ['room', null],
      ['me:ada', 'ada'],
    ] as const) {
      const own = inLane(record, lane);
      for (const line of [recordLine(room, own, facts), usageLine(room, own, facts)])
        if (line !== null) expect([record.type, line.private]).toEqual([record.type, owner]);
    }
  }
});

test('T50 no line holds what a person, a model or a tool wrote', () => {
  const lines = everyRecord.flatMap((record) => [
    recordLine(room, record, facts),
    doneLine(asked({ type: 'room.get' }), [record]),
  ]);
  const text = JSON.stringify(lines);
  for (const words of ['text of', 'partial', 'one moment', 'withdrawn', 'bob@example', '"c1"', 'sent"', 'Ada'])
    expect(text).not.toContain(words);
});

test('T50 what follows by itself does not pass for what was asked', () => {
  const byType = (type: string) => everyRecord.filter((record) => record.type === type);
  const remove = asked({ type: 'member.remove', user: 'bob' });
  expect(isDecision(byType('member.removed'), remove)).toBe(true);
  for (const type of ['lane.opened', 'turn.ended', 'call.ended', 'turn.stepped'])
    expect(isDecision(byType(type), remove)).toBe(false);
  expect(isDecision(byType('turn.ended'), asked({ type: 'turn.stop', turn: 't_1' }))).toBe(true);
});

const MINE = TurnId.parse('t_mine');
const known = {
  laneOf: (turn: TurnId) => (turn === MINE ? ('me:ada' as const) : turn === 't_bobs' ? ('me:bob' as const) : undefined),
  isOwn: (_: UserId, entry: EntryId) => entry === 'e_mine',
};

test.each([
  [{ type: 'prompt.submit', id: 'k', text: 'x', audience: 'me' }, 'ada'],
  [{ type: 'prompt.submit', id: 'k', text: 'x' }, null],
  [{ type: 'message.post', id: 'k', text: 'x', audience: 'me' }, 'ada'],
  [{ type: 'turn.stop', turn: MINE }, 'ada'],
  [{ type: 'turn.stop', turn: 't_bobs' }, null],
  [{ type: 'turn.stop', turn: 't_none' }, null],
  [{ type: 'entry.release', entry: 'e_mine', digest: 'd', to: 'room' }, 'ada'],
  [{ type: 'entry.redact', entry: 'e_other' }, null],
  [{ type: 'transcript.read', lane: 'me' }, 'ada'],
  [{ type: 'transcript.read' }, null],
  [{ type: 'approval.decide', approval: 'a_1', decision: 'approve', digest: 'd' }, 'ada'],
  [{ type: 'trust.drop', call: 'mail.send' }, 'ada'],
  [{ type: 'tool.admit', tool: 'mail' }, null],
])('A56 a refused %j is a line for %s', (command, owner) => {
  expect(refusedLine(asked(command), 'not_found', known).private).toBe(owner);
});

test('T50 the target of a refusal is an id, never a free text', () => {
  const target = (command: unknown) => refusedLine(asked(command), 'not_found', known).target;
  expect(target({ type: 'invite.revoke', invite: 'any words' })).toBeNull();
  expect(target({ type: 'invite.accept', secret: 's'.repeat(43) })).toBeNull();
  expect(target({ type: 'room.update', title: 'any words' })).toBeNull();
  expect(target({ type: 'trust.set', trust: { call: 'mail.send', people: [] } })).toBe('mail.send');
  expect(target({ type: 'member.set', user: 'bob', role: 'reader' })).toBe('bob');
});
