import { fault, type Fault } from '@parley/shared/fault';
import type { Cancel, Clock } from '../ports/system.ts';
import type { Credential } from './tickets.ts';

/**
 * How long a socket may stay: until its token ends, unless a fresh one of the same person comes before.
 * `over` is called when it ended, never after `cancel`.
 */
export class TokenTerm {
  readonly #clock: Clock;
  readonly #holder: Credential['principal'];
  readonly #over: (why: Fault) => void;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, credential: Credential, over: (why: Fault) => void) {
    this.#clock = clock;
    this.#holder = credential.principal;
    this.#over = over;
    this.#runUntil(credential.expiresAt);
  }

  /** Goes on with a fresh token; null, or why it ends instead. */
  renew({ principal, expiresAt }: Credential): Fault | null {
    const { tenant, user, role } = this.#holder;
    if (principal.tenant.id !== tenant.id || principal.user !== user) return fault('other_identity');
    // The room knows the person by the token they came with; another role means coming in again.
    if (principal.role !== role) return fault('unavailable', 'Your role changed. Connect again.');
    if (expiresAt <= this.#clock.now()) return fault('token_expired');
    this.#runUntil(expiresAt);
    return null;
  }

  cancel(): void {
    this.#cancel();
  }

  #runUntil(expiresAt: number): void {
    this.#cancel();
    const left = Math.max(0, expiresAt - this.#clock.now());
    this.#cancel = this.#clock.after(left, () => this.#over(fault('token_expired')));
  }
}
