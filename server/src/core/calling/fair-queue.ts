/** A call that waits for one of a provider's places. */
export interface Waiting {
  /** Whose it is: first the tenant counts, then the room within it. */
  readonly tenant: string;
  readonly room: string;
  /** Tokens that it may take. */
  readonly cost: number;
  /** Nobody waits for its answer: everybody else goes first. */
  readonly background: boolean;
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
  raise(level, roomOf(call), new Set(waiting.filter((each) => tenantOf(each) === tenantOf(call)).map(roomOf)));
  return { waiting: [...waiting, call], served: level };
}

/** Whether somebody waits for one of these. */
export function isUrgent({ waiting }: FairQueue): boolean {
  return waiting.some(({ background }) => !background);
}

/** The call that is next, and the queue without it; null when nobody waits. */
export function taken(queue: FairQueue): { readonly call: Waiting; readonly queue: FairQueue } | null {
  const { served } = queue;
  const waiting = queue.waiting.filter(({ background }) => background !== isUrgent(queue));
  const tenant = least(waiting.map(tenantOf), served);
  const room = least(waiting.filter((call) => tenantOf(call) === tenant).map(roomOf), served);
  const call = waiting.find((each) => roomOf(each) === room);
  if (call === undefined) return null;
  const after = new Map(served);
  for (const key of [tenantOf(call), roomOf(call)]) after.set(key, (served.get(key) ?? 0) + call.cost);
  const rest = queue.waiting.filter((each) => each !== call);
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

/** What nobody waits for is counted apart, so that no person is served later for it. No id holds a slash or a tilde. */
function tenantOf({ tenant, background }: Waiting): string {
  return background ? `~${tenant}` : tenant;
}
function roomOf(call: Waiting): string {
  return `${tenantOf(call)}/${call.room}`;
}
