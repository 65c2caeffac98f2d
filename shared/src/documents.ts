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

/** A document by the name its readers use on the wire. */
export type DocName = 'transcript' | 'transcript.me' | 'workspace' | `workspace.${string}`;

/**
 * A document by the name the server keeps it under. It differs from the wire name in one case: each
 * person's `transcript.me` is another document.
 */
export type DocKey = 'transcript' | `transcript.me:${string}` | 'workspace' | `workspace.${string}`;

const WORKSPACE = /^workspace\.[A-Za-z0-9_-]{1,64}$/;

/** Reads a wire name; null when no such document can exist. */
export function parseDocName(name: string): DocName | null {
  if (name === 'transcript' || name === 'transcript.me' || name === 'workspace') return name;
  return WORKSPACE.test(name) ? (name as DocName) : null;
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

/** The lane a document shows, or null when people write it themselves. */
export function laneOf(key: DocKey): LaneKey | null {
  if (key === 'transcript') return 'room';
  return key.startsWith('transcript.me:') ? privateLane(key.slice('transcript.me:'.length) as UserId) : null;
}
