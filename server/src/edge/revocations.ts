import type { UserId } from '@parley/shared/ids';
import type { Principal } from '../core/people/principal.ts';
import { personKey, type Tenant } from '../core/tenant.ts';
import type { People } from '../ports/people.ts';
import type { Cancel } from '../ports/system.ts';
import type { Verify } from '../ports/verify.ts';

/** Whose tokens were revoked (R17): asked about every token, and told to whoever lives on one. */
export class Revocations {
  readonly #people: Pick<People, 'revokedAt'>;
  readonly #followers = new Map<string, Set<() => void>>();

  constructor(people: Pick<People, 'revokedAt' | 'watch'>) {
    this.#people = people;
    people.watch((tenant, user) => this.#tell(tenant, user));
  }

  /** Whether the token that made this principal was issued before its person was revoked, or at that moment. */
  isRevoked({ tenant, user, issuedAt }: Principal): boolean {
    const at = this.#people.revokedAt(tenant, user);
    return at !== null && issuedAt <= at;
  }

  /** Calls back when the person is revoked and this token of theirs with them. */
  follow(principal: Principal, over: () => void): Cancel {
    const key = personKey(principal.tenant, principal.user);
    const told = (): void => {
      if (this.isRevoked(principal)) over();
    };
    const followers = this.#followers.get(key) ?? new Set();
    this.#followers.set(key, followers.add(told));
    return () => {
      followers.delete(told);
      if (followers.size === 0 && this.#followers.get(key) === followers) this.#followers.delete(key);
    };
  }

  /** People somebody lives on a token of. */
  get size(): number {
    return this.#followers.size;
  }

  #tell(tenant: Tenant, user: UserId): void {
    for (const told of [...(this.#followers.get(personKey(tenant, user)) ?? [])]) told();
  }
}

/** The same authority, which takes no token of a person who was revoked since. */
export function refusingRevoked(verify: Verify, revocations: Revocations): Verify {
  return {
    verify: async (token) => {
      const verdict = await verify.verify(token);
      const revoked = verdict.kind === 'valid' && revocations.isRevoked(verdict.principal);
      return revoked ? { kind: 'invalid', reason: 'revoked' } : verdict;
    },
  };
}
