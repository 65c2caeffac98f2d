import type { Replies } from '@parley/shared/commands';
import type { TenantRole } from '@parley/shared/roles';

/** Somebody to be, in development mode. */
export interface DevPerson {
  readonly user: string;
  readonly name: string;
}

/** Two people who are there from the start, so that one person can try a shared room in two windows. */
export const READY_MADE: readonly DevPerson[] = [
  { user: 'ana', name: 'Ana' },
  { user: 'ben', name: 'Ben' },
];

export type RoomSummary = Replies['room.create'];

/** A fresh token for this person; null where the server is not in development mode. */
export async function devToken(person: DevPerson, role: TenantRole = 'member'): Promise<string | null> {
  const response = await fetch('/dev/token', jsonPost({ ...person, role }));
  if (response.status === 404) return null;
  // The server's own answer: `{"token": "…"}`.
  const { token } = (await answer(response)) as { token: string };
  return token;
}

export async function listRooms(token: string): Promise<readonly RoomSummary[]> {
  const rooms: RoomSummary[] = [];
  let next: string | null = null;
  do {
    const query: string = next === null ? '' : `?cursor=${encodeURIComponent(next)}`;
    const page = (await answer(await fetch(`/v1/rooms${query}`, bearer(token)))) as {
      items: RoomSummary[];
      next: string | null;
    };
    rooms.push(...page.items);
    next = page.next;
  } while (next !== null);
  return rooms;
}

export async function createRoom(token: string, title: string): Promise<RoomSummary> {
  const post = jsonPost({ title });
  return (await answer(
    await fetch('/v1/rooms', { ...post, headers: { ...post.headers, ...bearer(token).headers } }),
  )) as RoomSummary;
}

/** The room that an invitation lets somebody into; null where it does not, whatever the reason. */
export async function acceptInvite(token: string, code: string): Promise<RoomSummary | null> {
  const response = await fetch(`/v1/invites/${encodeURIComponent(code)}/accept`, { method: 'POST', ...bearer(token) });
  return response.ok ? ((await response.json()) as RoomSummary) : null;
}

async function answer(response: Response): Promise<unknown> {
  if (response.ok) return response.json();
  const problem = (await response.json().catch(() => null)) as { detail?: string } | null;
  throw new Error(problem?.detail ?? `The server answered ${response.status}.`);
}

function jsonPost(body: unknown) {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function bearer(token: string) {
  return { headers: { authorization: `Bearer ${token}` } };
}
