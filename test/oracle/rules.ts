import { judgeCall, type CallFacts, type CallVerdict } from '@parley/server/core/tools/call-gate';
import { joinInfluence, toolInfluence } from '@parley/server/core/labels/influence';
import { admits, joinResources, labelOf, satisfies, type Atom } from '@parley/server/core/labels/label';
import type { LaneKey, RoomId, UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Person, Resource } from './history.ts';

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
}

/** Who satisfies what at one moment. */
export interface Access {
  readonly members: ReadonlySet<Person>;
  readonly readers: Readonly<Record<Resource, ReadonlySet<Person>>>;
}

export interface Approval {
  readonly user: Person;
  readonly lane: LaneKey;
  readonly body: string;
  readonly effect: 'send' | 'write-room';
  readonly releases: boolean;
  readonly resources: readonly Resource[];
  readonly influence: readonly string[];
  /** What of that its person is told. */
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
  readonly influence: (speaker: Person, sent: readonly Item[], results: readonly Result[]) => readonly string[];
  /** Whether everybody who would receive it may read all it was built on; what is written to the room is for joiners too. */
  readonly recipientsMayRead: (lane: LaneKey, resources: readonly Resource[], effect: Approval['effect']) => boolean;
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
  /** What is counted for everybody to see. */
  readonly meter: (items: readonly Item[], reader: Person) => number;
}

const ROOM = 'r' as RoomId;

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
  influence: (speaker, sent, results) =>
    joinInfluence(
      [speaker],
      ...sent.map(({ influence }) => influence),
      results.map(() => toolInfluence('drive')),
    ),
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
  meter: (items, reader) =>
    items.filter(({ lane }) => lane === `me:${reader}`).reduce((sum, { usage }) => sum + usage, 0),
};
