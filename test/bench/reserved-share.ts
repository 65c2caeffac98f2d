import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import type { RecordOf } from '@parley/server/core/records';
import type { Model, ModelEvent, ModelRequest } from '@parley/server/ports/model';
import { ClientKey } from '@parley/shared/ids';
import { mulberry32 } from '../kit/ids.ts';
import { ircAnswers } from '../kit/irc-answers.ts';
import { RoomWorld, settled } from '../kit/room-world.ts';

const ROOMS = 100;
const TURNS = 150;
/** Fewer answers say nothing, and the whole length is reserved (G7). */
const WARM_UP = 30;
/** Nobody is held up for asking too often. */
const PAUSE_MS = 10_000;

interface Asked {
  readonly text: string;
  /** Output tokens that its answer takes. */
  readonly takes: number;
}

/** Which prompts there are: how often, how long, and the logarithm of what an answer takes, with its spread. */
const CLASSES = [
  { share: 0.5, words: 20, log: 4.2, spread: 0.8 },
  { share: 0.35, words: 300, log: 5.2, spread: 0.9 },
  { share: 0.15, words: 900, log: 6.4, spread: 0.6 },
] as const;

/** G7: of replies after the first thirty of their kind, how many in a hundred took no more than the p90 that was reserved. */
export async function reservedShare(seed: number): Promise<Record<string, number>> {
  const rooms = Array.from({ length: ROOMS }, (_, room) => drawn(mulberry32(seed + room)));
  const { count } = o200kTokenizer();
  const days = ircAnswers().map((day) => day.map(({ question, answer }) => ({ text: question, takes: count(answer) })));
  return {
    [`replies within the reserved p90, ${ROOMS} rooms [%]`]: await withinReserved(rooms),
    'replies within the reserved p90, three days of people [%]': await withinReserved(days),
  };
}

/** Rooms differ in how long their answers are. */
function drawn(random: () => number): readonly Asked[] {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const offset = 0.5 * normal();
  return Array.from({ length: TURNS }, (_, turn) => {
    let left = random();
    const { words, log, spread } = CLASSES.find(({ share }) => (left -= share) < 0) ?? CLASSES[0];
    const takes = Math.max(1, Math.round(Math.exp(log + offset + spread * normal())));
    return { text: `${turn} ${'word '.repeat(words)}`, takes };
  });
}

async function withinReserved(rooms: readonly (readonly Asked[])[]): Promise<number> {
  let [within, counted] = [0, 0];
  for (const prompts of rooms) {
    const model = new SizedModel();
    const world = await RoomWorld.open({ limits: { turnTokens: 8_000 } }, undefined, model);
    for (const [n, { text, takes }] of prompts.entries()) {
      model.takes = takes;
      await world.must('ana', { type: 'prompt.submit', id: ClientKey.parse(`p-${n}`), text, audience: 'room' });
      await settled();
      world.clock.advance(PAUSE_MS);
    }
    const calls = warm(await world.recordsOf('attempt.settled'));
    counted += calls.length;
    within += calls.filter(({ reserved, inputTokens, outputTokens }) => inputTokens + outputTokens <= reserved).length;
  }
  return (100 * within) / counted;
}

/** Those of which enough of their kind was known. */
function warm(calls: readonly RecordOf<'attempt.settled'>[]): readonly RecordOf<'attempt.settled'>[] {
  const known = new Map<string, number>();
  return calls.filter(({ kind }) => {
    const before = known.get(kind) ?? 0;
    known.set(kind, before + 1);
    return before >= WARM_UP;
  });
}

/** Says little, and that it took as much as it is told, of input exactly what was counted for it. */
class SizedModel implements Model {
  readonly name = 'sized';
  takes = 1;

  async *stream({ inputTokens, maxOutputTokens }: ModelRequest): AsyncGenerator<ModelEvent, void, undefined> {
    const outputTokens = Math.min(this.takes, maxOutputTokens);
    yield { type: 'text', text: 'Well.' };
    yield {
      type: 'end',
      end: { reason: 'stop', usage: { model: 'sized', inputTokens, cachedTokens: 0, outputTokens } },
    };
  }
}
