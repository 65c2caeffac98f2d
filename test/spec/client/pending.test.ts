import { expect, test } from 'vitest';
import { pendingOf } from '@parley/client/ui/pending';
import { fault } from '@parley/shared/fault';
import { key, lane, sending, ticket, turnId, view } from '../../browser/stories/build.ts';
import { ana, ben } from '../../browser/stories/people.ts';

test('UI what I sent stays visible with its state until the room shows it', () => {
  const outbox = [
    sending(1, 'a', { kind: 'unsent' }),
    sending(2, 'b', { kind: 'sent' }),
    sending(3, 'c', { kind: 'accepted', turn: turnId(8), position: 3 }),
    sending(4, 'd', { kind: 'refused', fault: fault('queue_full') }),
  ];
  expect(pendingOf(view('speaker', { outbox }), 'room').map(({ text, status }) => [text, status])).toEqual([
    ['a', 'Not sent yet'],
    ['b', 'Sending'],
    ['c', 'Waiting, 3rd'],
    ['d', 'Refused'],
  ]);
});

test('UI a prompt of mine in the queue is shown once, with its place; others’ and running ones are not', () => {
  const tickets = [
    ticket(1, ana, 'runs', { state: 'running', position: 0 }),
    ticket(2, ben, 'his', { position: 1 }),
    ticket(3, ana, 'mine', { position: 2 }),
  ];
  const outbox = [{ ...sending(3, 'mine', { kind: 'sent' }), id: key(3) }];
  expect(
    pendingOf(view('speaker', { room: lane({ tickets }), outbox }), 'room').map(({ text, status }) => [text, status]),
  ).toEqual([['mine', 'Waiting, 2nd']]);
});
