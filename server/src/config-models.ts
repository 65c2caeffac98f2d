import { z } from 'zod';
import type { Price } from './core/budget/price.ts';

/** A model that people see, and who may answer as it, best first (G2, G4). */
export interface ModelRoute {
  readonly name: string;
  readonly targets: readonly ModelTarget[];
}

/** One way to a model. */
export interface ModelTarget {
  /** Including `/v1`. */
  readonly baseUrl: string;
  /** The provider's name of the model. */
  readonly model: string;
  /** Which of OpenAI's wires it speaks. */
  readonly api: 'chat' | 'responses';
  /** The variable that holds the key; null: the server takes any. */
  readonly keyEnv: string | null;
  readonly apiKey: string | null;
  readonly policy: TargetPolicy;
  /** What its server knows beside what all do. */
  readonly cacheSalt: boolean;
  readonly breakpoints: 'cache_control' | 'prompt_cache_breakpoint' | null;
  /** What a million tokens cost; null: nobody said. */
  readonly price: Price | null;
  /** G9: whether what nobody waits for goes there in batches; the provider keeps these until they were collected. */
  readonly batch: boolean;
  /** What a million tokens cost there; null: nobody said. */
  readonly batchPrice: Price | null;
  /** For how long its provider keeps what it was sent (C17): 0, not at all; null: nobody said. */
  readonly cacheSeconds: number | null;
  readonly firstTokenSeconds: number;
  readonly idleSeconds: number;
}

/** What a provider does with what it is sent: the same for all targets of a model, or one is no stand-in for another (G3). */
export interface TargetPolicy {
  readonly region: string;
  readonly retention: string;
  readonly tools: boolean;
}

const word = z.string().trim().min(1).max(100);
const Policy = z.strictObject({ region: word, retention: word, tools: z.boolean() });
const rate = z.number().min(0).max(1_000_000);
const PriceTable = z.strictObject({
  input: rate,
  cached: rate.optional(),
  cacheWrite: rate.optional(),
  output: rate,
}) satisfies z.ZodType<Price>;
const Target = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }),
  model: word,
  api: z.enum(['chat', 'responses']).default('chat'),
  keyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'must be the name of a variable')
    .optional(),
  policy: Policy,
  cacheSalt: z.boolean().default(false),
  breakpoints: z.enum(['cache_control', 'prompt_cache_breakpoint']).optional(),
  price: PriceTable.optional(),
  batch: z.union([z.boolean(), PriceTable]).default(false),
  cacheSeconds: z.int().min(0).max(86_400).optional(),
  firstTokenSeconds: z.number().min(1).max(600).default(60),
  idleSeconds: z.number().min(1).max(600).default(30),
});
const Routes = z
  .array(z.strictObject({ name: word, targets: z.array(Target).min(1).max(8) }))
  .min(1)
  .max(50);
type Routes = z.infer<typeof Routes>;

export type ModelsResult =
  | { readonly ok: true; readonly routes: readonly ModelRoute[] }
  /** Each says where it is; no value appears. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the setting `PARLEY_MODELS`, with all its problems at once; `env` holds the keys that it names. */
export function readModels(text: string, env: Readonly<Record<string, unknown>>): ModelsResult {
  const json = jsonOf(text);
  if (json === undefined) return { ok: false, problems: ['must be JSON'] };
  const parsed = Routes.safeParse(json);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(describe) };
  const problems = [
    ...doubles(parsed.data),
    ...parsed.data.flatMap((route, index) => routeProblems(route, index, env)),
  ];
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, routes: parsed.data.map(({ name, targets }) => ({ name, targets: targets.map(targetOf(env)) })) };
}

function targetOf(env: Readonly<Record<string, unknown>>) {
  return ({ keyEnv, price, batch, ...target }: Routes[number]['targets'][number]): ModelTarget => {
    const apiKey = keyEnv === undefined ? null : String(env[keyEnv]);
    const unsaid = { breakpoints: target.breakpoints ?? null, cacheSeconds: target.cacheSeconds ?? null };
    const batchPrice = typeof batch === 'boolean' ? null : batch;
    const prices = { price: price ?? null, batch: batch !== false, batchPrice };
    return { ...target, keyEnv: keyEnv ?? null, apiKey, ...unsaid, ...prices };
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The answer is the point: its words could hold a key.
    return undefined;
  }
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return `${placeOf(path)}${message}`;
}

/** `[0].targets[1].policy: `, as somebody would write it who reads the setting. */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return place === '' ? '' : `${place.replace(/^\./, '')}: `;
}

function doubles(routes: Routes): string[] {
  const names = routes.map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) < index ? [`[${index}].name: another model has this name`] : [],
  );
}

function routeProblems({ targets }: Routes[number], route: number, env: Readonly<Record<string, unknown>>): string[] {
  return targets.flatMap(({ keyEnv, policy }, index) => {
    const place = `[${route}].targets[${index}]`;
    const missing = keyEnv !== undefined && !(keyEnv in env);
    const differs = (['region', 'retention', 'tools'] as const).filter(
      (field) => policy[field] !== targets[0]?.policy[field],
    );
    return [
      ...(missing ? [`${place}.keyEnv: the variable that it names is not set`] : []),
      ...differs.map(
        (field) => `${place}.policy.${field}: differs from the first target's, so it is no stand-in for it`,
      ),
    ];
  });
}
