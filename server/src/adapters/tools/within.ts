import type { Clock } from '../../ports/system.ts';

/** Why waiting ended before what was waited for. */
export class Interrupted extends Error {
  readonly why: 'aborted' | 'stall';
  constructor(why: 'aborted' | 'stall') {
    super(why);
    this.name = 'Interrupted';
    this.why = why;
  }
}

/**
 * Waits for `work` until the signal fires or `ms` have passed, then rejects with {@link Interrupted}; the
 * work itself goes on and its late result is dropped. Leaves no timer and no listener behind.
 */
export function within<T>(work: Promise<T>, ms: number, signal: AbortSignal, clock: Clock): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort);
      cancel();
      finish();
    };
    const abort = () => settle(() => reject(new Interrupted('aborted')));
    const cancel = clock.after(ms, () => settle(() => reject(new Interrupted('stall'))));
    signal.addEventListener('abort', abort, { once: true });
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
    if (signal.aborted) abort();
  });
}
