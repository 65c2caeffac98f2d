/** A call that waits for one of a provider's places. */
export interface Waiting {
  /** Whose it is: first the tenant counts, then the room within it. */
  readonly tenant: string;
  readonly room: string;
  /** Nobody waits for what it says: it goes when no other does. */
  readonly background?: boolean;
  /** Tokens that it may take. */
  readonly cost: number;
  /** Names it; arrives once. */
  readonly id: number;
}

/**
 * Calls that wait, and what each tenant and room that waits was served so far (G8). Whoever was served least is next, so
 * that one heavy room holds nobody up: between two that wait all the time the difference is never more than one call.
 */
export interface FairQueue {
  /** In order of arrival. */
  readonly waiting: readonly Waiting[];
  /** Tokens served, of tenants and rooms that waited lately. */
  readonly served: ReadonlyMap<string, number>;
}

export const NOBODY: FairQueue = { waiting: [], served: new Map() };

/** Whoever begins to wait starts level with those who wait, so that having been quiet saves nothing up. */
export function joined({ waiting, served }: FairQueue, call: Waiting): FairQueue {
  const level = new Map(served);
  raise(level, tenantOf(call), new Set(waiting.map(tenantOf)));
  raise(level, roomOf(call), new Set(waiting.filter(({ tenant }) => tenant === call.tenant).map(roomOf)));
  return { waiting: [...waiting, call], served: level };
}

/** The call that is next, and the queue without it; null when nobody waits. */
export function taken(queue: FairQueue): { readonly call: Waiting; readonly queue: FairQueue } | null {
  const { waiting, served } = queue;
  const people = waiting.filter(({ background }) => background !== true);
  const ready = people.length > 0 ? people : waiting;
  const tenant = least(ready.map(tenantOf), served);
  const room = least(ready.filter((call) => tenantOf(call) === tenant).map(roomOf), served);
  const call = ready.find((each) => roomOf(each) === room);
  if (call === undefined) return null;
  const after = new Map(served);
  for (const key of [tenantOf(call), roomOf(call)]) after.set(key, (served.get(key) ?? 0) + call.cost);
  const rest = waiting.filter((each) => each !== call);
  return { call, queue: rest.length === 0 ? NOBODY : { waiting: rest, served: after } };
}

/** Whoever does not want it any more. */
export function left({ waiting, served }: FairQueue, id: number): FairQueue {
  const rest = waiting.filter((each) => each.id !== id);
  return rest.length === 0 ? NOBODY : { waiting: rest, served };
}

/** The first of those that were served least. */
function least(keys: readonly string[], served: ReadonlyMap<string, number>): string | undefined {
  const of = (key: string): number => served.get(key) ?? 0;
  const [first, ...others] = keys;
  return others.reduce((best, key) => (best !== undefined && of(key) < of(best) ? key : best), first);
}

function raise(served: Map<string, number>, key: string, others: ReadonlySet<string>): void {
  if (others.has(key) || others.size === 0) return;
  const level = Math.min(...[...others].map((other) => served.get(other) ?? 0));
  served.set(key, Math.max(served.get(key) ?? 0, level));
}

/** No id holds a slash. */
function tenantOf({ tenant }: Waiting): string {
  return tenant;
}
function roomOf({ tenant, room }: Waiting): string {
  return `${tenant}/${room}`;
}
