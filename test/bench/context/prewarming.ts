import { buildContext, type Context, type ContextItem } from '@parley/server/core/context/context';
import { Pasts } from '@parley/server/core/context/context-past';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import type { RecordOf } from '@parley/server/core/records';
import { seenShare } from '@parley/server/core/warming/seen-share';
import { NEVER_WARM, whenAttempted, whenSettled, whenWarmed, type Warmth } from '@parley/server/core/warming/warmth';
import { heatOf, isWorthWarming, USUAL_CACHING } from '@parley/server/core/warming/worth-warming';
import { TurnId } from '@parley/shared/ids';
import { CompactedLane } from '../../kit/compacted-lane.ts';
import { mulberry32 } from '../../kit/ids.ts';
import { hash, SALTS } from './duplicates.ts';
import { plantedRoom } from './planted-room.ts';
import { PrefixCache } from './prefix-cache.ts';
import { typingTrace, type Approach } from './typing-trace.ts';

const [TURNS, ROUND, MESSAGES, BUDGET, PRIVATE] = [2_000, 7, 5, 32_000, 0.05];
/** What the tools of a room take before everything else. */
const TOOLS = 'x'.repeat(1_500 * 4);
const BYTES_PER_TOKEN = 4;
/** A provider reads a prefix that it has not seen for so long; a turn that begins sooner ends the warm-up, and it was for nothing. */
const PREFILL_MS = 3_000;
const LOOK_MS = 1_000;
/** What a token costs that is written to a cache, and one that is read from it, of what a plain one does. */
const [WRITE, READ] = [1.25, 0.1];
const MODEL = 'm';

export interface Setting {
  readonly seed: number;
  /** What keeps the conversation short. */
  readonly by: 'cuts' | 'digests';
  readonly pauses: number;
  readonly lifetimeMs: number;
  /** Older entries are said once more for a prompt that is about them (C6); what is said so is new at every turn. */
  readonly recalls: boolean;
  readonly warms: boolean;
}

export interface Prewarming extends Setting {
  /** Turns of which the provider had nothing, and of which it had less than half. */
  readonly cold: number;
  readonly anew: number;
  readonly warmupsPerTurn: number;
  /** Of the warm-ups, how many no turn came of within the lifetime, or came too soon. */
  readonly unused: number;
  /** Of the bytes of turns (and of digests), what the provider had; the same with the bytes of warm-ups among them. */
  readonly reused: number;
  readonly reusedOfAll: number;
  /** Of all bytes that were sent, those of warm-ups. */
  readonly warmupShare: number;
  /** Input of a turn, warm-ups included, in tokens at full price. */
  readonly price: number;
}

/** One lane as the provider and the server know it. */
interface Lane {
  readonly key: string;
  warmth: Warmth;
  /** What the last turn was sent. */
  sent: Context['messages'] | null;
  lookedAt: number;
  /** A warm-up that nothing came of yet. */
  open: { readonly endsAt: number } | null;
}

/** 2,000 turns as people come to them by typing, warmed or not, before a provider that sees bytes and nothing else. */
export function prewarming(setting: Setting, count: (text: string) => number): Prewarming {
  const run = new Run(setting, count);
  const { seed, pauses } = setting;
  const random = mulberry32(seed + 1);
  const trace = { turns: TURNS, messages: MESSAGES, privateShare: PRIVATE, pauses, random };
  let turn = 1;
  for (const approach of typingTrace(trace)) run.approach(turn++, approach);
  return run.result();
}

class Run {
  readonly #setting: Setting;
  readonly #cache: PrefixCache;
  readonly #items: readonly ContextItem[];
  readonly #pasts = new Pasts();
  readonly #words = new RoomWords();
  readonly #kept: CompactedLane | null;
  readonly #lanes = new Map<string, Lane>();
  readonly #sums = { turns: 0, cold: 0, anew: 0, warmups: 0, unused: 0, bytes: 0, reused: 0, warmed: 0, warmReused: 0 };

