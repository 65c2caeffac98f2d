import { z } from 'zod';
import { readModels, type ModelRoute, type ModelsResult } from './config-models.ts';

/** How severe a log line has to be to be written. */
export const LogLevel = z.enum(['debug', 'info', 'warn', 'error', 'silent']);
export type LogLevel = z.infer<typeof LogLevel>;

/** Who vouches for people. Without any setting the server does so itself, on this machine only. */
export type AuthConfig =
  | { readonly kind: 'development' }
  | { readonly kind: 'secret'; readonly secret: string; readonly issuer: string; readonly audience: string }
  | { readonly kind: 'jwks'; readonly url: string; readonly issuer: string; readonly audience: string };

/** Everything an operator decides, read once at start. */
export interface Config {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Folder of the embedded store. */
  readonly data: string;
  /** Keys that wrap the keys of tenants, base64, the current one first; none: the data folder has its own. */
  readonly masterKeys: readonly string[];
  readonly auth: AuthConfig;
  /** Origins of pages that may connect besides the server's own, as `scheme://host[:port]`. */
  readonly origins: readonly string[];
  readonly model: {
    readonly baseUrl: string | undefined;
    readonly apiKey: string | undefined;
    readonly name: string | undefined;
  };
  /** The models that people see, the first is what they get without choosing; empty: the one above. */
  readonly models: readonly ModelRoute[];
  /** By what address tools and authorities know this server; null: the one it listens on. */
  readonly issuer: string | null;
  /** The page of the app where invitations go on; null: this server's own, which opens them in development mode alone. */
  readonly inviteUrl: string | null;
  /** `host` or `host:port` of tools that may have a private address. */
  readonly toolHosts: readonly string[];
  /** An outside authority for resources; null: the built-in one. */
  readonly openFga: {
    readonly url: string;
    readonly token: string | null;
    /** The store of each tenant. */
    readonly stores: Readonly<Record<string, string>>;
  } | null;
  readonly logLevel: LogLevel;
}

/** Exit status for a configuration that cannot be used (`EX_CONFIG`). */
export const EXIT_CONFIG = 78;

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  /** One sentence each, beginning with the variable's name; values never appear. */
  | { readonly ok: false; readonly problems: readonly string[] };

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const NOT_YET: Readonly<Record<string, string>> = {
  PARLEY_DATABASE_URL: 'Postgres is not supported in this version; remove it to use the embedded store',
  PARLEY_REDIS_URL:
    'more than one node is not supported in this version, which has no journal that nodes can share; remove it to run one node',
};

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** A tenant, and the ULID of its store. */
const STORE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}=[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{26}$/;

const Environment = z.object({
  PARLEY_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:-]+$/, 'must be a host name or an address')
    .default('127.0.0.1'),
  PARLEY_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number, 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port number, 0 to 65535')
    .default(8787),
  PARLEY_DATA: z.string().default('./data'),
  PARLEY_MASTER_KEY: list
    .refine(
      (keys) => keys.every(isMasterKey),
      'must be base64 of 32 bytes, and older keys after it, separated by commas',
    )
    .default([]),
  PARLEY_JWKS_URL: httpUrl.optional(),
  PARLEY_JWT_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32, 'must be at least 32 bytes')
    .optional(),
  PARLEY_JWT_ISSUER: z.string().optional(),
  PARLEY_JWT_AUDIENCE: z.string().optional(),
  PARLEY_ORIGINS: list
    .refine((origins) => origins.every(isOrigin), 'must be origins like https://app.example, separated by commas')
    .default([]),
  PARLEY_ISSUER: httpUrl
    .refine(isBase, 'must be an address without a query, and without a slash at its end')
    .optional(),
  PARLEY_INVITE_URL: httpUrl
    .refine((text) => !text.includes('#'), 'must be an address without #: the code of an invitation comes there')
    .optional(),
  PARLEY_TOOL_HOSTS: list
    .refine((hosts) => hosts.every(isHost), 'must be hosts like tools.internal or 10.0.0.7:8080, separated by commas')
    .default([]),
  PARLEY_OPENFGA_URL: httpUrl.optional(),
  PARLEY_OPENFGA_STORES: list
    .refine((pairs) => pairs.every((pair) => STORE.test(pair)), 'must be tenant=store pairs, separated by commas')
    .default([]),
  PARLEY_OPENFGA_TOKEN: z.string().optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  OPENAI_API_KEY: z.string().optional(),
  PARLEY_MODEL: z.string().optional(),
  PARLEY_MODELS: z.string().optional(),
  PARLEY_LOG: LogLevel.default('info'),
});
type Environment = z.infer<typeof Environment>;

const KNOWN = new Set([...Object.keys(Environment.shape), ...Object.keys(NOT_YET)]);

