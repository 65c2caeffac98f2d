import type { Tenant } from '../../core/tenant.ts';
import type { Sealer } from '../../ports/vault.ts';

/** Seals a text for one tenant and place. */
export function sealText(sealer: Sealer, tenant: Tenant, text: string, place: string): Uint8Array {
  return sealer.seal(tenant, Buffer.from(text), place);
}

/** Null when it cannot be opened there: its tenant's key was destroyed, or it was put there by somebody else. */
export function openText(sealer: Sealer, tenant: Tenant, sealed: Uint8Array, place: string): string | null {
  const plain = sealer.open(tenant, sealed, place);
  return plain === null ? null : Buffer.from(plain.buffer, plain.byteOffset, plain.length).toString();
}
