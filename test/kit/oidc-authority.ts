import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { must } from '@parley/shared/assert';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, type Configuration } from 'oidc-provider';
import { addExchange, EXCHANGE, type Trusted } from './exchange-grant.ts';

/** Who the tokens of this authority are for. */
export const AUDIENCE = 'https://mail.example';
export const TOKEN_SECONDS = 600;

/** An OAuth and OpenID Connect server that nobody here wrote (`oidc-provider`), with the pages it has for development. */
export class OidcAuthority implements AsyncDisposable {
  readonly issuer: string;
  /** How often what somebody had consented to was taken back. */
  grantsRevoked = 0;
  readonly #server: Server;

  private constructor(server: Server, issuer: string) {
    this.#server = server;
    this.issuer = issuer;
  }

  /** One client, `parley`, that is sent back to `redirectUri`, and may exchange tokens of whom the authority trusts. */
  static async start(redirectUri: string, trusted: Trusted | null = null): Promise<OidcAuthority> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(issuer, await settings(redirectUri, trusted !== null));
    if (trusted !== null) addExchange(provider, trusted, 'mail');
    server.on('request', provider.callback());
    const authority = new OidcAuthority(server, issuer);
    provider.on('grant.revoked', () => (authority.grantsRevoked += 1));
    return authority;
  }

  /** Somebody signs in and says yes, as a browser would; the parameters that they are sent back with. */
  async consent(authorizeUrl: string, login: string): Promise<URLSearchParams> {
    const cookies = new Map<string, string>();
    let next = authorizeUrl;
    let form: URLSearchParams | null = null;
    while (next.startsWith(this.issuer)) {
      const response: Response = await fetch(next, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
        ...(form === null ? {} : { method: 'POST', body: form }),
      });
      for (const cookie of response.headers.getSetCookie()) cookies.set(...pairOf(cookie));
      const page = await response.text();
      const location = response.headers.get('location');
      form = location === null ? answerTo(page, login) : null;
      next = location === null ? next : new URL(location, this.issuer).href;
    }
    return new URL(next).searchParams;
  }

  /** Takes back what stands behind a token (RFC 7009). */
  async revoke(token: string): Promise<void> {
    const authorization = `Basic ${Buffer.from('parley:shh').toString('base64')}`;
    const body = new URLSearchParams({ token, token_type_hint: 'refresh_token' });
    const { status } = await fetch(`${this.issuer}/token/revocation`, {
      method: 'POST',
      headers: { authorization },
      body,
    });
    if (status !== 200) throw new Error(`revocation: ${status}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

async function settings(redirectUri: string, exchanges: boolean): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] },
    cookies: { keys: ['a key of cookies'] },
    clients: [
      {
        client_id: 'parley',
        client_secret: 'shh',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token', ...(exchanges ? [EXCHANGE] : [])],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    scopes: ['mail', 'me'],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    findAccount: async (_context, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    features: {
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => AUDIENCE,
        useGrantedResource: async () => true,
        getResourceServerInfo: async () => ({
          scope: 'mail me',
          accessTokenFormat: 'jwt',
          accessTokenTTL: TOKEN_SECONDS,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

/** The form of its page, filled in: first who one is, and then yes. */
function answerTo(page: string, login: string): URLSearchParams {
  const prompt = must(/name="prompt" value="(\w+)"/.exec(page)?.[1], 'a page with a form');
  return new URLSearchParams(prompt === 'login' ? { prompt, login, password: 'x' } : { prompt });
}

function pairOf(cookie: string): [string, string] {
  const [pair = ''] = cookie.split(';');
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}
