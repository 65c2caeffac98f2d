import { must } from '@parley/shared/assert';
import type { Replies } from '@parley/shared/answers';
import type { EntryRelease, ReleasePreview } from '@parley/shared/commands';
import type { Entry, Member } from '@parley/shared/entry';
import { ok, refuse, type Result } from '@parley/shared/fault';
import type { EntryId, UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { can } from '@parley/shared/roles';
import type { z } from 'zod';
import type { Principal } from '../../core/people/principal.ts';
import type { JournalRecord } from '../../core/records.ts';
import {
  isReleasable,
  releasedEntry,
  releaseView,
  resourcesLeft,
  sourcesOf,
  type ReleaseFacts,
  type ReleaseView,
} from '../../core/labels/release.ts';
import { privateNumber } from '../../core/context/context-pieces.ts';
import { readCite } from '../../core/recall/recalled-cite.ts';
import { standingOf } from '../../core/room-state.ts';
import { nextPlace } from '../../core/arbiter/place.ts';
import type { Desk } from '../desk.ts';
import { audienceOf } from '../lane-access.ts';
import { entryFor } from '../readable.ts';
import type { CountedEntry } from '../stacks.ts';
import { listMembers } from './members.ts';

/** R5: what a release would show, to whom, and what it was made from. Nothing is remembered of a preview. */
export async function previewRelease(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof ReleasePreview>,
): Promise<Result<ReleaseView>> {
  const facts = await factsOf(desk, by, command.entry);
  return facts.ok ? ok(releaseView(facts.value, desk.digest)) : facts;
}

/** R5: exactly what was previewed, once. Whatever moved since makes another digest, and nothing is released. */
export async function releaseEntry(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof EntryRelease>,
): Promise<Result<Replies['entry.release']>> {
  const facts = await factsOf(desk, by, command.entry);
  if (!facts.ok) return facts;
  const copy = desk.chronicle.ledger.releaseOf(command.entry);
  if (copy !== undefined) return ok({ entry: itemOf(desk, copy).entry });
  const { room } = desk.chronicle;
  if (!can(standingOf(room, by), 'message.post', room.policy.levels))
    return refuse('forbidden', undefined, { capability: 'message.post' });
  if (facts.value.entry.redactedBy !== undefined) return refuse('condition_failed', 'Its words were taken away.');
  const view = releaseView(facts.value, desk.digest);
  if (view.digest !== command.digest)
    return refuse('condition_failed', 'This is not what was shown any more.', { current: view });
  return ok({ entry: await write(desk, by.user, { view, facts: facts.value }) });
}

interface Judged {
  readonly view: ReleaseView;
  readonly facts: ReleaseFacts;
}

async function write(desk: Desk, by: UserId, { view, facts }: Judged): Promise<Entry> {
  await desk.lane(`me:${by}`);
  const { state } = await desk.lane('room');
  const id = desk.ids.next('e') as EntryId;
  const at = desk.clock.now();
  const entry = releasedEntry(view, facts.entry, { id, at, by, place: nextPlace(state, facts.resources) });
  const original = itemOf(desk, facts.entry.id);
  const { digest } = view;
  const records: JournalRecord[] = [
    { type: 'entry.released', lane: `me:${by}`, entry: facts.entry.id, digest, to: 'room', as: id, by, at },
    {
      type: 'entry.added',
      lane: 'room',
      entry,
      tokens: original.tokens,
      influence: [...original.influence],
      at,
    },
  ];
  desk.chronicle.write(records);
  return entry;
}

/** All that somebody else's lane holds, and all that never was, are one answer. */
async function factsOf(desk: Desk, by: Principal, id: EntryId): Promise<Result<ReleaseFacts>> {
  const found = await entryFor(desk, by, id);
  if (!found || !isReleasable(found.item.entry, found.lane, by.user)) return refuse('not_found');
  const { entry } = found.item;
  const { access } = desk.shelves;
  const rule = desk.chronicle.room.policy.release;
  const resources = resourcesLeft(entry, rule, (resource) => access.mayRead(by.user, [resource]));
  return ok({
    entry,
    resources,
    recipients: recipientsOf(desk, resources),
    sources: sourcesOf({
      influence: found.item.influence,
      tools: entry.tools ?? [],
      items: itemsBehind(desk, by.user, entry),
      nameOf: (user) => namesOf(desk).get(user) ?? user,
    }),
  });
}

/** Who could read it now, if it stood in the room with these resources. */
function recipientsOf(desk: Desk, resources: readonly ResourceId[]): Member[] {
  const audience = new Set<UserId>(audienceOf(desk.chronicle.room, 'room'));
  return listMembers(desk).items.filter(
    ({ user }) => audience.has(user) && desk.shelves.access.mayRead(user, resources),
  );
}

/** What its model was sent of its lane: those entries, and what was recalled (C6), or, in a clean turn, what it quoted; and the prompt. */
function itemsBehind(desk: Desk, by: UserId, { turn }: Entry): Entry[] {
  const { ledger } = desk.chronicle;
  const facts = turn === undefined ? undefined : ledger.ticket(turn);
  if (facts?.fate.kind !== 'ended' || facts.fate.started === null) return [];
  const { contextFrom, recalled, startedSeq, promptEntry } = facts.fate.started;
  const { access } = desk.shelves;
  const own = [...ledger.entries(facts.lane), ...ledger.shelves(facts.lane).flatMap(({ items }) => items)];
  const sent = own
    .filter(({ recordSeq }) => recordSeq < startedSeq)
    .filter(({ entry }) => (entry.after ?? entry.seq) >= contextFrom || isRecalled(entry, recalled))
    .filter(({ entry }) => access.mayRead(by, entry.resources ?? []) && entry.redactedBy === undefined)
    .filter(({ entry }) => facts.quotes?.includes(entry.id) ?? true)
    .map(({ entry }) => entry);
  return [...sent, itemOf(desk, promptEntry).entry];
}

/** What stands on a shelf never is. */
function isRecalled({ seq, resources = [] }: Entry, recalled: readonly string[]): boolean {
  return resources.length === 0 && recalled.some((cite) => readCite(cite).n === privateNumber(String(seq)));
}

function namesOf(desk: Desk): ReadonlyMap<string, string> {
  return new Map(listMembers(desk).items.map(({ user, name }) => [user, name]));
}

function itemOf(desk: Desk, id: EntryId): CountedEntry {
  return must(desk.chronicle.ledger.entry(id), 'an entry that was read is known').item;
}
