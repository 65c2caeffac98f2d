/**
 * Milliseconds of this thread's own processor time that a task takes: what it holds the loop for on a machine
 * that has nothing else to do. The smallest of some runs; the others paid for compiling and collecting.
 */
export function cpuTime(runs: number, task: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const before = process.threadCpuUsage();
    task();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}
