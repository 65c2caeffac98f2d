/**
 * Small things worth keeping between visits. A browser may refuse storage (private windows, embedded
 * frames); then nothing is kept and nothing else changes.
 */
export type Memory = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export function recall(memory: () => Memory, key: string): string | null {
  try {
    return memory().getItem(`parley:${key}`);
  } catch {
    return null; // refused: as if nothing had been kept
  }
}

export function remember(memory: () => Memory, key: string, value: string | null): void {
  try {
    if (value === null) memory().removeItem(`parley:${key}`);
    else memory().setItem(`parley:${key}`, value);
  } catch {
    // Refused or full: the next visit starts without it.
  }
}

/** Kept until the browser forgets it. */
export const forLong = (): Memory => localStorage;
/** Kept for this tab. */
export const forTab = (): Memory => sessionStorage;
