/** Marks a branch that the types say cannot be reached; a new union member makes its caller fail to compile. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** Asserts something that holds by construction; a failure is a bug of ours, never bad input. */
export function must<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`must: ${what}`);
  return value;
}
