import * as z from 'zod';
import type { LinkedCredential } from '../../ports/vault.ts';
import type { Clock } from '../../ports/system.ts';
import type { GuardedFetch } from '../outbound/guarded-fetch.ts';
import { FetchFailure } from '../outbound/fetch-failure.ts';

/** Where an authority hands out tokens, and who we are there. */
export interface TokenEndpoint {
  readonly tokenUrl: string;
  readonly clientId: string;
  /** Null: a public client. */
  readonly clientSecret: string | null;
}

export type TokenAnswer =
  | { readonly kind: 'token'; readonly credential: LinkedCredential }
  /** What was offered is no longer worth anything there: `invalid_grant` (RFC 6749). */
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly detail: string };

const Success = z.object({
  access_token: z.string().min(1).max(16_384),
  token_type: z.string().max(100),
  refresh_token: z.string().min(1).max(16_384).optional(),
  expires_in: z.number().min(0).optional(),
});
const Refusal = z.object({ error: z.string().max(100) });

/** Asks a token endpoint (RFC 6749). Never rejects; what it says in words goes nowhere. */
export async function askForToken(
  endpoint: TokenEndpoint,
  form: Readonly<Record<string, string>>,
  { fetch, clock, signal }: { readonly fetch: GuardedFetch; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<TokenAnswer> {
  try {
    const response = await fetch(endpoint.tokenUrl, posted(endpoint, form, signal));
    return answerOf(response, await response.text(), clock.now());
  } catch (error) {
    return { kind: 'failed', detail: detailOf(error) };
  }
}

export interface RevocationEndpoint extends TokenEndpoint {
  readonly revokeUrl: string;
}

/** Has a token taken back (RFC 7009), with all that was given with it. Null: it was; else why not. Never rejects. */
export async function revokeToken(
  endpoint: RevocationEndpoint,
  { refreshToken, accessToken }: Pick<LinkedCredential, 'refreshToken' | 'accessToken'>,
  { fetch, signal }: { readonly fetch: GuardedFetch; readonly signal: AbortSignal },
): Promise<string | null> {
  const form =
    refreshToken === null
      ? { token: accessToken, token_type_hint: 'access_token' }
      : { token: refreshToken, token_type_hint: 'refresh_token' };
  try {
    const response = await fetch(endpoint.revokeUrl, posted(endpoint, form, signal));
    await response.text();
    // What is not known there any more is taken back as well: the answer is 200.
    return response.ok ? null : `http ${response.status}`;
  } catch (error) {
    return detailOf(error);
  }
}

function posted(endpoint: TokenEndpoint, form: Readonly<Record<string, string>>, signal: AbortSignal): RequestInit {
  const own = endpoint.clientSecret === null ? { client_id: endpoint.clientId } : {};
  const headers = { accept: 'application/json', ...authorization(endpoint) };
  return { method: 'POST', headers, body: new URLSearchParams({ ...form, ...own }), signal };
}

function detailOf(error: unknown): string {
  return error instanceof FetchFailure ? `${error.class} ${error.detail}` : 'unreadable';
}

function answerOf(response: Response, text: string, now: number): TokenAnswer {
  const said: unknown = JSON.parse(text);
  if (!response.ok) {
    const refusal = Refusal.safeParse(said);
    if (refusal.success && refusal.data.error === 'invalid_grant') return { kind: 'refused' };
    return { kind: 'failed', detail: `http ${response.status}` };
  }
  const { access_token, refresh_token, expires_in, token_type } = Success.parse(said);
  if (token_type.toLowerCase() !== 'bearer') return { kind: 'failed', detail: 'token type' };
  const expiresAt = expires_in === undefined ? null : now + expires_in * 1_000;
  return { kind: 'token', credential: { accessToken: access_token, refreshToken: refresh_token ?? null, expiresAt } };
}

/** RFC 6749 2.3.1: both halves are form-encoded before they are joined. */
function authorization({ clientId, clientSecret }: TokenEndpoint): Record<string, string> {
  if (clientSecret === null) return {};
  const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