/**
 * Reads the environment. Names every problem at once, so that an operator mends them in one go. An
 * empty variable counts as absent.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = Environment.safeParse(given);
  const models = modelsOf(given);
  const problems = [
    ...unknownVariables(given),
    ...Object.keys(NOT_YET)
      .filter((name) => name in given)
      .map((name) => `${name}: ${NOT_YET[name]}`),
    ...(parsed.success ? [] : parsed.error.issues.map(describe)),
    ...(models.ok ? [] : models.problems.map((problem) => `PARLEY_MODELS: ${problem}`)),
    ...inconsistencies(given),
  ];
  if (!parsed.success || !models.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: deepFreeze({ ...configOf(parsed.data), models: models.routes }) };
}

function modelsOf(given: Readonly<Record<string, unknown>>): ModelsResult {
  const text = given['PARLEY_MODELS'];
  return typeof text === 'string' ? readModels(text, given) : { ok: true, routes: [] };
}

function configOf(env: Environment): Omit<Config, 'models'> {
  return {
    host: env.PARLEY_HOST,
    port: env.PARLEY_PORT,
    data: env.PARLEY_DATA,
    masterKeys: env.PARLEY_MASTER_KEY,
    auth: authOf(env),
    origins: env.PARLEY_ORIGINS,
    model: { baseUrl: env.OPENAI_BASE_URL, apiKey: env.OPENAI_API_KEY, name: env.PARLEY_MODEL },
    issuer: env.PARLEY_ISSUER ?? null,
    inviteUrl: env.PARLEY_INVITE_URL ?? null,
    toolHosts: env.PARLEY_TOOL_HOSTS.map((host) => host.toLowerCase()),
    openFga: openFgaOf(env),
    logLevel: env.PARLEY_LOG,
  };
}

function openFgaOf(env: Environment): Config['openFga'] {
  if (env.PARLEY_OPENFGA_URL === undefined) return null;
  const stores = env.PARLEY_OPENFGA_STORES.map((pair): [string, string] => {
    const [tenant = '', store = ''] = pair.split('=');
    return [tenant, store];
  });
  return { url: env.PARLEY_OPENFGA_URL, token: env.PARLEY_OPENFGA_TOKEN ?? null, stores: Object.fromEntries(stores) };
}

function authOf(env: Environment): AuthConfig {
  const issuer = env.PARLEY_JWT_ISSUER ?? '';
  const audience = env.PARLEY_JWT_AUDIENCE ?? '';
  if (env.PARLEY_JWT_SECRET !== undefined) return { kind: 'secret', secret: env.PARLEY_JWT_SECRET, issuer, audience };
  if (env.PARLEY_JWKS_URL !== undefined) return { kind: 'jwks', url: env.PARLEY_JWKS_URL, issuer, audience };
  return { kind: 'development' };
}

/** Problems between variables; a token whose issuer or audience nobody checks would let strangers in. */
function inconsistencies(given: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  const keys = ['PARLEY_JWT_SECRET', 'PARLEY_JWKS_URL'].filter((name) => name in given);
  const claims = ['PARLEY_JWT_ISSUER', 'PARLEY_JWT_AUDIENCE'];
  if (keys.length === 2) problems.push('PARLEY_JWT_SECRET: set either this or PARLEY_JWKS_URL, not both');
  for (const name of claims) {
    if (keys.length > 0 && !(name in given)) problems.push(`${name}: must be set together with ${keys[0]}`);
    if (keys.length === 0 && name in given)
      problems.push(`${name}: has no effect without PARLEY_JWT_SECRET or PARLEY_JWKS_URL`);
  }
  const fga = ['PARLEY_OPENFGA_URL', 'PARLEY_OPENFGA_STORES'].filter((name) => name in given);
  if (fga.length === 1) problems.push(`${fga[0]}: PARLEY_OPENFGA_URL and PARLEY_OPENFGA_STORES are set together`);
  for (const name of ['OPENAI_BASE_URL', 'PARLEY_MODEL']) {
    if ('PARLEY_MODELS' in given && name in given) problems.push(`${name}: has no effect beside PARLEY_MODELS`);
  }
  const host = given['PARLEY_HOST'];
  if (keys.length === 0 && typeof host === 'string' && !LOOPBACK.has(host)) {
    problems.push(
      'PARLEY_HOST: development mode is for this machine only; set PARLEY_JWT_SECRET or PARLEY_JWKS_URL to listen elsewhere',
    );
  }
  return problems;
}

/** A misspelt setting must not pass for a default. */
function unknownVariables(given: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(given)
    .filter((name) => name.startsWith('PARLEY_') && !KNOWN.has(name))
    .map((name) => `${name}: there is no such setting`);
}

function describe(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0]);
  return name === 'PARLEY_LOG' ? `${name}: must be one of ${LogLevel.options.join(', ')}` : `${name}: ${issue.message}`;
}

/** Base64, URL-safe or not, of 32 bytes. */
function isMasterKey(text: string): boolean {
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text);
}

function isBase(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.search === '' && url.hash === '' && url.username === '' && !text.endsWith('/');
}

/** As an address writes it: then it is compared letter for letter. */
function isHost(text: string): boolean {
  const name = text.toLowerCase();
  return /^[a-z0-9.:[\]-]+$/.test(name) && URL.canParse(`http://${name}`) && new URL(`http://${name}`).host === name;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
