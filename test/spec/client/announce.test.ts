import { expect, test } from 'vitest';
import { announcements } from '@parley/client/ui/announce';
import { entries, lane, sending, turnId, view, type Line } from '../../browser/stories/build.ts';
import { ana, ben } from '../../browser/stories/people.ts';
import { fault } from '@parley/shared/fault';

/** Stands in for the element's own, which needs a browser. */
const names = { name: (id: string) => ({ ben: 'Ben' })[id] ?? id };
const say = (before: readonly Line[], after: readonly Line[], loaded = true): readonly string[] =>
  announcements(
    view('speaker', { room: lane({ entries: entries(before), loaded }) }),
    view('speaker', { room: lane({ entries: entries([...before, ...after]) }) }),
    names,
  );

const answer: Line = { by: 'ai', text: 'It is **done**.', more: { for: 'ben', outcome: 'completed' } };

test('UI a finished answer is announced once, without its marks', () => {
  expect(say([], [answer])).toEqual(['The AI answered Ben: It is done.']);
  expect(say([answer], [])).toEqual([]);
});

test('UI the words of a stream, what was there before and my own words are not announced', () => {
  const streaming = (text: string) =>
    view('speaker', {
      room: lane({ answering: { state: 'answering', turn: turnId(1), forId: 'ben', forName: 'Ben', text } }),
    });
  expect(announcements(streaming('It'), streaming('It is'), names)).toEqual([]);
  expect(say([], [answer], false)).toEqual([]);
  expect(
    say(
      [],
      [
        { by: ana, text: 'mine' },
        { by: ben, text: 'his' },
      ],
    ),
  ).toEqual(['Ben: his']);
});

test('UI a refusal and a lost connection are announced', () => {
  const refused = view('speaker', { outbox: [sending(1, 'x', { kind: 'refused', fault: fault('too_large') })] });
  expect(announcements(view(), refused, names)[0]).toContain('longer than this room allows');
  const lost = view('speaker', { connection: { kind: 'reconnecting', since: 0 } });
  expect(announcements(view(), lost, names)).toEqual(['The connection was lost']);
  expect(announcements(lost, view(), names)).toEqual(['Connected again']);
});
