import { SignJWT } from 'jose';

const SECRET = 'a secret of the issuer, long enough for HS256';

/** Settings of a server that takes the tokens of {@link issue} and no others. */
export const ISSUER_SETTINGS = {
  PARLEY_JWT_SECRET: SECRET,
  PARLEY_JWT_ISSUER: 'issuer',
  PARLEY_JWT_AUDIENCE: 'parley',
} as const;

/** A token of `user` that ends so many seconds from now, on a whole second. */
export function issue(user: string, seconds: number): Promise<string> {
  return new SignJWT({ name: user })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setIssuer(ISSUER_SETTINGS.PARLEY_JWT_ISSUER)
    .setAudience(ISSUER_SETTINGS.PARLEY_JWT_AUDIENCE)
    .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds)
    .sign(new TextEncoder().encode(SECRET));
}
