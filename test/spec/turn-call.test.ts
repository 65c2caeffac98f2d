import type { ModelEnd } from '@parley/server/ports/model';
import { TurnCall } from '@parley/server/room/turns/turn-call';
import { expect, test } from 'vitest';
import { REF } from '../kit/room-ref.ts';
import { TestClock } from '../kit/clock.ts';
import { ScriptedModel, type Step } from '../kit/scripted-model.ts';

const REQUEST = {
  messages: [{ role: 'user', content: 'hi' }],
  inputTokens: 5,
  maxOutputTokens: 100,
  tools: [],
  allowedTools: [],
  cacheKey: 'k',
  caller: REF,
} as const;

/** One call of a scripted model, with what it showed and how it ended. */
function callOf(step: Step) {
  const model = new ScriptedModel();
  const script = model.expect(step);
  const clock = new TestClock();
  const shown: string[] = [];
  const given: string[] = [];
  const ends: { readonly text: string; readonly end: ModelEnd }[] = [];
  const call = new TurnCall({
    model,
    clock,
    pieceMs: () => 33,
    onText: (piece) => shown.push(piece),
    onAgain: (_again, text) => given.push(text),
    onEnd: (text, end) => ends.push({ text, end }),
  });
  return { call, model, script, clock, shown, given, ends, over: call.run(REQUEST) };
}

test('G11 text is shown at once when it begins, and then in pieces no closer than they may be', async () => {
  const { script, clock, shown, over } = callOf({ pieces: ['a', 'b', 'c'], holdAfter: 3 });
  await script.held;
  expect(shown).toEqual(['a']);
  clock.advance(32);
  expect(shown).toEqual(['a']);
  clock.advance(1);
  expect(shown).toEqual(['a', 'bc']);
  clock.advance(1_000);
  expect(shown).toEqual(['a', 'bc']);
  script.release();
  await over;
});

test('G11 a model is told how far apart pieces are wanted', async () => {
  const { model, over } = callOf({ pieces: ['a'] });
  await over;
  expect(model.requests.map(({ pieceMs }) => pieceMs)).toEqual([33]);
});

test('G11 what was not shown yet when the call ends is in its text, and shown no more', async () => {
  const { clock, shown, ends, over } = callOf({ pieces: ['a', 'b'] });
  await over;
  clock.advance(1_000);
  expect(shown).toEqual(['a']);
  expect(ends.map(({ text }) => text)).toEqual(['ab']);
  expect(clock.pending).toEqual([]);
});

test('T33 T34 an abort ends the call at once, keeps what came, and shows nothing more', async () => {
  const { call, script, clock, shown, ends, over } = callOf({ pieces: ['a', 'b', 'c'], holdAfter: 2 });
  await script.held;
  call.abort();
  await over;
  clock.advance(1_000);
  expect(shown).toEqual(['a']);
  expect(ends).toMatchObject([{ text: 'ab', end: { reason: 'failed', class: 'aborted' } }]);
});

test('G1 a call that fails says so once', async () => {
  const end = { reason: 'failed', class: 'server', detail: 'boom' } as const;
  const { ends, over } = callOf({ pieces: [], end });
  await over;
  expect(ends).toEqual([{ text: '', end }]);
});

test('G2 what was said before another attempt is void: the new text is shown from its beginning, at once or in its time', async () => {
  const { script, clock, shown, given, ends, over } = callOf({
    pieces: ['old ', 'words', 'new'],
    againAfter: 2,
    holdAfter: 3,
  });
  await script.held;
  expect(given).toEqual(['old words']);
  clock.advance(33);
  expect(shown).toEqual(['old ', 'new']);
  script.release();
  await over;
  clock.advance(1_000);
  expect(ends.map(({ text }) => text)).toEqual(['new']);
  expect(shown).toEqual(['old ', 'new']);
});
