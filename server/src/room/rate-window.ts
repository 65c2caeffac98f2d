const MINUTE = 60_000;

/** How often each person did something in the last minute; forgets what is older. */
export class RateWindow {
  readonly #times = new Map<string, number[]>();

  /** Counts one more for `who` and returns null, or returns the seconds until there is room again. */
  take(who: string, perMinute: number, now: number): number | null {
    const times = (this.#times.get(who) ?? []).filter((time) => time > now - MINUTE);
    const oldest = times[times.length - perMinute];
    if (oldest !== undefined) {
      this.#times.set(who, times);
      return Math.max(1, Math.ceil((oldest + MINUTE - now) / 1000));
    }
    times.push(now);
    this.#times.set(who, times);
    return null;
  }
}
