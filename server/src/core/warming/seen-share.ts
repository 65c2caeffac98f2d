import type { PlainMessage } from '../context/context.ts';

/** Which share of what is sent next, by characters, the last request began with too. */
export function seenShare(last: readonly PlainMessage[], next: readonly PlainMessage[]): number {
  const all = next.reduce((sum, { content }) => sum + content.length, 0);
  return all === 0 ? 1 : seenChars(last, next) / all;
}

function seenChars(last: readonly PlainMessage[], next: readonly PlainMessage[]): number {
  let seen = 0;
  for (const [index, { role, content }] of next.entries()) {
    const before = last[index];
    if (before?.role !== role) return seen;
    if (before.content !== content) return seen + alike(before.content, content);
    seen += content.length;
  }
  return seen;
}

function alike(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
