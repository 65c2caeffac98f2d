import { APPROVALS } from '@parley/shared/documents';
import { EntryId } from '@parley/shared/ids';
import { ApprovalView } from '@parley/shared/tools';
import type { Command } from '@parley/shared/commands';
import { fault } from '@parley/shared/fault';
import { afterEach, expect, test } from 'vitest';
import { clientWorld, type ClientWorld } from '../../kit/client-world.ts';

const worlds: ClientWorld[] = [];
afterEach(() => worlds.splice(0).forEach((made) => made.close()));

async function inRoom() {
  const world = clientWorld();
  worlds.push(world);
  const { server } = world;
  const ana = world.client('ana');
  await server.settle();
  const asked: Command[] = [];
  return { world, server, ana, asked };
}

function approval(id: string, askedAt: number): ApprovalView {
  return ApprovalView.parse({
    id,
    turn: 't_1',
    lane: 'room',
    call: 'mail.send',
    title: 'Mail',
    class: 'egress',
    arguments: '{}',
    digest: 'd',
    recipients: [],
    influencedBy: [],
    builtOn: [],
    askedAt,
    expiresAt: askedAt + 1,
  });
}

test('UI what waits for my approval is in the view, the oldest first, and gone when it was decided', async () => {
  const { server, ana } = await inRoom();
  const waiting = server.doc('transcript.me').getMap<ApprovalView>(APPROVALS);
  waiting.set('a_2', approval('a_2', 20));
  waiting.set('a_1', approval('a_1', 10));
  await server.settle();
  expect(ana.view.approvals.map(({ id }) => id)).toEqual(['a_1', 'a_2']);
  const before = ana.view.approvals;
  server.addEntry({ kind: 'message', text: 'meanwhile', author: { id: 'ben', name: 'Ben', kind: 'user' } });
  await server.settle();
  expect(ana.view.approvals).toBe(before);
  waiting.delete('a_1');
  await server.settle();
  expect(ana.view.approvals.map(({ id }) => id)).toEqual(['a_2']);
});

test('UI a turn that waits is shown with whose approval it waits for, and with nothing of the call', async () => {
  const { server, ana } = await inRoom();
  const ben = { id: 'ben', name: 'Ben', kind: 'user' } as const;
  server.writeRoom({ ai: { state: 'waiting', turn: approval('a_1', 0).turn, for: ben } });
  await server.settle();
  expect(ana.view.room.answering).toEqual({ state: 'waiting', turn: 't_1', forId: 'ben', forName: 'Ben', text: '' });
});

test('UI a decision names what was seen, and a refusal is answered as the server gave it', async () => {
  const { server, ana, asked } = await inRoom();
  server.script.command = (command) => {
    asked.push(command);
    return fault('not_found');
  };
  const { id } = approval('a_1', 0);
  const answer = ana.request('approval.decide', { approval: id, decision: 'approve', digest: 'seen' });
  await server.settle();
  expect(await answer).toEqual({ ok: false, fault: fault('not_found') });
  expect(asked).toEqual([{ type: 'approval.decide', approval: 'a_1', decision: 'approve', digest: 'seen' }]);
});

test('G5 W35 a question about chosen entries, or to a chosen model, keeps them over a reload, and is never sent without them', async () => {
  const { world, server, ana, asked } = await inRoom();
  const quotes = [EntryId.parse('e_1')];
  server.last.drop();
  ana.ask('Only about this?', { quotes });
  // Written as stored by a client that is gone, beside one whose quotes somebody changed.
  const [key] = [...world.store.values.keys()];
  const kept = { id: 'kept-1', kind: 'prompt', audience: 'room', text: 'Only about this?', state: { kind: 'unsent' } };
  const stored = [
    { ...kept, quotes },
    { ...kept, id: 'kept-2', quotes: ['nothing like an id'] },
    { ...kept, id: 'kept-3', model: 'small' },
    { ...kept, id: 'kept-4', model: 7 },
  ];
  world.store.set(key ?? expect.fail('nothing is kept'), JSON.stringify(stored));
  server.script.command = (command) => {
    asked.push(command);
    return null;
  };
  world.client('ana');
  await server.settle();
  expect(asked).toEqual([
    { type: 'prompt.submit', id: 'kept-1', text: 'Only about this?', audience: 'room', quotes: ['e_1'] },
    { type: 'prompt.submit', id: 'kept-3', text: 'Only about this?', audience: 'room', model: 'small' },
  ]);
});
