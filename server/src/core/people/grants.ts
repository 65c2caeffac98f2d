import type { Grants } from '@parley/shared/roles';

/** No limit of its own. */
export const NO_LIMITS: Grants = {};

/** Whether somebody who has `own` may give `given`: an absent limit is everything, so only who has everything gives that. */
export function within(own: Grants, given: Grants): boolean {
  return (
    listWithin(own.tools, given.tools) &&
    listWithin(own.models, given.models) &&
    (own.budget === undefined || (given.budget !== undefined && given.budget <= own.budget))
  );
}

/** What both allow. */
export function bothAllow(a: Grants, b: Grants): Grants {
  return grantsOf({
    tools: inBoth(a.tools, b.tools),
    models: inBoth(a.models, b.models),
    budget: a.budget === undefined || b.budget === undefined ? (a.budget ?? b.budget) : Math.min(a.budget, b.budget),
  });
}

export function sameGrants(a: Grants, b: Grants): boolean {
  return within(a, b) && within(b, a);
}

/** As a record or an answer carries them: nothing where nothing is limited. */
export function statedGrants(grants: Grants): { grants?: Grants } {
  return sameGrants(grants, NO_LIMITS) ? {} : { grants };
}

function listWithin(own: readonly string[] | undefined, given: readonly string[] | undefined): boolean {
  return own === undefined || (given !== undefined && given.every((name) => own.includes(name)));
}

function inBoth(a: string[] | undefined, b: string[] | undefined): string[] | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a.filter((name) => b.includes(name));
}

/** Leaves out what is not limited. */
function grantsOf({ tools, models, budget }: { [K in keyof Grants]-?: Grants[K] | undefined }): Grants {
  return {
    ...(tools === undefined ? {} : { tools }),
    ...(models === undefined ? {} : { models }),
    ...(budget === undefined ? {} : { budget }),
  };
}
