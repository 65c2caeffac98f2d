import type { Person } from './view.ts';

/**
 * The people behind a document's presence states. A person is one line however many sockets they have
 * (T45). Whoever is me comes first, the others by name.
 */
export function peopleOf(states: Iterable<unknown>, you: Omit<Person, 'typing' | 'you'> | null): readonly Person[] {
  const people = new Map<string, Person>();
  if (you) people.set(you.id, { ...you, typing: false, you: true });
  for (const state of states) {
    const seen = readState(state);
    if (!seen) continue;
    const known = people.get(seen.id);
    people.set(seen.id, known ? { ...known, typing: known.typing || seen.typing } : { ...seen, you: false });
  }
  return [...people.values()].sort(byName);
}

/** Presence is whatever another client sent, as far as the server lets it through. */
function readState(state: unknown): Omit<Person, 'you'> | null {
  if (!isRecord(state) || !isRecord(state.user)) return null;
  const { id, name, color } = state.user;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof color !== 'string') return null;
  return { id, name, color, typing: state.typing === true };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function byName(a: Person, b: Person): number {
  if (a.you !== b.you) return a.you ? -1 : 1;
  return a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
}

/** The former list when both say the same, so that nothing is drawn again for a renewed clock. */
export function samePeople(before: readonly Person[], now: readonly Person[]): readonly Person[] {
  const same = before.length === now.length && before.every((person, index) => isSame(person, now[index]));
  return same ? before : now;
}

function isSame(a: Person, b: Person | undefined): boolean {
  return !!b && a.id === b.id && a.name === b.name && a.color === b.color && a.typing === b.typing && a.you === b.you;
}
