/** `aborted`: the signal fired. `request`: a mistake of ours, never retried. `runaway`: it would not stop. */
export type ModelFailure = 'aborted' | 'auth' | 'rate' | 'request' | 'server' | 'network' | 'stall' | 'runaway';

const REFUSALS: ReadonlySet<ModelFailure> = new Set(['auth', 'rate', 'request', 'server']);

/** Nobody charges for a request that they refused; what else broke may have been read (G6). */
export function isRefusal(failure: ModelFailure): boolean {
  return REFUSALS.has(failure);
}
