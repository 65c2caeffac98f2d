import type { Replies } from '@parley/shared/answers';
import type { TenantRole } from '@parley/shared/roles';
import { pageStrings } from './page-strings.ts';

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

/** Rejects where the server is not in development mode (any more). */
export async function freshToken(person: DevPerson, role?: TenantRole): Promise<string> {
  const token = await devToken(person, role);
  if (token === null) throw new Error(pageStrings.noDevelopment);
  return token;
}

export async function listRooms(token: string): Promise<readonly RoomSummary[]> {
  const rooms: RoomSummary[] = [];
  let next: string | null = null;
  do {
    const query: string = next === null ? '' : `?after=${encodeURIComponent(next)}`;
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
