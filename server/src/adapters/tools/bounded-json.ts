/** Whether a value nests at most so many levels deep; what walks it by recursion is safe then. Its own walk is a loop. */
export function isShallow(value: unknown, mostLevels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > mostLevels) return false;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return true;
}
