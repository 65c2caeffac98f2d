import { judgeCall, type CallFacts, type CallVerdict } from '@parley/server/core/tools/call-gate';
import { joinInfluence, toolInfluence } from '@parley/server/core/labels/influence';
import { admits, joinResources, labelOf, satisfies, type Atom } from '@parley/server/core/labels/label';
import type { LaneKey, RoomId, UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Act, Person, Resource } from './history.ts';

/** One thing that was said, as the model of the rules keeps it. */
export interface Item {
  /** Nobody sees it. */
  readonly id: number;
  readonly lane: LaneKey;
  readonly author: string;
  readonly body: string;
  readonly resources: readonly Resource[];
  readonly influence: readonly string[];
  /** Its place among items of the same lane and resources, and how many of the lane's own came before it. */
  readonly seq: number;
  readonly after: number;
  /** What its turn used: as telling as its words. */
  readonly usage: number;
  /** The private item it was released from. */
  readonly from: Item | null;
  /** Who asked for it, or released it. */
  readonly for: Person | null;
  readonly at: number;
}

/** Who satisfies what at one moment. */
export interface Access {
  readonly members: ReadonlySet<Person>;
  /** Who of them may ask, and edit the notes where those are open. */
  readonly askers: ReadonlySet<Person>;
  readonly readers: Readonly<Record<Resource, ReadonlySet<Person>>>;
  /** Whether the tool that sends mail is in the room. */
  readonly mail: boolean;
  readonly notesOpen: boolean;
}

export type Effect = Exclude<Act, 'none'>;

/** A call as it was judged. */
export interface Wish {
  readonly user: Person;
  readonly lane: LaneKey;
  readonly body: string;
  readonly effect: Effect;
  readonly resources: readonly Resource[];
  readonly influence: readonly string[];
}

export interface Approval extends Wish {
  /** Nobody sees it. */
  readonly id: number;
  /** The words of its prompt, by their number. */
  readonly words: number;
  readonly askedAt: number;
  readonly releases: boolean;
  /** What of the people behind it its person is told. */
  readonly influencedBy: readonly string[];
}

/** A result of a tool that was called as the speaker. */
export interface Result {
  readonly resource: Resource;
  readonly body: string;
}

/**
 * Every decision that the model takes about who may know or cause what, each by the function that the server
 * uses. A seeded fault replaces one of them.
 */
export interface Rules {
  readonly audience: (lane: LaneKey, speaker: Person, access: Access) => readonly Person[];
  /** Whether a turn of a lane looks at an item at all. */
  readonly candidate: (item: Item, lane: LaneKey) => boolean;
  readonly admitted: (item: Item, audience: readonly Person[], access: Access) => boolean;
  readonly resultsFor: (results: readonly Result[], audience: readonly Person[], access: Access) => readonly Result[];
  readonly resources: (sent: readonly Item[], results: readonly Result[]) => readonly Resource[];
  /** `read`: for each thing that was asked besides, who is behind what it said. */
  readonly influence: (
    speaker: Person,
    sent: readonly Item[],
    read: readonly (readonly string[])[],
  ) => readonly string[];
  /** Whether everybody who would receive it may read all it was built on; what is written to the room is for joiners too. */
  readonly recipientsMayRead: (lane: LaneKey, resources: readonly Resource[], effect: Effect) => boolean;
  readonly judge: (facts: CallFacts) => CallVerdict;
  readonly mayDecide: (approval: Approval, by: Person, digestFits: boolean, access: Access) => boolean;
  readonly usedUp: boolean;
  readonly subject: (speaker: Person, items: readonly Item[]) => Person;
  readonly readable: (item: Item, reader: Person, access: Access) => boolean;
  readonly sees: (reader: Person, access: Access) => boolean;
  readonly mayRelease: (item: Item, by: Person, access: Access) => boolean;
  readonly released: (item: Item) => readonly Resource[];
  readonly onlyOnce: boolean;
  readonly numbered: (items: readonly Item[], lane: LaneKey, resources: readonly Resource[]) => readonly Item[];
  readonly tellsWithheld: (speaker: Person) => LaneKey | null;
  readonly standsIn: (lane: LaneKey) => LaneKey;
  readonly mayRedact: (item: Item, by: Person) => boolean;
  readonly redacts: (item: Item, gone: Item) => boolean;
  /** What a prompt holds in the place of an item that is not admitted. */
  readonly stub: (item: Item) => string;
  /** T35, T36: who may ask at all. */
  readonly mayAsk: (person: Person, access: Access) => boolean;
  /** T36: whether what somebody has under way stays. */
  readonly keeps: (speaker: Person, resources: readonly Resource[], access: Access) => boolean;
  /** T35: read again when a word was said. */
  readonly goesOn: (speaker: Person, resources: readonly Resource[], access: Access) => boolean;
  /** T35: whether what was approved can still be called. */
  readonly callable: (effect: Effect, access: Access) => boolean;
  /** T22, T39: milliseconds until whoever waits gives the floor back, and until it is too late. */
  readonly floorMs: number;
  readonly expiryMs: number;
  /** R14: what later requests of a turn still hold of what it was started with. */
  readonly stays: (item: Item, now: Item | undefined) => boolean;
  /** R15: whether something made from these may be written where everybody reads it. */
  readonly mayBeWritten: (resources: readonly Resource[]) => boolean;
  /** R15: whether somebody may write there at this moment. */
  readonly mayWrite: (person: Person, access: Access) => boolean;
  /** R6: who is behind the notes when an AI wrote for somebody. */
  readonly behindWriting: (speaker: Person, influence: readonly string[]) => readonly string[];
  /** R6: who is behind what is read of them. */
  readonly behindReading: (behind: readonly string[]) => readonly string[];
  /** What is counted for everybody to see. */
  readonly meter: (items: readonly Item[], reader: Person) => number;
}

