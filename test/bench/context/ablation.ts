import { rowText, type PinnedRow } from '@parley/server/core/compaction/pinned-row';
import type { ContextItem } from '@parley/server/core/context/context';
import { Pasts } from '@parley/server/core/context/context-past';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import { CompactedLane, type LaneOptions } from '../../kit/compacted-lane.ts';
import { mulberry32 } from '../../kit/ids.ts';
import { bm25, type Ranking } from './bm25.ts';
import { hash, SALTS } from './duplicates.ts';
import { longDigests } from './long-digest.ts';
import { blank, plantedRoom } from './planted-room.ts';
import { PrefixCache } from './prefix-cache.ts';

const TURNS = 400;
const ROUND = 7;
const BUDGET = 32_000;
const PINS = 10;
/** Every so many turns the room is asked about so many of its entries. */
const [ASKED_EVERY, QUESTIONS] = [10, 10];
const WORDS = 4;
const TOOLS = 'x'.repeat(1_500 * 4);

/** What a room is run without; one at a time. */
type Off = 'nothing' | 'deduplication' | 'pins' | 'digests' | 'recall';
const OFF: readonly Off[] = ['nothing', 'deduplication', 'pins', 'digests', 'recall'];

export interface Ablation {
  readonly seed: number;
  readonly off: Off;
  /** Of a turn, as counted. */
  readonly meanTokens: number;
  /** Of the bytes of all requests, digests among them, what a provider had seen. */
  readonly reused: number;
  /** Of the bytes of a turn, what it had not. */
  readonly meanNewBytes: number;
  /** Of questions about entries of any age, to how many the entry is in front of the model. */
  readonly evidence: number;
  /** Of the turns, how many recalled something. */
  readonly recalling: number;
}

/** What each part of what a model is sent is for: a room of 400 turns with all of them, and without each. */
export function ablation(seed: number, count: (text: string) => number): Ablation[] {
  return OFF.map((off) => ({ seed, off, ...run(seed, off, count) }));
}

function run(seed: number, off: Off, count: (text: string) => number): Omit<Ablation, 'seed' | 'off'> {
  const items = roomOf(seed, off, count);
  const index = bm25(items.map(({ entry }) => entry.text));
  const lane = new CompactedLane(optionsOf(items, off, count));
  const [random, cache] = [mulberry32(seed + 1), new PrefixCache()];
  const sums = { bytes: 0, reused: 0, tokens: 0, recalling: 0, asked: 0, found: 0 };
  let at = 0;
  const send = (messages: unknown): void => {
    const body = Buffer.from(TOOLS + JSON.stringify(messages));
    sums.bytes += body.length;
    sums.reused += cache.ask('room', body, at);
  };
  for (let turn = 1; turn < TURNS; turn++) {
    at += -Math.log(1 - random()) * (random() < 0.05 ? 900_000 : 40_000);
    const room = items.slice(0, turn * ROUND - 2);
    const asking = items[turn * ROUND - 2];
    if (asking === undefined) break;
    const { author, text, seq } = asking.entry;
    const sent = lane.turn(room, { seq, author, text, tokens: asking.tokens });
    send(sent.messages);
    sums.tokens += sent.manifest.tokens;
    sums.recalling += sent.manifest.recalled === undefined ? 0 : 1;
    const before = lane.asked.length;
    if (off !== 'digests') lane.answered(items.slice(0, turn * ROUND), sent);
    for (const { request } of lane.asked.slice(before)) send(request.messages);
    for (let one = 0; one < QUESTIONS && turn % ASKED_EVERY === 0; one++) {
      sums.asked++;
      if (isThere(room, lane, { index, random })) sums.found++;
    }
  }
  const turns = TURNS - 1;
  return {
    meanTokens: sums.tokens / turns,
    reused: sums.reused / sums.bytes,
    meanNewBytes: (sums.bytes - sums.reused) / turns,
    evidence: sums.found / sums.asked,
    recalling: sums.recalling / turns,
  };
}

/** Without deduplication: the same room, in which every copied line has space of its own behind it. */
function roomOf(seed: number, off: Off, count: (text: string) => number): readonly ContextItem[] {
  const random = mulberry32(seed);
  const { items } = plantedRoom({ entries: TURNS * ROUND, share: 0.31, of: 'one entry', random, count });
  if (off !== 'deduplication') return items;
  let mark = 0;
  return items.map((item) => {
    const lines = item.entry.text.split('\n').map((line) => line.trimEnd() + blank((mark += 1)));
    const text = lines.join('\n');
    return { ...item, entry: { ...item.entry, text } };
  });
}

function optionsOf(items: readonly ContextItem[], off: Off, count: (text: string) => number): LaneOptions {
  const rows = items.slice(0, PINS).map((item): PinnedRow => {
    return { kind: 'entry', as: 'decision', by: 'ana', item, tokens: count(rowText(item.entry.text)) };
  });
  return {
    ...{ salts: SALTS, hash, budget: BUDGET, count, pasts: new Pasts(), words: new RoomWords() },
    ...{ rows: off === 'pins' ? [] : rows, writes: longDigests(count) },
    ...(off === 'recall' ? { recalled: [] } : {}),
  };
}

/** Asks after what somebody said, by its rarest words among those of another entry. */
function isThere(
  room: readonly ContextItem[],
  lane: CompactedLane,
  { index, random }: { readonly index: Ranking; readonly random: () => number },
): boolean {
  const place = (): number => Math.floor(random() * room.length);
  let about = place();
  // An answer is named by its prompt.
  while (room[about]?.entry.kind === 'answer') about = place();
  const text = [...index.rarest(about, WORDS), ...index.rarest(place(), WORDS)].join(' ');
  const author = { id: 'ana', name: 'ana', kind: 'user' as const };
  const { messages } = lane.ask(room, { seq: room.length + 1, author, text, tokens: 40 });
  return messages.some(({ role, content }) => role === 'user' && content.includes(` n="${about + 1}" `));
}
