import type { UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Tenant } from '../core/tenant.ts';
import type { Authority, Readers } from '../ports/authority.ts';
import type { Clock } from '../ports/system.ts';

export interface AccessDeps {
  readonly tenant: Tenant;
  readonly authority: Authority;
  readonly clock: Clock;
  /** Everybody who may read the room now. */
  readonly people: () => readonly UserId[];
  /** Hears that an answer differs from the one before it, whoever asked. */
  readonly changed: () => void;
}

/** An authority that has not answered by then has said no. */
const PATIENCE_MS = 1_000;
/** An answer is not asked for again so soon, unless the authority says that it changed; … */
const FRESH_MS = 1_000;
/** … nor is one that did not come: whoever asks waits for it. */
const RETRY_MS = 5_000;

interface Answer {
  readonly readers: ReadonlySet<UserId>;
  /** Who was asked about; of anybody else nothing is known. */
  readonly people: ReadonlySet<UserId>;
  /** Grows with each question, so that an answer that comes late never replaces a later one. */
  readonly question: number;
  /** False: nothing came in time. */
  readonly came: boolean;
  readonly freshUntil: number;
}

/**
 * Who of a room's people may read which outside resources, by the authority's last answer. What was never
 * asked, or could not be answered, nobody may read: asking is what opens, never what closes.
 */
export class Access {
  readonly #deps: AccessDeps;
  readonly #answers = new Map<ResourceId, Answer>();
  #questions = 0;

  constructor(deps: AccessDeps) {
    this.#deps = deps;
  }

  /** Whether one person satisfies all of these, by the last answer. */
  mayRead(user: UserId, resources: readonly ResourceId[]): boolean {
    return resources.every((resource) => this.#answers.get(resource)?.readers.has(user) === true);
  }

  /** Whether the authority said that one person may not read all of these; of what it did not say nothing is known. */
  denies(user: UserId, resources: readonly ResourceId[]): boolean {
    return resources.some((resource) => {
      const answer = this.#answers.get(resource);
      return answer?.came === true && answer.people.has(user) && !answer.readers.has(user);
    });
  }

  /** R3: whether a whole audience does. */
  admits(audience: readonly UserId[], resources: readonly ResourceId[]): boolean {
    return audience.every((user) => this.mayRead(user, resources));
  }

  /** Asks for what was not asked a moment ago for everybody who is here now. Never rejects. */
  freshen(resources: readonly ResourceId[]): Promise<void> {
    const people = this.#deps.people();
    const now = this.#deps.clock.now();
    return this.refresh(resources.filter((resource) => !isFresh(this.#answers.get(resource), people, now)));
  }

  /** Asks again, except for what had no answer a moment ago: that stays closed for a while. Never rejects. */
  confirm(resources: readonly ResourceId[]): Promise<void> {
    const now = this.#deps.clock.now();
    return this.refresh(
      resources.filter((resource) => {
        const answer = this.#answers.get(resource);
        return answer === undefined || answer.came || now >= answer.freshUntil;
      }),
    );
  }

  /** Asks again. Never rejects; what is not answered in time is closed. */
  async refresh(resources: readonly ResourceId[]): Promise<void> {
    if (resources.length === 0) return;
    const { authority, tenant, clock } = this.#deps;
    const people = this.#deps.people();
    const question = (this.#questions += 1);
    const askedAt = clock.now();
    const answer = await this.#inTime(authority.readers(tenant, resources, people));
    const came = answer !== null;
    const asked = { people: new Set(people), question, came, freshUntil: askedAt + (came ? FRESH_MS : RETRY_MS) };
    const differing = resources.filter((resource) =>
      this.#learn(resource, { ...asked, readers: answer?.get(resource) ?? NOBODY }),
    );
    if (differing.length > 0) this.#deps.changed();
  }

  #learn(resource: ResourceId, answer: Answer): boolean {
    const before = this.#answers.get(resource);
    if (before !== undefined && before.question >= answer.question) return false;
    this.#answers.set(resource, answer);
    return !isEqual(before?.readers ?? NOBODY, answer.readers);
  }

  #inTime(answer: Promise<Readers>): Promise<Readers | null> {
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(PATIENCE_MS, () => resolve(null));
      const settle = (value: Readers | null): void => {
        cancel();
        resolve(value);
      };
      answer.then(settle, () => settle(null));
    });
  }
}

function isFresh(answer: Answer | undefined, people: readonly UserId[], now: number): boolean {
  return answer !== undefined && now < answer.freshUntil && people.every((user) => answer.people.has(user));
}

function isEqual(some: ReadonlySet<UserId>, others: ReadonlySet<UserId>): boolean {
  return some.size === others.size && [...some].every((user) => others.has(user));
}

const NOBODY: ReadonlySet<UserId> = new Set();
