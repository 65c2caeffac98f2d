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

/** What a request is sent for: the last word of the last message before what its own steps said. */
export function promptOf({ messages }: ModelRequest): Canary | null {
  const prompt = messages.slice(0, stepsFrom(messages)).at(-1);
  return canariesIn(prompt?.content ?? '').at(-1) ?? null;
}

/** Where the steps of the turn itself begin: the first message that asked for tools. */
function stepsFrom(messages: ModelRequest['messages']): number {
  const first = messages.findIndex((message) => message.role === 'assistant' && message.calls !== undefined);
  return first === -1 ? messages.length : first;
}

/** Each message that asks for tools has exactly their results behind it, and the last of them ends the request. */
function stepFlaw(messages: ModelRequest['messages']): string | null {
  let owed: string[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      if (owed.shift() !== message.call) return `a result of ${message.call} that nobody asked for`;
    } else if (owed.length > 0) return `no result of ${owed.join()}`;
    else if (message.role !== 'assistant') return `${message.role} inside a turn`;
    else owed = (message.calls ?? []).map(({ id }) => id);
  }
  return owed.length > 0 ? `it ends without a result of ${owed.join()}` : null;
}

/** What is wrong with a request (P9), or null. */
export function flawOf(request: ModelRequest): string | null {
  const steps = request.messages.slice(stepsFrom(request.messages));
  const broken = stepFlaw(steps);
  if (broken !== null) return broken;
  const roles = request.messages.slice(0, stepsFrom(request.messages)).map(({ role }) => role);
  if (roles[0] !== 'system') return `it begins with ${roles[0]}`;
  if (roles.at(-1) !== 'user') return `it ends with ${roles.at(-1)}`;
  if (roles.some((role, index) => index > 0 && (role === 'system' || role === roles[index - 1]))) return roles.join();
  const silent = request.messages.some((message) => message.content === '' && !('calls' in message));
  if (silent) return 'a message is empty';
  const prompt = promptOf(request);
  if (prompt === null) return 'it holds no prompt';
  const strangers = request.messages
    .flatMap(({ content }) => canariesIn(content))
    .filter(({ secret, user }) => secret && !(prompt.secret && user === prompt.user));
  return strangers[0] ? `the request of ${wordOf(prompt)} holds ${wordOf(strangers[0])}` : null;
}
