import { retryDelay } from '@parley/client/backoff';
import { browserEnv } from '@parley/client/browser-env';
import { DocChannel } from '@parley/client/doc-channel';
import { NO_ENTRIES, withOlder, withWindow } from '@parley/client/entry-window';
import { LaneReader } from '@parley/client/lane-reader';
import { lostLines, lostWords } from '@parley/client/lost-words';
import { peopleOf } from '@parley/client/presence';
import { roomHook } from '@parley/client/react';
import { renewalDelay } from '@parley/client/token-renewal';
import type { Entry } from '@parley/shared/entry';
import { EntryId } from '@parley/shared/ids';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { clientWorld } from '../../kit/client-world.ts';

function entry(seq: number): Entry {
  return {
    id: EntryId.parse(`e_${seq}`),
    seq,
    kind: 'message',
    author: { id: 'a', name: 'A', kind: 'user' },
    text: '',
    at: 0,
  };
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));
const seqs = ({ entries }: { readonly entries: readonly Entry[] }) => entries.map(({ seq }) => seq);

test('the window of a document is shown as it is until older entries were loaded', () => {
  const trimmed = withWindow(withWindow(NO_ENTRIES, range(1, 5), 1), range(3, 6), 3);
  expect(seqs(trimmed)).toEqual([3, 4, 5, 6]);
  expect(trimmed.firstSeq).toBe(3);
});

test('entries that the server trims stay above what a person reads', () => {
  const loaded = withOlder(withWindow(NO_ENTRIES, range(10, 14), 10), range(7, 9));
  expect(seqs(withWindow(loaded, range(12, 16), 12))).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
});

test('after a long absence there is no hole between old and new', () => {
  const loaded = withOlder(withWindow(NO_ENTRIES, range(10, 14), 10), range(7, 9));
  const back = withWindow(loaded, range(100, 102), 100);
  expect(seqs(back)).toEqual([100, 101, 102]);
  expect(back.firstSeq).toBe(100);
});

test('a page that was loaded twice is shown once', () => {
  const window = withWindow(NO_ENTRIES, range(10, 14), 10);
  const once = withOlder(window, range(7, 9));
  expect(withOlder(once, range(7, 9))).toBe(once);
});

test('any trims and pages show consecutive entries that end with the newest', () => {
  const move = fc.oneof(
    fc.record({
      do: fc.constant('grow' as const),
      by: fc.integer({ min: 0, max: 5 }),
      trim: fc.integer({ min: 0, max: 5 }),
    }),
    fc.record({ do: fc.constant('older' as const), by: fc.integer({ min: 1, max: 6 }) }),
  );
  fc.assert(
    fc.property(fc.array(move, { maxLength: 20 }), (moves) => {
      let [first, last] = [20, 30];
      let window = withWindow(NO_ENTRIES, range(first, last), first);
      for (const next of moves) {
        if (next.do === 'grow') {
          last += next.by;
          first = Math.min(last, first + next.trim);
          window = withWindow(window, range(first, last), first);
        } else if (window.firstSeq > 1) {
          window = withOlder(window, range(Math.max(1, window.firstSeq - next.by), window.firstSeq - 1));
        }
        expect(seqs(window)).toEqual(seqs({ entries: range(window.firstSeq, last) }));
      }
    }),
  );
});

test('lost lines are those that only mine has', () => {
  expect(lostLines('a\nb\nc', 'c\na')).toBe('b');
  expect(lostLines('same\nsame', 'same')).toBe('same');
  expect(lostLines('a\n\n\n', 'a')).toBe('');
  expect(lostWords(['a', 'x'], ['a', 'x'])).toBeNull();
  expect(lostWords(['a\nmine', 'draft'], ['a'])).toBe('mine\n\ndraft');
});

test('no line of mine is ever dropped without being in theirs', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 }).map((lines) => lines.join('\n'));
  const count = (of: string, line: string) => of.split('\n').filter((one) => one === line).length;
  fc.assert(
    fc.property(text, text, (mine, theirs) => {
      for (const line of ['a', 'b', 'c', 'd']) {
        expect(count(lostLines(mine, theirs), line)).toBe(Math.max(0, count(mine, line) - count(theirs, line)));
      }
    }),
  );
});

test('T45 presence of no known shape is nobody', () => {
  const good = { user: { id: 'b', name: 'Ben', color: '#000' }, typing: true };
  expect(peopleOf([null, 3, {}, { user: 'b' }, { user: { id: 1 } }, good], null)).toEqual([
    { id: 'b', name: 'Ben', color: '#000', typing: true, you: false },
  ]);
});

test('a wait before reconnecting never exceeds ten seconds', () => {
  expect(retryDelay(0, () => 0)).toBe(50);
  expect(retryDelay(1_000, () => 0.999_999)).toBe(10_000);
});

test('W33 a token is renewed 30 s ahead, halfway when it is short, never in a rush', () => {
  expect(renewalDelay(300_000, 0)).toBe(270_000);
  expect(renewalDelay(40_000, 0)).toBe(20_000);
  expect(renewalDelay(0, 3_600_000)).toBe(10_000);
});

test("W36 nothing is saved before the answer to the server's step 1: an edit sent earlier may have had a gap", () => {
  const carrier = { open: () => {}, send: () => {}, close: () => {} };
  const channel = new DocChannel('workspace', carrier);
  channel.opened();
  channel.send(Uint8Array.of(0, 2, 0));
  channel.countSaved(1);
  expect(channel.saved).toBe(false);
  channel.send(Uint8Array.of(0, 1, 0));
  expect(channel.saved).toBe(false);
  channel.countSaved(2);
  expect(channel.saved).toBe(true);
});

test('a lane shows nothing of a transcript that arrives in parts until the last one is there', () => {
  const doc = new Y.Doc();
  const lane = new LaneReader(doc, { changed: () => {}, pastRedacted: () => {} });
  const entries = doc.getArray<Entry>('entries');
  entries.push(range(1, 2));
  expect(lane.view).toEqual({
    loaded: false,
    entries: [],
    firstSeq: 1,
    tickets: [],
    answering: null,
    digest: null,
    pins: {},
    titledBy: null,
  });
  entries.push(range(3, 4));
  lane.synced();
  expect(lane.view.loaded).toBe(true);
  expect(seqs(lane.view)).toEqual([1, 2, 3, 4]);
});

test('the hook subscribes once and gives each new view', async () => {
  const { client, server, close } = clientWorld();
  const ana = client('ana');
  const subscribes = new Set<unknown>();
  const useRoom = roomHook({
    useSyncExternalStore: (subscribe, snapshot) => {
      subscribes.add(subscribe);
      return snapshot();
    },
  });
  expect(useRoom(ana).connection).toEqual({ kind: 'connecting' });
  await server.settle();
  expect(useRoom(ana)).toBe(ana.view);
  expect(useRoom(ana).connection).toEqual({ kind: 'online' });
  expect(subscribes.size).toBe(1);
  close();
});

test('storage that is full or forbidden keeps words as long as the page', () => {
  const broken = () => {
    throw new Error('QuotaExceededError');
  };
  vi.stubGlobal('sessionStorage', { getItem: broken, setItem: broken, removeItem: broken });
  try {
    const { store } = browserEnv();
    store.set('key', 'words');
    expect(store.get('key')).toBe('words');
    store.remove('key');
    expect(store.get('key')).toBeNull();
  } finally {
    vi.unstubAllGlobals();
  }
});

test('ids of a browser are client keys, each another', () => {
  const { newId } = browserEnv();
  const ids = new Set(Array.from({ length: 100 }, newId));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});
