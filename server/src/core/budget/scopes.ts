import type { RoomId, UserId } from '@parley/shared/ids';

/** Whose account a call is charged to (G7). */
export type Scope =
  | { readonly kind: 'tenant' }
  /** What is done in a tenant while nobody waits for it (G9). */
  | { readonly kind: 'background' }
  | { readonly kind: 'user'; readonly user: UserId }
  | { readonly kind: 'room'; readonly room: RoomId }
  /** What one person may use in one room: a limit that their grants there name. */
  | { readonly kind: 'grant'; readonly room: RoomId; readonly user: UserId };

/** Scopes that an admin sets a limit for. */
export type SetScope = Exclude<Scope, { readonly kind: 'grant' }>;

/** One string for each scope, for maps and tables. */
export function scopeKey(scope: Scope): string {
  switch (scope.kind) {
    case 'tenant':
    case 'background':
      return scope.kind;
    case 'user':
      return `user:${scope.user}`;
    case 'room':
      return `room:${scope.room}`;
    case 'grant':
      return `grant:${scope.room}:${scope.user}`;
  }
}

/** What people are told whose budget it is. */
export function scopeName(scope: Scope): string {
  switch (scope.kind) {
    case 'tenant':
      return 'The budget of your organisation';
    case 'background':
      return 'The budget for background work';
    case 'user':
      return 'Your budget';
    case 'room':
      return 'The budget of this room';
    case 'grant':
      return 'Your budget in this room';
  }
}

const DAY_MS = 86_400_000;

/** `2026-11`: budgets are by the calendar month, UTC. */
export function monthOf(at: number): string {
  // Days of the proleptic Gregorian calendar, in eras of 400 years that begin on the first of March.
  const days = Math.floor(at / DAY_MS) + 719_468;
  const era = Math.floor(days / 146_097);
  const day = days - era * 146_097;
  const year = Math.floor((day - Math.floor(day / 1_460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365);
  const dayOfYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = ((Math.floor((5 * dayOfYear + 2) / 153) + 2) % 12) + 1;
  return `${era * 400 + year + (month <= 2 ? 1 : 0)}-${String(month).padStart(2, '0')}`;
}
