import type { ModelRequest } from '@parley/server/ports/model';

/** A word that can be found again wherever it got to: whose it is, which one, and whether it is private. */
export interface Canary {
  readonly secret: boolean;
  readonly user: string;
  readonly n: number;
}

/** Begins every private word of a person. */
export function secretOf(user: string): string {
  return `secret.${user}.`;
}

export function wordOf({ secret, user, n }: Canary): string {
  return `${secret ? secretOf(user) : `open.${user}.`}${n}.`;
}

export function canariesIn(text: string): Canary[] {
  return [...text.matchAll(/\b(secret|open)\.([a-z]+)\.(\d+)\./g)].map(([, kind, user = '', n]) => ({
    secret: kind === 'secret',
    user,
    n: Number(n),
  }));
}

/** What a request is sent for: the last word of its last message. */
export function promptOf(request: ModelRequest): Canary | null {
  return canariesIn(request.messages.at(-1)?.content ?? '').at(-1) ?? null;
}

/** What is wrong with a request (P9), or null. */
export function flawOf(request: ModelRequest): string | null {
  const roles = request.messages.map(({ role }) => role);
  if (roles[0] !== 'system') return `it begins with ${roles[0]}`;
  if (roles.at(-1) !== 'user') return `it ends with ${roles.at(-1)}`;
  if (roles.some((role, index) => index > 0 && (role === 'system' || role === roles[index - 1]))) return roles.join();
  if (request.messages.some(({ content }) => content === '')) return 'a message is empty';
  const prompt = promptOf(request);
  if (prompt === null) return 'it holds no prompt';
  const strangers = request.messages
    .flatMap(({ content }) => canariesIn(content))
    .filter(({ secret, user }) => secret && !(prompt.secret && user === prompt.user));
  return strangers[0] ? `the request of ${wordOf(prompt)} holds ${wordOf(strangers[0])}` : null;
}
