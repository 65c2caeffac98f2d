import { buildContext, type ContextItem } from '@parley/server/core/context/context';
import { Pasts } from '@parley/server/core/context/context-past';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import type { Author } from '@parley/shared/entry';
import { mulberry32 } from '../../kit/ids.ts';
import { hash, SALTS } from './duplicates.ts';
import { plantedRoom } from './planted-room.ts';
import { BruteForce, PrefixCache } from './prefix-cache.ts';

const TURNS = 2_000;
const ROUND = 7;
const BUDGET = 32_000;
const PRIVATE = 0.05;
/** How many turns are checked against every earlier request. */
const CHECKED = 150;
/** What the tools of a room take before everything else. */
const TOOLS = 'x'.repeat(1_500 * 4);

type Messages = readonly { readonly role: string; readonly content: string }[];
interface Asked {
  readonly isPrivate: boolean;
  /** The first entry that is sent. */
  readonly from: number;
  readonly room: readonly ContextItem[];
  readonly messages: Messages;
  readonly by: Author;
  readonly turn: number;
}

/** How else it could be done; each changes one thing. */
const WAYS: Readonly<Record<string, (asked: Asked) => Messages>> = {
  parley: ({ messages }) => messages,
  'the speaker’s name in the system text': ({ messages, by }) => withSystem(messages, `You talk with ${by.name}.`),
  'a clock in the system text': ({ messages, turn }) => withSystem(messages, `It is minute ${turn}.`),
  'the oldest entry goes at every turn': ({ messages, room }) => sliding(messages, room),
};

/** Nothing of a private lane is shared (R9, R10); else nobody asked for too long, or too often; else old entries went. */
type Why = 'private' | 'cold' | 'cut' | 'new words';

export interface Reuse {
  readonly way: string;
  readonly seed: number;
  /** Of the bytes of all requests. */
  readonly reused: number;
  readonly meanBytes: number;
  /** The rest, by why a provider had not seen it. */
  readonly lost: Readonly<Record<Why, number>>;
  /** Turns of which brute force said something else. */
  readonly wrong: number;
}

/** How much of what is sent a provider has seen before: 2,000 turns, 8 speakers, 5 % of the turns private. */
export function prefixReuse(seed: number, count: (text: string) => number): Reuse[] {
  const { items } = plantedRoom({
    entries: TURNS * ROUND,
    share: 0.31,
    of: 'one entry',
    random: mulberry32(seed),
    count,
  });
  const random = mulberry32(seed + 1);
  const [pasts, words] = [new Pasts(), new RoomWords()];
  const runs = Object.entries(WAYS).map(([way, write]) => ({
    way,
    write,
    cache: new PrefixCache(),
    brute: new BruteForce(),
    bytes: 0,
    reused: 0,
    wrong: 0,
    lost: { private: 0, cold: 0, cut: 0, 'new words': 0 } satisfies Record<Why, number>,
  }));
  let from = 0;
  let at = 0;
  for (let turn = 1; turn < TURNS; turn++) {
    at += gap(random);
    const { key, asked } = ask(items, turn, { random, pasts, words });
    for (const run of runs) {
      const body = Buffer.from(TOOLS + JSON.stringify(run.write(asked)));
      const reused = run.cache.ask(key, body, at);
      if (turn < CHECKED && run.brute.ask(key, body, at) !== reused) run.wrong++;
      run.bytes += body.length;
      run.reused += reused;
      run.lost[whyNot(asked, reused, from)] += body.length - reused;
    }
    if (!asked.isPrivate) from = asked.from;
  }
  return runs.map(({ way, bytes, reused, wrong, lost }) => ({
    way,
    seed,
    reused: reused / bytes,
    meanBytes: bytes / (TURNS - 1),
    lost: {
      private: lost.private / bytes,
      cold: lost.cold / bytes,
      cut: lost.cut / bytes,
      'new words': lost['new words'] / bytes,
    },
    wrong,
  }));
}

function whyNot(asked: Asked, reused: number, from: number): Why {
  if (asked.isPrivate) return 'private';
  if (reused === 0) return 'cold';
  return asked.from === from ? 'new words' : 'cut';
}

/** People ask in bursts, and sometimes nobody does for a while. */
function gap(random: () => number): number {
  return -Math.log(1 - random()) * (random() < 0.05 ? 900_000 : 40_000);
}

function ask(
  items: readonly ContextItem[],
  turn: number,
  { random, pasts, words }: { random: () => number; pasts: Pasts; words: RoomWords },
): { key: string; asked: Asked } {
  const asking = items[turn * ROUND - 2];
  if (asking === undefined) throw new Error('a turn without a prompt');
  const { author, text } = asking.entry;
  const isPrivate = random() < PRIVATE;
  const room = items.slice(0, turn * ROUND - 2);
  const lane = isPrivate ? `me-${author.id}` : SALTS.lane;
  const prompt = { seq: isPrivate ? 1 : room.length + 1, author, text, tokens: asking.tokens };
  const { messages, manifest } = buildContext({
    salts: { ...SALTS, lane },
    room,
    own: isPrivate ? [] : null,
    prompt,
    quotes: null,
    budget: BUDGET,
    hash,
    pasts,
    words,
  });
  return { key: lane, asked: { isPrivate, from: manifest.from, room, messages, by: author, turn } };
}

function withSystem([system, ...rest]: Messages, more: string): Messages {
  return system === undefined ? rest : [{ ...system, content: `${system.content}\n${more}` }, ...rest];
}

/** The newest entries that fit, in full, whatever was sent before. */
function sliding([system, ...rest]: Messages, room: readonly ContextItem[]): Messages {
  let tokens = 0;
  let from = room.length;
  while (from > 0 && tokens < BUDGET) tokens += room[--from]?.tokens ?? 0;
  const history = room.slice(from).map(({ entry }) => ({
    role: entry.kind === 'answer' ? 'assistant' : 'user',
    content: `${entry.author.name}: ${entry.text}`,
  }));
  return [...(system === undefined ? [] : [system]), ...history, ...rest.slice(-1)];
}
