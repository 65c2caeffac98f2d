/** `aborted`: the signal fired. `request`: a mistake of ours, never retried. `runaway`: it would not stop. */
export type ModelFailure = 'aborted' | 'auth' | 'rate' | 'request' | 'server' | 'network' | 'stall' | 'runaway';
