import type { Person, Resource } from './history.ts';
import { RULES, type Access, type Item, type Rules } from './rules.ts';

/**
 * The rules that the other model takes from the server, said once more in sets and plain words: what a whole room does is
 * compared with these, so that the server is not its own judge.
 */
export const PLAIN_RULES: Rules = {
  ...RULES,
  admitted: (item, audience, access) => audience.every((person) => mayRead(person, item, access)),
  readable: (item, reader, access) => mayRead(reader, item, access),
  resources: (sent, results) =>
    sorted<Resource>(...sent.flatMap((item) => item.resources), ...results.map(({ resource }) => resource)),
  influence: (speaker, sent, read) =>
    sorted<string>(speaker, ...sent.flatMap((item) => item.influence), ...read.flat()),
  // A call that acts needs a word where anybody shaped it whom its speaker does not trust with it.
  judge: ({ call, speaker, influence, trust, recipientsMayRead }) => {
    const own = trust.filter((one) => one.call === call);
    const trusted: readonly string[] = [speaker, ...own.flatMap(({ people }) => people)];
    const influencedBy = influence.filter((who) => !trusted.includes(who));
    if (influencedBy.length === 0 && recipientsMayRead) return { kind: 'run' };
    return { kind: 'ask', influencedBy, releases: !recipientsMayRead };
  },
  mayRelease: (item, by, access) => item.lane === `me:${by}` && item.author === 'ai' && mayRead(by, item, access),
  // Where nothing is lifted off, what stands before everybody was made from nothing that has readers.
  mayBeWritten: (resources) => resources.length === 0,
  behindWriting: (speaker, influence) => sorted<string>(speaker, ...influence),
};

function mayRead(person: Person, { lane, resources }: Item, access: Access): boolean {
  if (!access.members.has(person)) return false;
  if (lane !== 'room' && lane !== `me:${person}`) return false;
  return resources.every((resource) => access.readers[resource].has(person));
}

function sorted<T extends string>(...all: readonly T[]): readonly T[] {
  return [...new Set(all)].toSorted();
}
