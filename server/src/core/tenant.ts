import type { RoomId, UserId } from '@parley/shared/ids';

declare const minted: unique symbol;

/**
 * The outer wall (R11). Everything below the edge takes this handle and never a bare string: it can
 * only be had from a verified token or from a row that was written under one.
 */
export interface Tenant {
  readonly id: string;
  readonly [minted]: true;
}

/** One room of one tenant. */
export interface RoomRef {
  readonly tenant: Tenant;
  readonly room: RoomId;
}

const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Mints a handle; call it only with the tenant of a verified token or of a stored row. Null when malformed. */
export function mintTenant(id: string): Tenant | null {
  // The brand exists for the compiler only, so the object cannot carry it.
  return TENANT.test(id) ? (Object.freeze({ id }) as Tenant) : null;
}

/** One string per room, for maps; neither part can hold the separator. */
export function roomKey(ref: RoomRef): string {
  return `${ref.tenant.id}/${ref.room}`;
}

/** One string per tenant, for maps. */
export function tenantKey(tenant: Tenant): string {
  return tenant.id;
}

/** One string per person of a tenant, for maps; neither part can hold the separator. */
export function personKey(tenant: Tenant, user: UserId): string {
  return `${tenant.id}/${user}`;
}