  constructor(setting: Setting, count: (text: string) => number) {
    const { seed, by, lifetimeMs, recalls } = setting;
    this.#setting = setting;
    this.#cache = new PrefixCache(lifetimeMs);
    const planting = { entries: TURNS * ROUND, share: 0.31, of: 'one entry', random: mulberry32(seed), count } as const;
    this.#items = plantedRoom(planting).items;
    const lane = {
      salts: SALTS,
      hash,
      budget: BUDGET,
      pasts: this.#pasts,
      words: this.#words,
      rows: [],
      count,
      writes: digestIn(count),
    };
    const again = recalls ? {} : { recalled: [] };
    this.#kept = by === 'digests' ? new CompactedLane({ ...lane, ...again }) : null;
  }

  approach(turn: number, { at, isPrivate, presses }: Approach): void {
    const asking = this.#items[turn * ROUND - 2];
    if (asking === undefined) throw new Error('a turn without a prompt');
    const own = isPrivate ? `me-${asking.entry.author.id}` : 'room';
    const first = (turn - 1) * ROUND;
    if (this.#setting.warms)
      for (const press of presses) {
        const room = this.#items.slice(0, first + press.said);
        const key = press.isAsker ? own : 'room';
        this.#press(this.#lane(key), {
          room,
          at: press.at,
          asking,
          nextAt: key === own ? at : Number.POSITIVE_INFINITY,
        });
      }
    this.#ask(this.#lane(own), turn, { at, asking });
  }

  #ask(lane: Lane, turn: number, { at, asking }: { at: number; asking: ContextItem }): void {
    const room = this.#items.slice(0, turn * ROUND - 2);
    const context = this.#build(lane, room, { text: asking.entry.text, tokens: asking.tokens, asking }, 'turn');
    const { reused, bytes } = this.#send(lane, context, at);
    const sums = this.#sums;
    sums.turns += 1;
    sums.cold += reused === 0 ? 1 : 0;
    sums.anew += reused < bytes / 2 ? 1 : 0;
    if (lane.open !== null && lane.open.endsAt < at) sums.unused += 1;
    lane.open = null;
    lane.warmth = whenSettled(whenAttempted(lane.warmth, attempted(at)), settled(reused / BYTES_PER_TOKEN));
    lane.sent = context.messages;
    if (lane.key === 'room') this.#summedUp(turn, context, at);
  }

  /** A digest is asked for behind the answer, by a call like any other. */
  #summedUp(turn: number, parent: Context, at: number): void {
    const before = this.#kept?.asked.length ?? 0;
    this.#kept?.answered(this.#items.slice(0, turn * ROUND), parent);
    const request = this.#kept?.asked[before]?.request;
    if (request !== undefined) this.#send(this.#lane('room'), request, at);
  }

  #press(
    lane: Lane,
    { room, at, asking, nextAt }: { room: readonly ContextItem[]; at: number; asking: ContextItem; nextAt: number },
  ): void {
    const caches = [lane, this.#lane('room')].some(({ warmth }) => warmth.models.get(MODEL)?.caches === true);
    const looking = { warmth: lane.warmth, model: MODEL, caches, caching: USUAL_CACHING, now: at };
    const heat = heatOf(looking);
    if (heat === 'closed' || at - lane.lookedAt < LOOK_MS) return;
    lane.lookedAt = at;
    const context = this.#build(lane, room, { text: '', tokens: 0, asking }, 'foresee');
    const body = bodyOf(context);
    const seen = lane.sent === null ? null : seenShare(lane.sent, context.messages);
    if (!isWorthWarming(heat, { tokens: body.length / BYTES_PER_TOKEN, seen }, USUAL_CACHING)) return;
    const sums = this.#sums;
    sums.warmups += 1;
    sums.warmed += body.length;
    const endsAt = at + PREFILL_MS;
    lane.warmth = whenWarmed(lane.warmth, warmed(endsAt));
    // It was ended before the provider had read it.
    if (endsAt > nextAt) return void (sums.unused += 1);
    sums.warmReused += this.#cache.ask(lane.key, body, at);
    if (lane.open !== null) sums.unused += 1;
    lane.open = { endsAt: at + this.#setting.lifetimeMs };
  }

  #send(lane: Lane, context: Context, at: number): { readonly reused: number; readonly bytes: number } {
    const body = bodyOf(context);
    const reused = this.#cache.ask(lane.key, body, at);
    this.#sums.bytes += body.length;
    this.#sums.reused += reused;
    return { reused, bytes: body.length };
  }

  #build(
    { key }: Lane,
    room: readonly ContextItem[],
    { text, tokens, asking }: { text: string; tokens: number; asking: ContextItem },
    how: 'turn' | 'foresee',
  ): Context {
    const { author } = asking.entry;
    const isPrivate = key !== 'room';
    const prompt = { seq: isPrivate ? 1 : room.length + 1, author, text, tokens };
    if (!isPrivate && this.#kept !== null) return this.#kept[how](room, prompt);
    const none = { generation: null, pins: { head: [], since: [], gone: [] } };
    return buildContext({
      ...{ salts: { ...SALTS, lane: isPrivate ? key : SALTS.lane }, hash, budget: BUDGET, pasts: this.#pasts },
      ...(how === 'turn' && this.#setting.recalls ? { words: this.#words } : { recalled: [] }),
      ...{ room, own: isPrivate ? [] : null, prompt, quotes: null },
      ...(this.#kept === null ? {} : { compacted: { room: this.#kept.compacted, own: none } }),
    });
  }

  #lane(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane: Lane = { key, warmth: NEVER_WARM, sent: null, lookedAt: Number.NEGATIVE_INFINITY, open: null };
    this.#lanes.set(key, lane);
    return lane;
  }

  result(): Prewarming {
    const { turns, cold, anew, warmups, unused, bytes, reused, warmed: warm, warmReused } = this.#sums;
    const all = bytes + warm;
    const read = reused + warmReused;
    return {
      ...this.#setting,
      cold: cold / turns,
      anew: anew / turns,
      warmupsPerTurn: warmups / turns,
      unused: warmups === 0 ? 0 : unused / warmups,
      reused: reused / bytes,
      reusedOfAll: read / all,
      warmupShare: warm / all,
      price: ((all - read) * WRITE + read * READ) / BYTES_PER_TOKEN / turns,
    };
  }
}

function bodyOf({ messages }: Context): Buffer {
  return Buffer.from(TOOLS + JSON.stringify(messages));
}

const ABOUT = { lane: 'room', turn: TurnId.parse('t_1') } as const;
const SPENT = {
  ...{ provider: 'p', model: MODEL, inputTokens: 0, cacheWriteTokens: 0, outputTokens: 1, reasoningTokens: 0 },
  ...({ estimated: false, cost: null, keyOf: 'server', reserved: 0 } as const),
};

function attempted(at: number): RecordOf<'turn.attempted'> {
  return { ...ABOUT, type: 'turn.attempted', step: 1, attempt: 1, model: MODEL, at };
}

function settled(cachedTokens: number): RecordOf<'attempt.settled'> {
  const call = { step: 1, attempt: 1, speaker: 'ana', outcome: 'stop', kind: '', at: 0 };
  return { ...ABOUT, ...SPENT, ...call, type: 'attempt.settled', cachedTokens };
}

function warmed(at: number): RecordOf<'warmup.settled'> {
  return { ...SPENT, type: 'warmup.settled', lane: 'room', cachedTokens: 0, outcome: 'length', at };
}

/** As long as it may be, of other words each time. */
function digestIn(count: (text: string) => number) {
  let written = 0;
  return (cite: readonly string[], mostTokens: number): string => {
    const named = cite.map((one) => `[${one}]`).join(' ');
    return `${named} ${`summary ${(written += 1)} `.repeat(Math.floor((mostTokens - count(named) - 8) / 4))}`.trim();
  };
}
