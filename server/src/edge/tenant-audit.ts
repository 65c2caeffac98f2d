import { fault, FaultError, type FaultCode } from '@parley/shared/fault';
import type { MiddlewareHandler } from 'hono';
import type { Principal } from '../core/people/principal.ts';
import { personKey } from '../core/tenant.ts';
import type { Audit } from '../ports/audit.ts';
import type { Clock } from '../ports/system.ts';
import type { EdgeEnv } from './edge.ts';
import { REFUSALS_NOTED, REFUSALS_WINDOW_SECONDS } from './limits.ts';
import { Throttle } from './throttle.ts';

export interface TenantAuditDeps {
  readonly audit: Audit;
  readonly clock: Clock;
}

/** The trail of what is decided for a whole tenant (T50). */
export class TenantAudit {
  readonly #deps: TenantAuditDeps;
  readonly #refusals: Throttle;

  constructor(deps: TenantAuditDeps) {
    this.#deps = deps;
    this.#refusals = new Throttle(deps.clock, REFUSALS_NOTED, REFUSALS_WINDOW_SECONDS * 1_000);
  }

  done(by: Principal, action: string, target: string): Promise<void> {
    return this.#note(by, action, target, null);
  }

  /** Somebody who keeps trying is noted so many times a minute and no more: the trail is for reading. */
  async refused(by: Principal, action: string, code: FaultCode): Promise<void> {
    if (this.#refusals.count(personKey(by.tenant, by.user)) === null) await this.#note(by, action, null, code);
  }

  #note(by: Principal, action: string, target: string | null, code: FaultCode | null): Promise<void> {
    const outcome = code === null ? 'done' : 'refused';
    const line = {
      at: this.#deps.clock.now(),
      room: null,
      by: by.user,
      action,
      target,
      outcome,
      code,
      private: null,
    } as const;
    return this.#deps.audit.note(by.tenant, [line]);
  }
}

/** What each method under a path does, as the trail calls it. */
export type Actions = Readonly<Partial<Record<string, string>>>;

/** R16: whoever is no admin gets the same answer for everything there is and is not, before anything is looked at. */
export function adminsOnly(trail: TenantAudit, actions: Actions): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const { principal } = c.get('caller');
    if (principal.role !== 'admin') {
      await trail.refused(principal, actions[c.req.method] ?? 'admin.read', 'forbidden');
      throw new FaultError(fault('forbidden', undefined, { capability: 'tenant.admin' }));
    }
    await next();
  };
}
