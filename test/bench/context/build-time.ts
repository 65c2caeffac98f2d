import { buildContext, type ContextInput, type ContextItem } from '@parley/server/core/context/context';
import { Pasts } from '@parley/server/core/context/context-past';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import { mulberry32 } from '../../kit/ids.ts';
import { hash, SALTS } from './duplicates.ts';
import { plantedRoom } from './planted-room.ts';

const ENTRIES = 10_000;
const MORE = 7_000;
const ROUND = 7;

export interface BuildTime {
  readonly seed: number;
  readonly budget: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** The first build of a process that has just read the journal. */
  readonly afterRestart: number;
  /** Of the builds, how many gave other bytes than one that starts from nothing; every 50th is looked at. */
  readonly different: number;
}

/**
 * How long it takes to lay out a turn in a room of 10,000 entries, in milliseconds: of each build the least of five, made
 * one as the other, because others want the machine too.
 */
export function buildTime(seed: number, count: (text: string) => number): BuildTime {
  const { items } = plantedRoom({
    entries: ENTRIES + MORE,
    share: 0.31,
    of: 'one entry',
    random: mulberry32(seed),
    count,
  });
  const budget = 32_000;
  build(items.slice(0, 2_000), budget, new Memory());
  const afterRestart = least(RUNS, () => {
    const read = structuredClone(items.slice(0, ENTRIES));
    return timed(() => build(read, budget, new Memory()));
  });
  const memories = RUNS.map(() => new Memory());
  for (const memory of memories) build(items.slice(0, ENTRIES), budget, memory);
  const took: number[] = [];
  let different = 0;
  for (let to = ENTRIES + ROUND - (ENTRIES % ROUND); to < items.length; to += ROUND) {
    const room = items.slice(0, to);
    const prompt = promptIn(room);
    took.push(least(memories, (memory) => timed(() => build(room, budget, memory, prompt))));
    const [memory = new Memory()] = memories;
    if (took.length % 50 === 0 && build(room, budget, memory) !== build(room.toReversed(), budget, new Memory()))
      different++;
  }
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return { seed, budget, p50: at(0.5), p99: at(0.99), max: at(1), afterRestart, different };
}

const RUNS = [1, 2, 3, 4, 5];

function least<T>(runs: readonly T[], took: (run: T) => number): number {
  return Math.min(...runs.map(took));
}

/** What a process keeps of a room. */
class Memory {
  readonly pasts = new Pasts();
  readonly words = new RoomWords();
}

/** What was said a hundred entries before, so that there is something to recall. */
function promptIn(room: readonly ContextItem[]): ContextInput['prompt'] {
  const text = room.find(({ entry }) => entry.seq === room.length - 100)?.entry.text ?? '';
  return { seq: room.length + 1, author: { id: 'ana', name: 'ana', kind: 'user' }, text, tokens: text.length };
}

function build(
  room: readonly ContextItem[],
  budget: number,
  { pasts, words }: Memory,
  prompt = promptIn(room),
): string {
  return buildContext({ salts: SALTS, room, own: null, prompt, quotes: null, budget, hash, pasts, words }).manifest
    .hash;
}

function timed(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}
