import type { Fault, FaultCode } from '@parley/shared/fault';
import { FAULTS, FaultCode as FaultCodes, fault } from '@parley/shared/fault';

/** How one socket ended: its close code, and what the server said before it, if it did. */
export interface LinkEnd {
  readonly code: number;
  readonly goodbye: Goodbye | null;
}
export interface Goodbye {
  readonly fault: Fault;
  readonly by?: string;
  readonly at?: number;
}

export type Verdict =
  /** Come back, not sooner than `afterMs`. */
  | { readonly kind: 'retry'; readonly fault: Fault; readonly afterMs: number }
  /** Come back once with a new token. */
  | { readonly kind: 'fresh-token'; readonly fault: Fault }
  | ({ readonly kind: 'ended' } & Goodbye);

/** The code of a socket that vanished without a closing handshake. */
export const VANISHED = 1006;
const UNAUTHENTICATED = 4401;
const RATE_LIMITED = 4429;

/**
 * What to do after a socket ended: 44xx is for good, except that a token may have aged (tried once)
 * and that a rate passes; everything else is worth another try.
 */
export function judgeEnd(end: LinkEnd, triedFreshToken: boolean): Verdict {
  const said = end.goodbye ?? { fault: faultOfClose(end.code) };
  // A link can be cut right behind the goodbye; what was said counts more than the code.
  const code = (end.goodbye && FAULTS[end.goodbye.fault.code].close) ?? end.code;
  if (code < 4400 || code > 4499 || code === RATE_LIMITED) {
    return { kind: 'retry', fault: said.fault, afterMs: (said.fault.retryAfter ?? 0) * 1000 };
  }
  if (code === UNAUTHENTICATED && !triedFreshToken) return { kind: 'fresh-token', fault: said.fault };
  return { kind: 'ended', ...said };
}

/** The most general fault that closes with `code`. */
export function faultOfClose(code: number): Fault {
  const found = FaultCodes.options.find((name) => FAULTS[name].close === code && name !== 'slow_reader');
  return found ? fault(found) : fault('unavailable', 'The connection was lost.');
}

/** The close code under which a stock provider learns of a document's fault. */
export function closeCodeOf(code: FaultCode): number {
  return FAULTS[code].close ?? 1011;
}
