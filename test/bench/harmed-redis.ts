import type { Entry } from '@parley/shared/entry';
import { RedisWorld, type RedisHarm, type RoomStory } from './redis-world.ts';

const ROOMS = 5;
const PER_SECOND = 20;
const MOST_TURNS = 100;
const HARMS: readonly (readonly [RedisHarm, string])[] = [
  ['killed', 'killed'],
  ['emptied', 'restarted empty'],
  ['nonsense', 'filled with nonsense'],
];

export const REDIS_TARGETS: Readonly<Record<string, string>> = Object.fromEntries(
  HARMS.flatMap(([, name]) => [
    [failedOf(name), '0'],
    [lostOf(name), '0'],
  ]),
);

/**
 * Prompts asked at a steady rate in rooms of people on two nodes, while the Redis between the nodes is harmed: killed for
 * the middle half of them, or killed and started again, or emptied and filled with nonsense, at each quarter.
 */
export async function harmedRedis(most: number): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const turns = Math.min(most, MOST_TURNS);
  const quarters = [1, 2, 3].map((n) => Math.floor((turns * n) / 4));
  for (const [harm, name] of HARMS) {
    await using world = await RedisWorld.start(ROOMS);
    const times = harm === 'killed' ? quarters.slice(0, 1) : quarters;
    const stories = await world.ask(turns, PER_SECOND, async (asked) => {
      if (times.includes(asked)) await world.harm(harm);
      if (asked === quarters.at(-1)) await world.heal(harm);
    });
    figures[`${failedOf(name)} of ${turns}`] = sum(stories, failedIn);
    figures[lostOf(name)] = sum(stories, lostIn);
  }
  return figures;
}

function failedOf(harm: string): string {
  return `Redis ${harm}: failed turns`;
}

function lostOf(harm: string): string {
  return `Redis ${harm}: prompts lost`;
}

function sum(stories: readonly RoomStory[], count: (story: RoomStory) => number): number {
  return stories.reduce((total, story) => total + count(story), 0);
}

/** Prompts that stand in the transcript without a whole answer. */
function failedIn({ entries }: RoomStory): number {
  const answered = new Set(entries.filter(isWhole).flatMap(({ answers = [] }) => answers));
  return entries.filter(({ kind, turn }) => kind === 'prompt' && (turn === undefined || !answered.has(turn))).length;
}

function isWhole({ kind, outcome, text }: Entry): boolean {
  return kind === 'answer' && outcome === 'completed' && text.trim().endsWith('w20');
}

/** Prompts that do not stand in the transcript exactly once. */
function lostIn({ asked, entries }: RoomStory): number {
  const prompts = entries.filter(({ kind }) => kind === 'prompt').map(({ text }) => text);
  return asked.filter((text) => prompts.filter((prompt) => prompt.split('\n').includes(text)).length !== 1).length;
}
