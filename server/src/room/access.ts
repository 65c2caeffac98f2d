import type { UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Tenant } from '../core/tenant.ts';
import type { Authority } from '../ports/authority.ts';
import type { Clock } from '../ports/system.ts';

export interface AccessDeps {
  readonly tenant: Tenant;
  readonly authority: Authority;
  readonly clock: Clock;
  /** Everybody who may read the room now. */
  readonly people: () => readonly UserId[];
}

/** An authority that has not answered by then has said no. */
const PATIENCE_MS = 1_000;

/**
 * Who of a room's people may read which outside resources, by the authority's last answer. What was never
 * asked, or could not be answered, nobody may read: asking is what opens, never what closes.
 */
export class Access {
  readonly #deps: AccessDeps;
  readonly #readers = new Map<ResourceId, ReadonlySet<UserId>>();

  constructor(deps: AccessDeps) {
    this.#deps = deps;
  }

  /** Whether one person satisfies all of these, by the last answer. */
  mayRead(user: UserId, resources: readonly ResourceId[]): boolean {
    return resources.every((resource) => this.#readers.get(resource)?.has(user) === true);
  }

  /** R3: whether a whole audience does. */
  admits(audience: readonly UserId[], resources: readonly ResourceId[]): boolean {
    return audience.every((user) => this.mayRead(user, resources));
  }

  /** Asks again. Never rejects; what is not answered in time is closed. */
  async refresh(resources: readonly ResourceId[]): Promise<void> {
    if (resources.length === 0) return;
    const { authority, tenant, people } = this.#deps;
    const answer = await this.#inTime(authority.readers(tenant, resources, people()));
    for (const resource of resources) this.#readers.set(resource, answer?.get(resource) ?? NOBODY);
  }

  #inTime<T>(answer: Promise<T>): Promise<T | null> {
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(PATIENCE_MS, () => resolve(null));
      const settle = (value: T | null): void => {
        cancel();
        resolve(value);
      };
      answer.then(settle, () => settle(null));
    });
  }
}

const NOBODY: ReadonlySet<UserId> = new Set();
