import type { Rules } from './rules.ts';
import { RULES } from './rules.ts';

/** One deliberate mistake in one rule, and the properties that have to notice. */
export interface Fault {
  readonly mistake: string;
  /** At least one of these breaks. */
  readonly breaks: readonly string[];
  readonly rules: Rules;
}

function mistake(text: string, breaks: readonly string[], change: Partial<Rules>): Fault {
  return { mistake: text, breaks, rules: { ...RULES, ...change } };
}

export const FAULTS: readonly Fault[] = [
  mistake('an answer is labelled with the room alone', ['N1'], { resources: () => [] }),
  mistake('an answer forgets what its tools returned', ['N1'], { resources: (sent) => RULES.resources(sent, []) }),
  mistake('an answer forgets what its sources were built on', ['N1'], {
    resources: (_sent, results) => RULES.resources([], results),
  }),
  mistake('what is admitted depends on the speaker alone', ['N1', 'N3', 'N2'], {
    admitted: (item, audience, access) => RULES.admitted(item, audience.slice(0, 1), access),
  }),
  mistake('what is private to somebody alone in the room enters a turn of the room', ['N2', 'N3'], {
    candidate: () => true,
  }),
  mistake('every lane is admitted to every prompt', ['N2', 'N3'], {
    candidate: () => true,
    admitted: (item, audience, access) => RULES.admitted({ ...item, lane: 'room' }, audience, access),
  }),
  mistake('resources are not looked at on admission', ['N1'], {
    admitted: (item, audience, access) => RULES.admitted({ ...item, resources: [] }, audience, access),
  }),
  mistake('results are filtered for the speaker alone, and the answer is not labelled', ['N1'], {
    resultsFor: (results) => results,
    resources: () => [],
  }),
  mistake('results are filtered for the speaker alone', ['N1'], { resultsFor: (results) => results }),
  mistake('the audience of a private turn is the room', ['N1', 'N2', 'N3'], {
    audience: (_lane, speaker, access) => RULES.audience('room', speaker, access),
  }),
  mistake('the audience of a room turn is its speaker', ['N10'], {
    audience: (_lane, speaker, access) => RULES.audience(`me:${speaker}`, speaker, access),
  }),
  mistake('a private answer stands in the room', ['N2', 'N3'], { standsIn: () => 'room' }),
  mistake('one sequence counts all lanes', ['N3'], { numbered: (items) => items }),
  mistake('labelled items take a place among the lane’s own', ['N9'], {
    numbered: (items, lane) => items.filter((item) => item.lane === lane),
  }),
  mistake('the room is told that something was withheld', ['N10'], { tellsWithheld: () => 'room' }),
  mistake('usage of everybody is counted for everybody', ['N1', 'N2', 'N3'], {
    meter: (items) => items.reduce((sum, { usage }) => sum + usage, 0),
  }),
  mistake('usage in the room counts what not everybody may read', ['N1'], {
    meter: (items) => items.filter(({ lane }) => lane === 'room').reduce((sum, { usage }) => sum + usage, 0),
  }),
  mistake('a placeholder stands for what is left out', ['N3'], {
    candidate: () => true,
    stub: () => '[something is left out]',
  }),
  mistake('a placeholder tells the length of what is left out', ['N1', 'N2', 'N3'], {
    candidate: () => true,
    stub: (item) => (item.lane === 'room' ? '' : `[${item.body.length}]`),
  }),
  mistake('anybody in the room reads what is labelled', ['N1'], {
    readable: (item, reader, access) => RULES.readable({ ...item, resources: [] }, reader, access),
  }),
  mistake('a private lane is read by everybody', ['N2', 'N3'], {
    readable: (item, reader, access) => RULES.readable({ ...item, lane: 'room' }, reader, access),
  }),
  mistake('whoever left still sees', ['N5'], { sees: () => true }),
  mistake('anybody releases anything', ['N2', 'N3'], { mayRelease: () => true }),
  mistake('a release takes off what others own', ['N1'], { released: () => [] }),
  mistake('what is written to the room is not a release', ['N1', 'N2', 'N3'], { recipientsMayRead: () => true }),
  mistake('what is written to the room from a private turn is not a release', ['N2', 'N3'], {
    recipientsMayRead: (_lane, resources, effect) => effect === 'send' || resources.length === 0,
  }),
  mistake('what is written to the room may rest on what its members of now can read', ['N1'], {
    recipientsMayRead: (lane, _resources, effect) => effect === 'send' || lane === 'room',
  }),
  mistake('nobody is ever asked', ['N4'], { judge: () => ({ kind: 'run' }) }),
  mistake('trust in one person is trust in all', ['N4'], {
    judge: (facts) =>
      RULES.judge(facts.trust.some(({ people }) => people.length > 1) ? { ...facts, influence: [] } : facts),
  }),
  mistake('an answer forgets whose words shaped it', ['N4'], { influence: (speaker) => [speaker] }),
  mistake('an answer forgets whose answers it rests on', ['N4'], {
    influence: (speaker, sent, read) =>
      RULES.influence(
        speaker,
        sent.map((item) => (item.author === 'ai' ? { ...item, influence: [] } : item)),
        read,
      ),
  }),
  mistake('anybody approves', ['N6'], {
    mayDecide: (_approval, by, digestFits, access) => digestFits && access.members.has(by),
  }),
  mistake('an approval is for whatever waits now', ['N7'], {
    mayDecide: (approval, by, _fits, access) => RULES.mayDecide(approval, by, true, access),
  }),
  mistake('an approval is used twice', ['N7'], { usedUp: false }),
  mistake('a call is made as whoever spoke last', ['N6'], {
    subject: (speaker, items) => {
      const last = items.findLast(({ author }) => author === 'ana' || author === 'bob' || author === 'cyn');
      return last === undefined ? speaker : (last.author as typeof speaker);
    },
  }),
  mistake('redaction takes nothing away', ['N8'], { redacts: () => false }),
  mistake('redaction forgets the copy that was released', ['N8'], { redacts: (item, gone) => item.id === gone.id }),
  mistake('anybody takes away anything in the room', ['N11'], { mayRedact: () => true }),
  mistake('whoever said it takes it away, and nobody minds who asked', ['N11'], {
    mayRedact: (item, by) => item.author === 'ai' || RULES.mayRedact(item, by),
  }),
  mistake('what was released is released again', ['N12'], { onlyOnce: false }),
  mistake('what waits of somebody outlives their right', ['N13'], { keeps: () => true }),
  mistake('whoever comes back finds what waited for them', ['N13'], {
    keeps: (speaker, _resources, { members }) => members.has(speaker),
  }),
  mistake('what waits outlives the right to what it was made from', ['N13'], {
    keeps: (speaker, _resources, access) => RULES.keeps(speaker, [], access),
  }),
  mistake('rights are not read again when a turn goes on', ['N13'], { goesOn: () => true }),
  mistake('a tool that was taken out is called once more', ['N13'], { callable: () => true }),
  mistake('an approval never runs out', ['N13'], { expiryMs: Number.POSITIVE_INFINITY }),
  mistake('whoever is not answered keeps the floor', ['N14'], { floorMs: Number.POSITIVE_INFINITY }),
  mistake('a turn that waited says again what was taken away meanwhile', ['N8'], { stays: () => true }),
  mistake('the AI writes into notes that are closed', ['N13'], {
    mayWrite: (person, { members, askers }) => members.has(person) && askers.has(person),
  }),
  mistake('nobody is behind what is read in the notes', ['N4'], { behindReading: () => [] }),
  mistake('of what the AI wrote only its speaker is behind it', ['N4'], { behindWriting: (speaker) => [speaker] }),
];

/** Mistakes that another rule makes harmless: two locks on one door, each named with its other. */
export const DOUBLE_LOCKS: readonly (Fault & { readonly otherLock: string })[] = [
  {
    ...mistake('whoever left still reads by their label', [], {
      readable: (item, reader, access) =>
        RULES.readable(item, reader, { ...access, members: new Set([...access.members, reader]) }),
    }),
    otherLock: 'somebody who is not in the room gets no view at all (N5)',
  },
];
