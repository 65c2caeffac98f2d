import type { Told } from './model-world.ts';
import { percentile } from './samples.ts';
import { SettingsWorld, type Harm } from './settings-world.ts';

const PEOPLE = 10;
const PER_SECOND = 20;
const MOST_TURNS = 300;
const HARMS: readonly (readonly [Harm, string])[] = [
  ['throws', 'gone'],
  ['hangs', 'hanging'],
  ['nonsense', 'full of nonsense'],
];

export const HARMED_TARGETS: Readonly<Record<string, string>> = Object.fromEntries(
  HARMS.flatMap(([, name]) => [
    [failedOf(name), '0'],
    [strangeOf(name), '0'],
  ]),
);

/**
 * Turns asked at a steady rate, while the store of what admins and people decided is harmed for the middle half of them.
 * Of that, key policies and keys are read for each call; limits and tools were read at the start and are in memory.
 * Prices and routes are the process's own configuration, and what was used, who is in a room and what they may do there
 * is the journal's, without which nothing is promised.
 */
export async function harmedSettings(seed: number, asked: number): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const turns = Math.min(asked, MOST_TURNS);
  for (const [harm, name] of HARMS) {
    await using world = await SettingsWorld.start(seed, PEOPLE);
    const [from, to] = [Math.floor(turns / 4), Math.floor((turns * 3) / 4)];
    const told = await world.turns(turns, PER_SECOND, (n) => {
      if (n === from) world.harm(harm);
      if (n === to) world.heal(harm);
    });
    const finished = told.filter((each) => each?.outcome === 'completed' && each.text !== '');
    figures[`${failedOf(name)} of ${turns}`] = turns - finished.length;
    figures[strangeOf(name)] = await world.onOthersKeys(turns);
    figures[`settings ${name}: a turn meanwhile over one afterwards, p50 [ms]`] =
      p50(told.slice(from, to)) - p50(told.slice(to));
  }
  return figures;
}

function failedOf(harm: string): string {
  return `settings ${harm}: failed turns`;
}

function strangeOf(harm: string): string {
  return `settings ${harm}: calls on somebody else's key`;
}

function p50(told: readonly (Told | null)[]): number {
  const times = told.flatMap((each) => each?.ms ?? []);
  return percentile(times, 50);
}
