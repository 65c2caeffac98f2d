import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { hostDigest } from '@parley/server/adapters/host/system';
import type { JournalRecord, RecordOf } from '@parley/server/core/records';
import { shelfOf } from '@parley/server/core/labels/shelf';
import type { Journal } from '@parley/server/ports/journal';
import { Chronicle } from '@parley/server/room/chronicle';
import type { TranscriptDoc } from '@parley/server/room/documents/transcript-doc';
import { docKind, parseDocName, type DocKey } from '@parley/shared/documents';
import { ClientKey, EntryId, TurnId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { RoomPolicy } from '@parley/shared/policy';
import { expect, test } from 'vitest';
import { DocWorld, REF } from '../../kit/doc-world.ts';

const ANA = { id: 'ana', name: 'Ana', kind: 'user' } as const;
const turn = TurnId.parse('t_1');
const [a, b] = [ResourceId.parse('doc:a'), ResourceId.parse('doc:b')];
const lane = 'room';

async function open(
  journal: Journal,
): Promise<{ world: DocWorld; chronicle: Chronicle; text: (doc: DocKey, of?: TurnId) => Promise<string | null> }> {
  const world = await DocWorld.open(journal);
  const chronicle = new Chronicle({
    pipeline: world.pipeline,
    documents: world.documents,
    digest: hostDigest,
    room: REF.room,
    clock: world.clock,
    grown: () => {},
    written: () => {},
    mayReadAnswer: () => true,
  });
  const text = async (doc: DocKey, of = turn): Promise<string | null> => {
    const transcript: TranscriptDoc = await world.documents.transcript(doc);
    return transcript.liveTextOrNull(of);
  };
  return { world, chronicle, text };
}

function asked(id: TurnId, seq: number, resources: readonly ResourceId[]): JournalRecord[] {
  const ticket = { lane, turn: id, key: ClientKey.parse(id), author: ANA, text: 'go', tokens: 1, at: 1 } as const;
  const context = { from: 1, to: seq - 1, roomTo: seq - 1, hash: 'h', tokens: 1 };
  const entry = {
    id: EntryId.parse(`e_p${seq}`),
    seq,
    kind: 'prompt',
    turn: id,
    author: ANA,
    text: 'go',
    at: 1,
  } as const;
  const terms = { tokens: 1, payer: 'ana', turnSeconds: 60, context, resources: [...resources], influence: ['ana'] };
  return [
    { type: 'ticket.accepted', ...ticket, ticketSeq: seq },
    { type: 'turn.started', lane, turn: id, entry, ...terms, at: 1 },
    { type: 'turn.attempted', lane, turn: id, step: 1, attempt: 1, model: 'm', at: 1 },
  ];
}

function returned(call: string, resources: readonly ResourceId[]): JournalRecord[] {
  const proposed = {
    id: call,
    call: 'docs.read',
    title: 'Docs',
    as: 'speaker',
    class: 'read',
    effect: 'read',
    arguments: '{}',
  } as const;
  const ended = { outcome: 'done', content: 'found', tokens: 1, withheld: 0 } as const;
  return [
    { type: 'turn.stepped', lane, turn, step: 1, text: 'so far', calls: [proposed], at: 1 },
    { type: 'call.started', lane, turn, call, operation: call, at: 1 },
    { type: 'call.ended', lane, turn, call, ...ended, resources: [...resources], at: 1 },
  ];
}

function ended(id: TurnId, seq: number, resources: readonly ResourceId[]): RecordOf<'turn.ended'> {
  const answer = {
    id: EntryId.parse(`e_${id}`),
    seq,
    kind: 'answer',
    turn: id,
    author: { id: 'ai', name: 'AI', kind: 'ai' },
    text: 'done',
    at: 1,
    resources: [...resources],
    after: 1,
  } as const;
  return {
    type: 'turn.ended',
    lane,
    turn: id,
    outcome: 'completed',
    reason: '',
    by: 'system',
    answer: { ...answer, resources: [...resources] },
    tokens: 1,
    at: 1,
  };
}

async function begun(resources: readonly ResourceId[]) {
  const journal = new MemoryJournal();
  const opened = await open(journal);
  const { chronicle } = opened;
  chronicle.write([
    { type: 'room.created', title: 'R', policy: RoomPolicy.parse({}), by: 'ana', at: 1, salt: 'room-salt' },
  ]);
  await chronicle.load(lane);
  chronicle.write([{ type: 'lane.opened', lane, salt: 's', at: 1 }]);
  chronicle.write(asked(turn, 1, resources));
  chronicle.showText(lane, turn, 'so far', 6);
  return { journal, ...opened };
}

test('R4 a text that comes to be made from more leaves the readers of less: it moves, whole, with what follows', async () => {
  const { chronicle, text, world } = await begun([]);
  expect(await text('transcript')).toBe('so far');
  chronicle.write(returned('c1', [a]));
  const inA = chronicle.shelfName({ lane, resources: [a] });
  chronicle.showText(lane, turn, ' and more', 15);
  expect(await text('transcript')).toBeNull();
  expect(await text(inA)).toBe('so far and more');
  expect(chronicle.shownText(lane, turn)).toBe('so far and more');
  await world.settle();
  world.log.assertNoErrors();
});

test('W21 a shelf that only ever held a running text keeps its identity: a node that takes over goes on behind it', async () => {
  const first = await begun([]);
  const inA = first.chronicle.shelfName({ lane, resources: [a] });
  first.chronicle.write(returned('c1', [a]));
  first.chronicle.write(returned('c2', [b]));
  const inAB = first.chronicle.shelfName({ lane, resources: [a, b] });
  expect([await first.text(inA), await first.text(inAB)]).toEqual([null, 'so far']);
  first.chronicle.write([ended(turn, 1, [a, b])]);
  await first.world.settle();
  const second = await open(first.journal);
  second.chronicle.restore(await first.journal.read(REF, 0));
  await second.chronicle.load(lane);
  const next = TurnId.parse('t_2');
  second.chronicle.write(asked(next, 2, [a]));
  second.chronicle.showText(lane, next, 'again', 5);
  await second.world.settle();
  expect(await second.text(inA, next)).toBe('again');
  const third = await open(first.journal);
  expect(await third.text(inA, next)).toBe('again');
  expect((await third.world.documents.transcript(inAB)).entries().map(({ text }) => text)).toEqual(['done']);
});

test('R4 a name after a transcript never means something people write, whatever it is', () => {
  const names = ['transcript', 'transcript.me', 'transcript.AAAAAAAAAAAAAAAAAAAAAA', 'workspace', 'workspace.a'];
  expect(names.every((name) => parseDocName(name) === name)).toBe(true);
  for (const name of [
    'transcript.',
    'transcript.short',
    'transcript.me:bob',
    'transcript.AAAAAAAAAAAAAAAAAAAAA/',
    'workspace.',
  ])
    expect(parseDocName(name)).toBeNull();
  const kinds = (['transcript', 'transcript.me:bob', 'workspace', 'workspace.a'] as const).map(
    (key) => docKind(key).kind,
  );
  expect(kinds).toEqual(['lane', 'lane', 'workspace', 'workspace']);
});

test('R9 a label says nothing: another room, lane or set of resources gives another, and only the room’s salt makes it', () => {
  const key = { roomSalt: 'room-salt', digest: hostDigest };
  const names = [
    shelfOf('room', [a], key),
    shelfOf('room', [a], { ...key, roomSalt: 'another' }),
    shelfOf('me:ana', [a], key),
    shelfOf('room', [a, b], key),
  ];
  expect(new Set(names).size).toBe(4);
  expect(shelfOf('room', [a], key)).toBe(names[0]);
});
