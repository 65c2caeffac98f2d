import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { errors, type Provider } from 'oidc-provider';

export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

/** Whose tokens an authority takes in exchange for its own. */
export interface Trusted {
  readonly issuer: string;
  readonly keys: JSONWebKeySet;
}

type Params = { readonly subject_token?: string; readonly audience?: string; readonly requested_token_type?: string };

/**
 * RFC 8693 as a grant of `oidc-provider`, registered as its users do. Clients, what is asked, the tokens and the errors are
 * that server's own; whose token is believed is here.
 */
export function addExchange(provider: Provider, trusted: Trusted, scope: string): void {
  const params = ['subject_token', 'subject_token_type', 'requested_token_type', 'audience'];
  provider.registerGrantType<Params>(
    EXCHANGE,
    async (context) => {
      const { client, params: asked } = context.oidc;
      const { subject_token: subject = '', audience = '', requested_token_type: wanted } = asked;
      if (wanted !== ACCESS_TYPE || audience === '') throw new errors.InvalidRequest('one audience, one access token');
      const { sub = '' } = await believed(subject, trusted, `${provider.issuer}/token`);
      const jwt = { sign: { alg: 'ES256' } } as const;
      const resourceServer = new provider.ResourceServer(audience, { scope, accessTokenFormat: 'jwt', jwt });
      const given = { client, accountId: sub, resourceServer, scope };
      const token = new provider.AccessToken({ ...given, grantId: 'exchanged', gty: 'exchange' });
      context.body = {
        access_token: await token.save(),
        issued_token_type: ACCESS_TYPE,
        token_type: token.tokenType,
        expires_in: token.expiration,
      };
    },
    params,
  );
}

async function believed(token: string, { issuer, keys }: Trusted, audience: string): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), { issuer, audience, algorithms: ['ES256'] });
    return payload;
  } catch (error) {
    throw new errors.InvalidGrant(error instanceof Error ? error.message : 'unreadable');
  }
}
