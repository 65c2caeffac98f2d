import type { PinnedRow } from '@parley/server/core/compaction/pinned-row';
import { rowText } from '@parley/server/core/compaction/pinned-row';
import { buildContext, type Context, type ContextItem } from '@parley/server/core/context/context';
import { Pasts } from '@parley/server/core/context/context-past';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import { CompactedLane } from '../../kit/compacted-lane.ts';
import { mulberry32 } from '../../kit/ids.ts';
import { hash, SALTS } from './duplicates.ts';
import { longDigests } from './long-digest.ts';
import { plantedRoom } from './planted-room.ts';
import { PrefixCache } from './prefix-cache.ts';

const [TURNS, ROUND, BUDGET, PRIVATE, PINS] = [2_000, 7, 32_000, 0.05, 10];
const TOOLS = 'x'.repeat(1_500 * 4);

export interface Compaction {
  readonly seed: number;
  readonly digests: number;
  /** Of the bytes of all requests, what a provider had seen. */
  readonly reused: number;
  /** Of the bytes of what the turn before was sent, what the request for a digest begins with. */
  readonly ofParent: number;
  /** Of pinned rows and everybody's newest prompts, how many were sent word for word after twenty digests. */
  readonly kept: number;
}

/**
 * What stays when a room is summed up again and again, and what that does to a provider's cache: 2,000 turns, and a
 * model that always writes as long a digest as it may, of other words each time.
 */
export function compaction(seed: number, count: (text: string) => number): Compaction {
  const { items } = plantedRoom({
    entries: TURNS * ROUND,
    share: 0.31,
    of: 'one entry',
    random: mulberry32(seed),
    count,
  });
  const rows = items.slice(0, PINS).map((item): PinnedRow => {
    return { kind: 'entry', as: 'decision', by: 'ana', item, tokens: count(rowText(item.entry.text)) };
  });
  const lane = new CompactedLane({
    salts: SALTS,
    hash,
    budget: BUDGET,
    pasts: new Pasts(),
    rows,
    words: new RoomWords(),
    writes: longDigests(count),
    count,
  });
  const random = mulberry32(seed + 1);
  const cache = new PrefixCache();
  const sums = { bytes: 0, reused: 0, parent: 0, parentReused: 0, due: 0, kept: 0 };
  let at = 0;
  for (let turn = 1; turn < TURNS; turn++) {
    at += -Math.log(1 - random()) * (random() < 0.05 ? 900_000 : 40_000);
    const asking = items[turn * ROUND - 2];
    if (asking === undefined) break;
    const room = items.slice(0, turn * ROUND - 2);
    const { author, text } = asking.entry;
    const isPrivate = random() < PRIVATE;
    const prompt = { seq: isPrivate ? 1 : room.length + 1, author, text, tokens: asking.tokens };
    const sent = isPrivate ? privately(room, prompt, lane) : lane.turn(room, prompt);
    const key = isPrivate ? `me-${author.id}` : 'room';
    ask(key, sent);
    if (isPrivate) continue;
    const before = lane.asked.length;
    lane.answered(items.slice(0, turn * ROUND), sent);
    if (lane.asked.length > before) measureDigest(key, lane.asked.at(-1));
    if (lane.swaps >= 20) keepsAll(room, sent);
  }
  return {
    seed,
    digests: lane.swaps,
    reused: sums.reused / sums.bytes,
    ofParent: sums.parentReused / sums.parent,
    kept: sums.kept / sums.due,
  };

  function ask(key: string, sent: Context): void {
    const body = Buffer.from(TOOLS + JSON.stringify(sent.messages));
    sums.bytes += body.length;
    sums.reused += cache.ask(key, body, at);
  }

  /** Bytes of what the turn before was sent that the request for a digest begins with; it is a call like any other, too. */
  function measureDigest(key: string, one: (typeof lane.asked)[number] | undefined): void {
    if (one === undefined) return;
    const [parent, request] = [one.parent, one.request].map(({ messages }) => JSON.stringify(messages));
    let same = 0;
    while (same < (parent?.length ?? 0) && parent?.[same] === request?.[same]) same++;
    sums.parent += parent?.length ?? 0;
    sums.parentReused += same;
    ask(key, one.request);
  }

  /** After twenty digests: every pinned row, and the newest prompt of everybody, word for word. */
  function keepsAll(room: readonly ContextItem[], { messages }: Context): void {
    const all = messages.map(({ content }) => content).join('\n');
    const newest = new Map(
      room.filter(({ entry }) => entry.kind === 'prompt').map((item) => [item.entry.author.id, item]),
    );
    const due = [...rows.flatMap((row) => (row.kind === 'entry' ? [row.item] : [])), ...newest.values()];
    sums.due += due.length;
    sums.kept += due.filter(({ entry }) => all.includes(`n="${entry.seq}"`)).length;
  }
}

function privately(
  room: readonly ContextItem[],
  prompt: Parameters<CompactedLane['turn']>[1],
  { compacted }: CompactedLane,
): Context {
  const none = { generation: null, pins: { head: [], since: [], gone: [] } };
  const salts = { ...SALTS, lane: `me-${prompt.author.id}` };
  const own = { salts, hash, budget: BUDGET, room, own: [], prompt, quotes: null };
  return buildContext({ ...own, compacted: { room: compacted, own: none } });
}
