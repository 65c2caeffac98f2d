import type { Grants } from '@parley/shared/roles';

/** G5: the first of the models that this person may use; null when they may use none of them. */
export function chosenModel(models: readonly string[], { models: granted }: Grants): string | null {
  return models.find((name) => granted === undefined || granted.includes(name)) ?? null;
}
