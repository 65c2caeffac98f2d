import { fault, type Fault, type Result } from '@parley/shared/fault';
import type { Verdict, Verify } from '../ports/verify.ts';
import type { Credential } from './tickets.ts';

/** Asks the authority about a token; null means that none was given. */
export async function checkToken(verify: Verify, token: string | null): Promise<Result<Credential>> {
  if (token === null) return { ok: false, fault: fault('unauthenticated') };
  const verdict = await verify.verify(token);
  switch (verdict.kind) {
    case 'valid':
      return { ok: true, value: { principal: verdict.principal, expiresAt: verdict.expiresAt } };
    case 'invalid':
      return { ok: false, fault: refusalOf(verdict.reason) };
    case 'unavailable':
      return { ok: false, fault: fault('unavailable', 'Tokens cannot be checked right now.') };
  }
}

/** Why it was refused is told no further than whether a fresh token would help. */
function refusalOf(reason: Extract<Verdict, { kind: 'invalid' }>['reason']): Fault {
  return fault(reason === 'expired' ? 'token_expired' : 'unauthenticated');
}

/** The token of an `Authorization: Bearer` header; null when there is none. */
export function bearerToken(header: string | undefined): string | null {
  return header === undefined ? null : (/^Bearer +([^\s]+)$/i.exec(header)?.[1] ?? null);
}

/** Whether a query carries a JWT under any name: queries end in logs and histories, so it is refused. */
export function carriesToken(query: URLSearchParams): boolean {
  return [...query.values()].some((value) => /^ey[\w-]+\.ey[\w-]+\.[\w-]*$/.test(value));
}
