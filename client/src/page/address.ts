import { READY_MADE, type DevPerson } from './dev-server.ts';

/** What the page's address says: who, and which room. A reload comes back to the same place. */
export interface Place {
  readonly person: DevPerson | null;
  readonly room: string | null;
}

export function readPlace(search: string): Place {
  const query = new URLSearchParams(search);
  const user = query.get('as');
  const name = query.get('name') ?? READY_MADE.find((one) => one.user === user)?.name ?? user;
  return { person: user === null || name === null ? null : { user, name }, room: query.get('room') };
}

export function placeQuery({ person, room }: Place): string {
  const query = new URLSearchParams();
  if (room !== null) query.set('room', room);
  if (person !== null) query.set('as', person.user);
  if (person !== null && !READY_MADE.some(({ user }) => user === person.user)) query.set('name', person.name);
  return `?${query}`;
}

/** A user id for a name that somebody typed; null when nothing usable is left of it. */
export function personOf(name: string): DevPerson | null {
  const user = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return user === '' ? null : { user, name: name.trim() };
}
