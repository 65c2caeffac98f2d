import { ablation, type Ablation } from './ablation.ts';
import { buildTime } from './build-time.ts';
import { compaction, type Compaction } from './compaction.ts';
import { duplicates, type Duplicates } from './duplicates.ts';
import { evidence, type Evidence } from './evidence.ts';
import { prefixReuse, type Reuse } from './prefix-reuse.ts';
import { prewarming, type Prewarming, type Setting } from './prewarming.ts';

type Count = (text: string) => number;
type Row = Readonly<Record<string, string | number | boolean>>;

/** What was measured, and the same as a table. */
export interface Measured {
  readonly raw: readonly unknown[];
  readonly rows: readonly Row[];
}

/** One table. */
export interface Part {
  readonly about: string;
  readonly measure: (seed: number, count: Count) => Measured;
}

const SHARES = [0, 0.15, 0.31, 0.45, 0.6];
const COPIES = ['one entry', 'several entries', 'a log of the room'] as const;
/** As it is, with and without digests, and without what is recalled; and where one gap in five is a pause and the provider keeps things for half as long. */
const ROOMS: readonly Pick<Setting, 'by' | 'pauses' | 'lifetimeMs' | 'recalls'>[] = [
  { by: 'digests', pauses: 0.05, lifetimeMs: 600_000, recalls: true },
  { by: 'digests', pauses: 0.05, lifetimeMs: 600_000, recalls: false },
  { by: 'cuts', pauses: 0.05, lifetimeMs: 600_000, recalls: true },
  { by: 'cuts', pauses: 0.05, lifetimeMs: 600_000, recalls: false },
  { by: 'cuts', pauses: 0.2, lifetimeMs: 300_000, recalls: true },
];

/** What `npm run bench:context` measures, by name. */
export const PARTS: Readonly<Record<string, Part>> = {
  copies: {
    about: 'What of planted copies is not sent again:',
    measure: (seed, count) =>
      measured(
        COPIES.flatMap((of) => SHARES.map((share) => duplicates(share, { seed, of, count }))),
        copiesRow,
      ),
  },
  evidence: {
    about: 'Of questions about an entry of any age, how often what is asked for is in front of the model:',
    measure: (seed, count) =>
      measured(
        [8_000, 32_000].map((budget) => evidence(seed, budget, count)),
        ...(['all', 'sayingMore'] as const).map((which) => (one: Evidence) => evidenceRow(one, which)),
      ),
  },
  ablation: {
    about: 'A room of 400 turns at 32,000 tokens, with all parts of what a model is sent, and without each:',
    measure: (seed, count) => measured(ablation(seed, count), ablationRow),
  },
  times: {
    about: 'Milliseconds to lay out a turn in a room of 10,000 entries:',
    measure: (seed, count) => measured([buildTime(seed, count)], (one) => ({ ...one })),
  },
  reuse: {
    about: 'Of the bytes of all requests, what a provider had seen before, and why it had not seen the rest:',
    measure: (seed, count) => measured(prefixReuse(seed, count), reuseRow),
  },
  prewarming: {
    about: 'The same as people come to it by typing, with what is sent before they ask and without:',
    measure: (seed, count) =>
      measured(
        ROOMS.flatMap((room) => [false, true].map((warms) => prewarming({ seed, ...room, warms }, count))),
        prewarmingRow,
      ),
  },
  compaction: {
    about: 'A room that is summed up again and again:',
    measure: (seed, count) => measured([compaction(seed, count)], compactionRow),
  },
};

function measured<T>(raw: readonly T[], ...rowsOf: ((one: T) => Row)[]): Measured {
  return { raw, rows: rowsOf.flatMap((rowOf) => raw.map(rowOf)) };
}

function copiesRow({ seed, of, share, removed, net, lost, byWholeMessage }: Duplicates): Row {
  const shares = { copied: share, removed, 'less references': net, 'own words lost': lost };
  return { seed, of, ...percents({ ...shares, 'by whole message': byWholeMessage }) };
}

function evidenceRow({ seed, budget, ...found }: Evidence, which: 'all' | 'sayingMore'): Row {
  const { questions, ...shares } = found[which];
  return { seed, budget, about: which === 'all' ? 'anything' : 'more than they say', questions, ...percents(shares) };
}

function ablationRow({ seed, off, meanTokens, meanNewBytes, reused, evidence: found, recalling }: Ablation): Row {
  const means = { 'mean tokens': Math.round(meanTokens), 'new bytes a turn': Math.round(meanNewBytes) };
  return { seed, off, ...means, ...percents({ reused, evidence: found, recalling }) };
}

function reuseRow({ seed, way, reused, meanBytes, lost, wrong }: Reuse): Row {
  return { seed, way, ...percents({ reused }), 'mean bytes': Math.round(meanBytes), ...percents(lost), wrong };
}

function prewarmingRow(one: Prewarming): Row {
  const { seed, by, recalls, warms, pauses, lifetimeMs, cold, anew, unused, reused, reusedOfAll, warmupShare } = one;
  return {
    ...{ seed, by, recalls, warms, ...percents({ pauses }), minutes: lifetimeMs / 60_000 },
    ...percents({ cold, 'less than half': anew }),
    'warm-ups a turn': one.warmupsPerTurn.toFixed(3),
    ...percents({ unused, reused, 'with warm-ups': reusedOfAll, 'of all sent': warmupShare }),
    price: Math.round(one.price),
  };
}

function compactionRow({ seed, digests, ...shares }: Compaction): Row {
  return { seed, digests, ...percents(shares) };
}

function percents<K extends string>(shares: Readonly<Record<K, number>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries<number>(shares).map(([name, share]) => [name, `${(share * 100).toFixed(2)} %`]),
  );
}
