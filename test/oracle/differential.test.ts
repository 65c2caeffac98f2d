import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { histories, PEOPLE, type Action, type History, type Person, type Resource } from './history.ts';
import { play, type Secrets } from './model.ts';
import { RealRoom, shownLine, type Shown } from './real-room.ts';
import { RULES } from './rules.ts';

/** PARLEY_DIFFERENTIAL_RUNS and PARLEY_DIFFERENTIAL_SEED look for longer, or again. */
const RUNS = Number(process.env['PARLEY_DIFFERENTIAL_RUNS'] ?? 25);
const SEED = Number(process.env['PARLEY_DIFFERENTIAL_SEED'] ?? 20_261_128);

/** Each saying has words of its own. */
const WORLD: Secrets = {
  content: (resource) => `content of ${resource}`,
  words: (by, lane, words) => wordsOf(by, lane, words),
  releases: () => false,
  approvesReleases: false,
  readersOfD: ['ana'],
};

function wordsOf(by: Person, lane: string, words: number): string {
  return `w.${by}.${lane}.${words}.`;
}

/** What both of them know alike: who talks, asks, reads, comes and goes. Approvals wait differently, and are tested apart. */
function comparable(history: History): History {
  return history.flatMap((action, index): Action[] => {
    if (action.type === 'ask') {
      const quotes = action.quotes === null ? null : [];
      return [{ ...action, words: index, act: 'none', quotes }];
    }
    if (action.type === 'say') return [{ ...action, words: index }];
    return ['join', 'leave', 'share', 'unshare'].includes(action.type) ? [action] : [];
  });
}

test(
  'R3 R4 R9 the real room and the model of its rules, over the same histories: every person is shown the same entries and refused the same, and the AI is sent the same words',
  async () => {
    const seen = { compared: 0, refused: 0, labelled: 0, withheld: 0 };
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        await compare(comparable(history), seen);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // The histories were of the kind that can differ.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 5);
  },
  Math.max(60_000, RUNS * 3_000),
);

/** Rare by chance: what was read by all and is not any more, in the room and alone, and who comes when it was said. */
const PINNED: readonly (readonly [string, History])[] = [
  [
    'somebody loses what the room was told',
    [share('D', 'bob'), ask('room', ['D']), unshare('D', 'bob'), ask('room', [])],
  ],
  [
    'the asker loses what they were told alone',
    [ask('me', ['D']), unshare('D', 'ana'), ask('me', []), ask('me', ['D'])],
  ],
  [
    'somebody comes who may not',
    [share('D', 'bob'), ask('room', ['D']), join('cyn'), ask('room', []), ask('room', ['D'])],
  ],
  [
    'somebody leaves who might not',
    [share('E', 'bob'), join('cyn'), unshare('E', 'cyn'), ask('room', ['E']), leave('cyn'), ask('room', ['E'])],
  ],
];

test.each(PINNED)('R3 R4 the same of a history that chance seldom makes: %s', async (_what, history) => {
  await compare(comparable(history), {});
});

function ask(lane: 'room' | 'me', reads: readonly Resource[]): Action {
  return { type: 'ask', by: 'ana', lane, words: 0, quotes: null, reads, act: 'none' };
}
function share(resource: Resource, who: Person): Action {
  return { type: 'share', resource, who };
}
function unshare(resource: Resource, who: Person): Action {
  return { type: 'unshare', resource, who };
}
function join(who: Person): Action {
  return { type: 'join', who };
}
function leave(who: Person): Action {
  return { type: 'leave', who };
}

async function compare(history: History, seen: Record<string, number>): Promise<void> {
  const room = await RealRoom.open();
  const members = new Set<Person>(['ana', 'bob']);
  for (const [index, action] of history.entries()) {
    const so = history.slice(0, index + 1);
    const run = play(RULES, so, WORLD);
    const speaks = action.type === 'say' || action.type === 'ask';
    const done = await room.step(action, speaks ? wordsOf(action.by, action.lane, action.words) : '');
    if (action.type === 'join') members.add(action.who);
    if (action.type === 'leave') members.delete(action.who);
    if (speaks) expect([so, done]).toEqual([so, members.has(action.by)]);
    if (speaks && !done) count(seen, 'refused');
    if (action.type === 'ask' && done)
      expect([so, canariesOf(room.lastRequest)]).toEqual([so, canariesOf(run.prompts.at(-1) ?? '')]);
    for (const person of PEOPLE) {
      const expected = members.has(person) ? shownBy(run.seen[person].at(-1)) : null;
      expect([so, person, await room.shownTo(person)]).toEqual([so, person, expected]);
      count(seen, 'compared');
      if (expected?.some((line) => /\| [DE+]+ \|/.test(line))) count(seen, 'labelled');
      if (expected?.some((line) => line.includes('| system |'))) count(seen, 'withheld');
    }
  }
}

function count(seen: Record<string, number>, what: string): void {
  seen[what] = (seen[what] ?? 0) + 1;
}

type ViewItem = [lane: string, author: string, body: string, resources: string[], seq: number, after: number];

/** The entries of a view of the model. */
function shownBy(view: string | undefined): Shown {
  const { items } = JSON.parse(view ?? '{"items":[]}') as { items: ViewItem[] };
  return items
    .map(([lane, author, body, resources, seq, after]) =>
      shownLine({ lane: lane === 'room' ? 'room' : 'me', author, body, resources, seq, after }),
    )
    .toSorted();
}

/** Words of people and contents of things. */
function canariesOf(text: string): string[] {
  return [...new Set(text.match(/w\.\w+\.\w+\.\d+\.|content of [DE]/g))].toSorted();
}
