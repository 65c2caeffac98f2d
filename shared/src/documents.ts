import type { LaneKey, UserId } from './ids.ts';
import { privateLane } from './ids.ts';

/** Y.Array of plain JSON entries, oldest first. */
export const ENTRIES = 'entries';
/** Y.Map turn → TicketView; queued, held and running only. */
export const TURNS = 'turns';
/** Y.Map turn → Y.Text of the answer that streams now. */
export const LIVE = 'live';
/** Y.Map of RoomView. */
export const ROOM = 'room';
/** Y.Map approval → ApprovalView; only in `transcript.me`: what waits for this person. */
export const APPROVALS = 'approvals';
/** Y.Text of `workspace`: the shared notes. */
export const NOTES = 'notes';
/** Y.Text of `workspace`: the shared draft. */
export const DRAFT = 'draft';

/** The transcript document for entries that were made from the same resources: `transcript.` and its label. */
export type ShelfName = `transcript.${string}` & { readonly __shelf: unique symbol };

/** A document by the name its readers use on the wire. */
export type DocName = 'transcript' | 'transcript.me' | ShelfName | 'workspace' | `workspace.${string}`;

/**
 * A document by the name the server keeps it under. It differs from the wire name in one case: each
 * person's `transcript.me` is another document.
 */
export type DocKey = 'transcript' | `transcript.me:${string}` | ShelfName | 'workspace' | `workspace.${string}`;

/** What a document is: a lane's own transcript, a shelf beside one, or what people write themselves. */
export type DocKind =
  | { readonly kind: 'lane'; readonly lane: LaneKey }
  | { readonly kind: 'shelf'; readonly name: ShelfName }
  | { readonly kind: 'workspace' };

/** Characters of a shelf's label; no lane is called that long, and a private one holds a colon. */
export const LABEL_LENGTH = 22;
const WORKSPACE = /^workspace(\.[A-Za-z0-9_-]{1,64})?$/;
const SHELF = /^transcript\.[A-Za-z0-9_-]{22}$/;

/** Reads a wire name; null when no such document can exist. Whether it does, and for whom, is the room's to say. */
export function parseDocName(name: string): DocName | null {
  if (name === 'transcript' || name === 'transcript.me' || isShelfName(name)) return name;
  return WORKSPACE.test(name) ? (name as DocName) : null;
}

/** The document for a label; whoever does not know the room's salt cannot make one. */
export function shelfName(label: string): ShelfName {
  const name = `transcript.${label}`;
  if (!isShelfName(name)) throw new Error('must: a label is 22 characters of base64url');
  return name;
}

function isShelfName(name: string): name is ShelfName {
  return SHELF.test(name);
}

/** The document a person means by a wire name. */
export function docKeyFor(name: DocName, reader: UserId): DocKey {
  return name === 'transcript.me' ? `transcript.me:${reader}` : name;
}

/** The wire name of a document. */
export function docNameOf(key: DocKey): DocName {
  return key.startsWith('transcript.me:') ? 'transcript.me' : (key as DocName);
}

/** The document that shows a lane. */
export function transcriptOf(lane: LaneKey): DocKey {
  return lane === 'room' ? 'transcript' : `transcript.${lane}`;
}

/** Everything that is named after a transcript is written by the server alone, whether it exists or not. */
export function docKind(key: DocKey): DocKind {
  if (key === 'transcript') return { kind: 'lane', lane: 'room' };
  if (key.startsWith('transcript.me:'))
    return { kind: 'lane', lane: privateLane(key.slice('transcript.me:'.length) as UserId) };
  return isShelfName(key) ? { kind: 'shelf', name: key } : { kind: 'workspace' };
}
