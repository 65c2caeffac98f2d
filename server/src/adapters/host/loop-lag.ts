import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Each look wakes the process, idle or not: at 20 ms two such watches took over 1 % of a core. */
const RESOLUTION_MS = 500;

/** Measures how late the event loop runs; each call returns the worst milliseconds since the call before. */
export function watchLoopLag(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return () => {
    const worst = histogram.max / 1e6 - RESOLUTION_MS;
    histogram.reset();
    return Math.max(0, worst);
  };
}
