import type { Replies } from '@parley/shared/answers';
import type { Entry, Member } from '@parley/shared/entry';
import type { EntryId, UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { canonicalJson } from '../tools/canonical-json.ts';
import type { Influence } from './influence.ts';
import type { Place } from '../arbiter/place.ts';

type Recipient = Pick<Member, 'user' | 'name' | 'role'>;
/** What {@link Replies} calls it, without what a member is granted: that is nobody else's business. */
export type ReleaseView = Omit<Replies['entry.preview-release'], 'recipients'> & { recipients: Recipient[] };
export type ReleaseSource = ReleaseView['sources'][number];

/** Everything that a release is judged by. */
export interface ReleaseFacts {
  /** An answer of the releaser's private lane. */
  readonly entry: Entry;
  /** Who could read it in the room now. */
  readonly recipients: readonly Member[];
  /** What stays on it. */
  readonly resources: readonly ResourceId[];
  readonly sources: readonly ReleaseSource[];
}

/** R5: an answer that its asker got in their own lane; nothing else can be released. */
export function isReleasable(entry: Entry, lane: string, by: UserId): boolean {
  return lane === `me:${by}` && entry.kind === 'answer' && entry.author.kind === 'ai';
}

/** R5: `strict` leaves every resource on; under `reader` whoever may read one may lift it off. */
export function resourcesLeft(
  entry: Entry,
  rule: 'strict' | 'reader',
  mayRead: (resource: ResourceId) => boolean,
): readonly ResourceId[] {
  const all = entry.resources ?? [];
  return rule === 'strict' ? all : all.filter((resource) => !mayRead(resource));
}

/** What its owner is shown; the digest names exactly that, so whatever moves makes another one. */
export function releaseView(facts: ReleaseFacts, hash: (text: string) => string): ReleaseView {
  const shown = {
    entry: facts.entry.id,
    text: facts.entry.text.toWellFormed(),
    recipients: facts.recipients.map(({ user, name, role }) => ({ user, name: name.toWellFormed(), role })),
    sources: facts.sources.map((source) => ({ ...source, title: source.title.toWellFormed() })),
    resources: [...facts.resources],
    lifted: (facts.entry.resources ?? []).filter((resource) => !facts.resources.includes(resource)),
  };
  return { ...shown, digest: hash(canonicalJson(shown)) };
}

/**
 * The entry that the room gets. It tells nothing of the lane it came from (R9): neither its turn nor what that
 * used, only how it ended and with which tools.
 */
export function releasedEntry(
  { text }: ReleaseView,
  { author, outcome, tools }: Entry,
  made: { readonly id: EntryId; readonly at: number; readonly by: UserId; readonly place: Place },
): Entry {
  const { id, at, by, place } = made;
  return {
    id,
    ...place,
    kind: 'answer',
    author,
    text,
    at,
    for: by,
    releasedBy: by,
    ...(outcome === undefined ? {} : { outcome }),
    ...(tools === undefined ? {} : { tools }),
  };
}

/** What an answer was made from, as the server recorded it. */
export interface Origins {
  readonly influence: Influence;
  readonly tools: NonNullable<Entry['tools']>;
  /** Entries of the private lane that the model was sent, the prompt among them. */
  readonly items: readonly Entry[];
  readonly nameOf: (user: string) => string;
}

/** For a person to judge by: whose words shaped it, which tools, and what of their own lane. */
export function sourcesOf({ influence, tools, items, nameOf }: Origins): ReleaseSource[] {
  const people = influence.filter((source) => !source.startsWith(TOOL));
  const used = new Map<string, string>(tools.map(({ call, title }) => [call, title]));
  const named = new Set([...used.keys()].map((call) => call.split('.')[0]));
  const others = influence.filter((source) => source.startsWith(TOOL)).map((source) => source.slice(TOOL.length));
  for (const tool of others) if (!named.has(tool)) used.set(tool, tool);
  return [
    ...people.map((id) => ({ kind: 'person' as const, id, title: nameOf(id) })),
    ...[...used].map(([id, title]) => ({ kind: 'tool' as const, id, title })),
    ...items.map(({ id, text }) => ({ kind: 'entry' as const, id, title: excerpt(text) })),
  ];
}

const TOOL = 'tool:';
const EXCERPT_CHARS = 80;

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= EXCERPT_CHARS ? line : `${line.slice(0, EXCERPT_CHARS)}…`;
}
