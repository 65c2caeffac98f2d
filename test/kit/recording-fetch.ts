import type { GuardedFetch } from '@parley/server/adapters/outbound/guarded-fetch';

/** One request as it left; `operation` from wherever its wire carries it. */
export interface SentRequest {
  readonly url: string;
  readonly method: string;
  readonly bearer: string | null;
  readonly operation: string | null;
  readonly body: string;
}

/** Keeps what goes through a fetch. */
export function recordingFetch(fetch: GuardedFetch): { readonly fetch: GuardedFetch; readonly sent: SentRequest[] } {
  const sent: SentRequest[] = [];
  return {
    sent,
    fetch: (url, init = {}) => {
      const headers = new Headers(init.headers);
      const body = typeof init.body === 'string' || init.body instanceof URLSearchParams ? String(init.body) : '';
      sent.push({
        url: String(url),
        method: init.method ?? 'GET',
        bearer: headers.get('authorization')?.replace(/^Bearer /, '') ?? null,
        operation: headers.get('idempotency-key') ?? /"parley\/operation":"([^"]*)"/.exec(body)?.[1] ?? null,
        body,
      });
      return fetch(url, init);
    },
  };
}
