import type { UserId } from '@parley/shared/ids';
import type { TenantRole } from '@parley/shared/roles';
import type { Tenant } from '../tenant.ts';

/** Somebody whose token was verified. It travels with every command and turn; there is no ambient user. */
export interface Principal {
  readonly tenant: Tenant;
  readonly user: UserId;
  readonly name: string;
  readonly role: TenantRole;
  readonly groups: readonly string[];
  /** When the token says that it was issued, in milliseconds since the epoch; 0 when it does not say. */
  readonly issuedAt: number;
}
