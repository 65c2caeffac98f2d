// Loaded before each measured server (`node --import`): answers its parent with what the process used so
// far, so that every contestant is measured by the same few lines inside its own process.

export interface Usage {
  /** Microseconds of processor time, user and system, since the process started. */
  readonly cpuUs: number;
  /** Bytes of resident memory. */
  readonly rss: number;
  /** Bytes that the heap and its buffers hold. */
  readonly held: number;
}

/** With `collect` the answer is what remains after a collection of garbage. */
export type Question = 'usage' | 'collect';

process.on('message', (question: Question) => {
  if (question === 'collect') globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ cpuUs: user + system, rss, held: heapUsed + external } satisfies Usage);
});

// It ends with its parent, also where that was killed.
process.on('disconnect', () => process.kill(process.pid));
