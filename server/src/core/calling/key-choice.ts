/** Whose account at a provider a call is on: its speaker's, their tenant's, or this server's. */
export type KeyOf = 'speaker' | 'tenant' | 'server';

/** What an admin decided about keys that people and the tenant brought (G5). */
export interface KeyPolicy {
  /** Whether people may use keys of their own. */
  readonly personal: boolean;
  /** Whether a call that its own key did not get answered may be made with the next one. */
  readonly fallback: boolean;
}

/** Nobody pays unasked for what was meant to be on another account. */
export const DEFAULT_KEY_POLICY: KeyPolicy = { personal: true, fallback: false };

/** Whose keys a call is made with, best first; without a fallback it is one. */
export function keysInTurn(
  held: { readonly speaker: boolean; readonly tenant: boolean },
  { personal, fallback }: KeyPolicy,
): readonly KeyOf[] {
  const speaker: KeyOf[] = held.speaker && personal ? ['speaker'] : [];
  const tenant: KeyOf[] = held.tenant ? ['tenant'] : [];
  const all: KeyOf[] = [...speaker, ...tenant, 'server'];
  return fallback ? all : all.slice(0, 1);
}
