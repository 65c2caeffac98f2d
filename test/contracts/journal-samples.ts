import { must } from '@parley/shared/assert';
import { RoomId, UserId } from '@parley/shared/ids';
import type { RoomRole } from '@parley/shared/roles';
import { JournalRecord } from '@parley/server/core/records';
import { mintTenant, type RoomRef, type Tenant } from '@parley/server/core/tenant';
import type { Batch, Journal, Redaction, StoredRecord } from '@parley/server/ports/journal';

export const tenant = (id: string): Tenant => must(mintTenant(id), `a tenant called ${id}`);
export const user = (id: string): UserId => UserId.parse(id);
export const room = (id: string, of = 'acme'): RoomRef => ({ tenant: tenant(of), room: RoomId.parse(id) });

/** A prompt: its (author, key) is unique in a room. */
export function prompt(key: string, author = 'ada'): JournalRecord {
  return JournalRecord.parse({
    type: 'ticket.accepted',
    lane: 'room',
    turn: `t_${key}`,
    key,
    author: { id: author, name: 'Ada "the first" Ω\u0000\u2028', kind: 'user' },
    ticketSeq: 1,
    text: `text of ${key}`,
    tokens: 3,
    at: 1_750_000_000_000.5,
  });
}

/** A message without or with a key. */
export function message(entry: string, key?: string, text = entry): JournalRecord {
  const author = { id: 'ada', name: 'Ada', kind: 'user' };
  const body = { id: `e_${entry}`, seq: 1, kind: 'message', author, text, at: 1 };
  return JournalRecord.parse({
    type: 'entry.added',
    lane: 'me:ada',
    entry: body,
    tokens: 1,
    at: 1,
    ...(key ? { key } : {}),
  });
}

/** A record without a unique key. */
export function note(text: string): JournalRecord {
  return JournalRecord.parse({ type: 'lane.opened', lane: 'room', salt: text, at: 1 });
}

export function batch(expectedSeq: number, records: readonly JournalRecord[], more: Partial<Batch> = {}): Batch {
  return { expectedSeq, records, updates: [], ...more };
}

export function redaction(
  expectedSeq: number,
  records: readonly JournalRecord[],
  rewritten: readonly StoredRecord[],
): Redaction {
  return { ...batch(expectedSeq, records), rewritten, compacted: [] };
}

export function listing(title: string, members: Readonly<Record<string, RoomRole>>): NonNullable<Batch['listing']> {
  const entries = Object.entries(members).map(([id, role]) => ({ user: user(id), role }));
  return { title, createdAt: 1_750_000_000_000, members: entries };
}

export const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** What a batch may hold besides records, all of it. */
export const fullRoom = (): Partial<Batch> => ({
  updates: [
    { doc: 'workspace', update: bytes(1) },
    { doc: 'transcript.me:ada', update: bytes(2) },
  ],
  listing: listing('Room A', { ada: 'owner', bob: 'reader' }),
  busy: true,
});

/** All that can be asked about room `a` and its people. */
export async function everything(journal: Journal): Promise<unknown> {
  return {
    records: await journal.read(room('a'), 0),
    docs: await journal.docs(room('a')),
    workspace: await journal.loadDoc(room('a'), 'workspace'),
    me: await journal.loadDoc(room('a'), 'transcript.me:ada'),
    unfinished: await journal.unfinished(),
    ada: await journal.rooms(tenant('acme'), user('ada'), null, 10),
    bob: await journal.rooms(tenant('acme'), user('bob'), null, 10),
  };
}
