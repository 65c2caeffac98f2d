import { fault, type Fault } from '@parley/shared/fault';
import type { Cancel, Clock } from '../ports/system.ts';
import type { Revocations } from './revocations.ts';
import type { Credential } from './tickets.ts';

export interface TermDeps {
  readonly clock: Clock;
  readonly revocations: Revocations;
}

/**
 * How long somebody may stay: until their token ends or is revoked, unless a fresh one of the same person comes
 * before. `over` is called when it ended, never after `cancel`.
 */
export class TokenTerm {
  readonly #deps: TermDeps;
  readonly #holder: Credential['principal'];
  readonly #over: (why: Fault) => void;
  #cancel: Cancel = () => {};

  constructor(deps: TermDeps, credential: Credential, over: (why: Fault) => void) {
    this.#deps = deps;
    this.#holder = credential.principal;
    this.#over = over;
    this.#run(credential);
  }

  /** Goes on with a fresh token; null, or why it ends instead. */
  renew(credential: Credential): Fault | null {
    const { principal } = credential;
    const { tenant, user, role } = this.#holder;
    if (principal.tenant.id !== tenant.id || principal.user !== user) return fault('other_identity');
    // The room knows the person by the token they came with; another role means coming in again.
    if (principal.role !== role) return fault('unavailable', 'Your role changed. Connect again.');
    const lapsed = lapseOf(this.#deps, credential);
    if (lapsed === null) this.#run(credential);
    return lapsed;
  }

  cancel(): void {
    this.#cancel();
  }

  #run({ principal, expiresAt }: Credential): void {
    const { clock, revocations } = this.#deps;
    this.#cancel();
    const left = Math.max(0, expiresAt - clock.now());
    const cancelExpiry = clock.after(left, () => this.#over(fault('token_expired')));
    const unfollow = revocations.follow(principal, () => this.#over(fault('unauthenticated')));
    this.#cancel = () => {
      cancelExpiry();
      unfollow();
    };
  }
}

/** Why a credential is worth nothing by now; null while it is. */
export function lapseOf({ clock, revocations }: TermDeps, { principal, expiresAt }: Credential): Fault | null {
  if (expiresAt <= clock.now()) return fault('token_expired');
  return revocations.isRevoked(principal) ? fault('unauthenticated') : null;
}
