/** Which pages may connect, and under which names this server answers. */
export interface OriginRules {
  /** Exact origins that an operator allowed. */
  readonly allowed: readonly string[];
  /** Development signs tokens for whoever asks, so it answers only under names that no other site can take. */
  readonly loopbackOnly: boolean;
}

/**
 * Whether a request with this `Origin` may go on. Without one it did not come from a page of another
 * site, and its token says who it is. A page of this very server may, and those that were allowed.
 */
export function originAllowed(rules: OriginRules, origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  if (rules.allowed.includes(origin)) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** Whether a request for this `Host` may go on: a name that somebody pointed at this machine is refused in development. */
export function hostAllowed(rules: OriginRules, host: string | undefined): boolean {
  return !rules.loopbackOnly || /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? '');
}
