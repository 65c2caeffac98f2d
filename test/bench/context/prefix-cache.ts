import { createHash } from 'node:crypto';

/** A provider's rules, in bytes: four are taken for a token. */
const STEP = 128 * 4;
const MINIMUM = 1_024 * 4;
const LIFETIME_MS = 10 * 60_000;
/** More requests than this of one key in a minute go to another machine, which has seen nothing. */
const SPILL_A_MINUTE = 15;

/** How much of a request a provider has seen: it knows bytes and nothing else. */
export class PrefixCache {
  readonly #seen = new Map<string, number>();
  readonly #requests = new Map<string, number[]>();
  readonly #lifetimeMs: number;

  constructor(lifetimeMs = LIFETIME_MS) {
    this.#lifetimeMs = lifetimeMs;
  }

  /** Bytes of this request that were the beginning of one within its lifetime, by the provider's rules. */
  ask(key: string, body: Buffer, at: number): number {
    if (this.#spills(key, at)) return 0;
    const chain = chainOf(key, body);
    let known = 0;
    while (known < chain.length && at - (this.#seen.get(chain[known] ?? '') ?? -Infinity) <= this.#lifetimeMs) known++;
    for (const link of chain) this.#seen.set(link, at);
    return known * STEP < MINIMUM ? 0 : known * STEP;
  }

  #spills(key: string, at: number): boolean {
    const recent = (this.#requests.get(key) ?? []).filter((before) => at - before < 60_000);
    this.#requests.set(key, [...recent, at]);
    return recent.length >= SPILL_A_MINUTE;
  }
}

function chainOf(key: string, body: Buffer): string[] {
  const hash = createHash('sha1').update(key);
  const links: string[] = [];
  for (let from = 0; from + STEP <= body.length; from += STEP) {
    hash.update(body.subarray(from, from + STEP));
    links.push(hash.copy().digest('base64'));
  }
  return links;
}

/** The same by comparing with every earlier request, as a check of the above. */
export class BruteForce {
  readonly #requests: { readonly key: string; readonly body: Buffer; readonly at: number; readonly seen: boolean }[] =
    [];

  ask(key: string, body: Buffer, at: number): number {
    const lately = this.#requests.filter((one) => one.key === key && at - one.at < 60_000).length;
    const spills = lately >= SPILL_A_MINUTE;
    const known = spills
      ? 0
      : Math.max(
          0,
          ...this.#requests
            .filter((one) => one.seen && one.key === key && at - one.at <= LIFETIME_MS)
            .map((one) => common(one.body, body)),
        );
    this.#requests.push({ key, body, at, seen: !spills });
    return known < MINIMUM ? 0 : known;
  }
}

/** How many whole steps two requests begin with alike, in bytes. */
function common(a: Buffer, b: Buffer): number {
  let at = 0;
  while (at + STEP <= Math.min(a.length, b.length) && a.compare(b, at, at + STEP, at, at + STEP) === 0) at += STEP;
  return at;
}
