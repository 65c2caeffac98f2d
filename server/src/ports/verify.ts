import type { Principal } from '../core/people/principal.ts';

/** Turns a token into a principal. Never throws: a broken authority is `unavailable`, never a refusal. */
export interface Verify {
  verify(token: string): Promise<Verdict>;
}
export type Verdict =
  | {
      readonly kind: 'valid';
      readonly principal: Principal;
      /** Milliseconds since the epoch. */ readonly expiresAt: number;
    }
  | { readonly kind: 'invalid'; readonly reason: 'malformed' | 'signature' | 'claims' | 'expired' | 'revoked' }
  | { readonly kind: 'unavailable' };

/** Signs tokens in development mode. */
export interface Sign {
  sign(claims: DevClaims): Promise<string>;
}
export interface DevClaims {
  readonly user: string;
  readonly name?: string | undefined;
  readonly tenant?: string | undefined;
  readonly role?: string | undefined;
  readonly groups?: readonly string[] | undefined;
}