const ROOM = 'r' as RoomId;
/** What rooms begin with. */
export const FLOOR_MS = 60_000;
export const EXPIRY_MS = 900_000;
/** Who is behind what a tool says. */
export const OF_DRIVE = toolInfluence('drive');

/** The words of the model in the types of the server: the model's names are well formed ids. */
const asUser = (person: Person): UserId => person as string as UserId;
const asResources = (resources: readonly Resource[]): readonly ResourceId[] =>
  resources as readonly string[] as readonly ResourceId[];
const labelOfItem = ({ lane, resources }: Pick<Item, 'lane' | 'resources'>) =>
  labelOf(ROOM, lane, asResources(resources));

export function holds(access: Access, person: Person, atom: Atom): boolean {
  const [kind, name] = [atom.slice(0, atom.indexOf(':')), atom.slice(atom.indexOf(':') + 1)];
  if (kind === 'room') return access.members.has(person);
  return kind === 'user' ? name === person : access.readers[name as Resource].has(person);
}

export const RULES: Rules = {
  audience: (lane, speaker, { members }) => (lane === 'room' ? [...members] : [speaker]),
  // Somebody alone in a room satisfies every atom of what is private to them, and whoever joins reads the answer.
  candidate: (item, lane) => item.lane === 'room' || item.lane === lane,
  admitted: (item, audience, access) =>
    admits(labelOfItem(item), audience.map(asUser), (user, atom) => holds(access, user as string as Person, atom)),
  resultsFor: (results, audience, access) =>
    results.filter(({ resource }) => audience.every((person) => holds(access, person, `res:${resource}`))),
  resources: (sent, results) =>
    joinResources(
      ...sent.map(({ resources }) => asResources(resources)),
      asResources(results.map(({ resource }) => resource)),
    ) as readonly string[] as readonly Resource[],
  influence: (speaker, sent, read) => joinInfluence([speaker], ...sent.map(({ influence }) => influence), ...read),
  recipientsMayRead: (lane, resources, effect) => effect === 'send' || (lane === 'room' && resources.length === 0),
  judge: judgeCall,
  mayDecide: (approval, by, digestFits, access) => approval.user === by && digestFits && access.members.has(by),
  usedUp: true,
  subject: (speaker) => speaker,
  readable: (item, reader, access) => satisfies(labelOfItem(item), (atom) => holds(access, reader, atom)),
  sees: (reader, { members }) => members.has(reader),
  mayRelease: (item, by, access) =>
    item.lane === `me:${by}` && item.author === 'ai' && satisfies(labelOfItem(item), (atom) => holds(access, by, atom)),
  released: ({ resources }) => resources,
  onlyOnce: true,
  numbered: (items, lane, resources) =>
    items.filter((item) => item.lane === lane && item.resources.join() === resources.join()),
  tellsWithheld: (speaker) => `me:${speaker}`,
  standsIn: (lane) => lane,
  mayRedact: (item, by) => item.lane === `me:${by}` || item.author === by || item.for === by,
  redacts: (item, gone) => item.id === gone.id || item.from?.id === gone.id,
  stub: () => '',
  mayAsk: (person, { members, askers }) => members.has(person) && askers.has(person),
  keeps: (speaker, resources, access) => mayGoOn(speaker, resources, access),
  goesOn: (speaker, resources, access) => mayGoOn(speaker, resources, access),
  callable: (effect, { mail }) => effect !== 'send' || mail,
  floorMs: FLOOR_MS,
  expiryMs: EXPIRY_MS,
  stays: (_item, now) => now !== undefined && now.body !== '',
  // In a room that lets people lift resources off, on their word.
  mayBeWritten: () => true,
  mayWrite: (person, { members, askers, notesOpen }) => members.has(person) && askers.has(person) && notesOpen,
  behindWriting: (speaker, influence) => joinInfluence([speaker], influence),
  behindReading: (behind) => behind,
  meter: (items, reader) =>
    items.filter(({ lane }) => lane === `me:${reader}`).reduce((sum, { usage }) => sum + usage, 0),
};

function mayGoOn(speaker: Person, resources: readonly Resource[], access: Access): boolean {
  const mayAsk = access.members.has(speaker) && access.askers.has(speaker);
  return mayAsk && resources.every((resource) => access.readers[resource].has(speaker));
}
