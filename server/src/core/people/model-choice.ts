import type { RoomPolicy } from '@parley/shared/policy';
import type { Grants } from '@parley/shared/roles';

/** G5: those of the server's models that a room and a person's grants both let answer them, in the server's order. */
export function openModels(
  offered: readonly string[],
  { models: roomAllows }: Pick<RoomPolicy, 'models'>,
  { models: granted }: Grants,
): readonly string[] {
  return offered.filter((name) => (roomAllows?.includes(name) ?? true) && (granted?.includes(name) ?? true));
}

/** The one that was chosen, else the first; null when that is not open. What was chosen is never another one. */
export function chosenModel(open: readonly string[], wanted: string | null): string | null {
  if (wanted === null) return open[0] ?? null;
  return open.includes(wanted) ? wanted : null;
}
