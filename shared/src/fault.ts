import * as z from 'zod';

/**
 * Everything that crosses the wire as an error. The list is closed. `remedy` says what the other side
 * should do: `fix` the request, `wait` and try again, or `leave`.
 */
export const FAULTS = {
  bad_frame: { remedy: 'fix', status: 400, close: 4400, title: 'The frame could not be read.' },
  bad_request: { remedy: 'fix', status: 400, close: 4400, title: 'The request does not fit its schema.' },
  bad_update: { remedy: 'fix', status: 400, close: 4400, title: 'The document update was refused.' },
  unauthenticated: { remedy: 'leave', status: 401, close: 4401, title: 'A valid token is needed.' },
  token_expired: { remedy: 'leave', status: 401, close: 4401, title: 'The token has expired.' },
  forbidden: { remedy: 'leave', status: 403, close: 4403, title: 'You may not do this here.' },
  read_only: { remedy: 'leave', status: 403, close: 4403, title: 'This document is written by the server alone.' },
  not_found: { remedy: 'leave', status: 404, close: 4404, title: 'There is nothing here for you.' },
  slow_authentication: { remedy: 'leave', status: 408, close: 4408, title: 'The token came too late.' },
  other_identity: { remedy: 'leave', status: 409, close: 4409, title: 'The new token names somebody else.' },
  id_conflict: { remedy: 'fix', status: 409, close: null, title: 'This id was used for other content.' },
  revision_conflict: { remedy: 'fix', status: 409, close: null, title: 'Somebody changed it first.' },
  condition_failed: { remedy: 'fix', status: 409, close: null, title: 'The condition did not hold.' },
  already_started: { remedy: 'leave', status: 409, close: null, title: 'The turn has already started.' },
  already_ended: { remedy: 'leave', status: 409, close: null, title: 'The turn has already ended.' },
  already_exists: { remedy: 'fix', status: 409, close: null, title: 'This already exists.' },
  last_owner: { remedy: 'fix', status: 409, close: null, title: 'A room keeps at least one owner.' },
  too_large: { remedy: 'fix', status: 413, close: 4413, title: 'That is larger than allowed.' },
  rate_limited: { remedy: 'wait', status: 429, close: 4429, title: 'Too many requests.' },
  queue_full: { remedy: 'wait', status: 429, close: null, title: 'The queue is full.' },
  slow_reader: { remedy: 'wait', status: 503, close: 1013, title: 'The connection could not keep up.' },
  unavailable: { remedy: 'wait', status: 503, close: 1013, title: 'Try again in a moment.' },
  internal: { remedy: 'wait', status: 500, close: 1013, title: 'Something went wrong on our side.' },
} as const satisfies Record<string, FaultKind>;

interface FaultKind {
  readonly remedy: 'fix' | 'wait' | 'leave';
  /** HTTP status. */
  readonly status: 400 | 401 | 403 | 404 | 408 | 409 | 413 | 429 | 500 | 503;
  /** WebSocket close code where this fault ends a connection; null where it only answers a command. */
  readonly close: number | null;
  readonly title: string;
}

export type FaultCode = keyof typeof FAULTS;
export const FaultCode = z.enum(Object.keys(FAULTS) as [FaultCode, ...FaultCode[]]);

/** One error as it crosses the wire. `detail` is for a person; `code` is for a program. */
export const Fault = z.strictObject({
  code: FaultCode,
  detail: z.string(),
  /** The capability that is missing, with `forbidden`. */
  capability: z.string().optional(),
  /** Seconds to wait, with a `wait` remedy. */
  retryAfter: z.number().optional(),
  /** What stands now, with a conflict. */
  current: z.json().optional(),
});
export type Fault = z.infer<typeof Fault>;

/** Makes a fault; `detail` defaults to the title of its kind. */
export function fault(code: FaultCode, detail?: string, more: Omit<Fault, 'code' | 'detail'> = {}): Fault {
  return { code, detail: detail ?? FAULTS[code].title, ...more };
}

/** A fault on its way up a call stack at the edge; the core returns faults instead. */
export class FaultError extends Error {
  readonly fault: Fault;
  constructor(value: Fault) {
    super(`${value.code}: ${value.detail}`);
    this.name = 'FaultError';
    this.fault = value;
  }
}

/** The outcome of something that may be refused. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refuse(code: FaultCode, detail?: string, more: Omit<Fault, 'code' | 'detail'> = {}): Result<never> {
  return { ok: false, fault: fault(code, detail, more) };
}
