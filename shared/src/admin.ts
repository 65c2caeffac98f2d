import * as z from 'zod';
import { RoomId, UserId } from './ids.ts';
import { ResourceId } from './label.ts';
import { RoomRole } from './roles.ts';
import { FunctionName, FunctionTerms, ToolFunction, ToolName } from './tools.ts';

/**
 * What an admin of a tenant sends and is sent. Secrets go in and never come out; nothing here holds a word that
 * was said in a room: administering is not reading.
 */
const address = z.url({ protocol: /^https?$/ }).max(2_048);
const short = z.string().min(1).max(512);
const secret = z.string().min(1).max(8_192);

/** How a tool knows who calls, as it is shown; with the kinds that take a secret, whether one is kept. */
export const ToolAuthView = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('parley'), audience: short }),
  z.strictObject({
    kind: z.literal('exchange'),
    tokenUrl: address,
    audience: short,
    clientId: short,
    hasSecret: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('oauth'),
    authorizeUrl: address,
    tokenUrl: address,
    revokeUrl: address.nullable(),
    clientId: short,
    scopes: z.array(short).max(64),
    hasSecret: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('secret'), hasSecret: z.boolean() }),
]);
export type ToolAuthView = z.infer<typeof ToolAuthView>;

/** The same as it is given. A secret left out is the one kept before, if it would go to no other place. */
export const ToolAuthInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('parley'), audience: short }),
  z.strictObject({
    kind: z.literal('exchange'),
    tokenUrl: address,
    audience: short,
    clientId: short,
    clientSecret: secret.optional(),
  }),
  z.strictObject({
    kind: z.literal('oauth'),
    authorizeUrl: address,
    tokenUrl: address,
    /** Where an account that is unlinked is taken back (RFC 7009), on the host of `tokenUrl`; null: nowhere. */
    revokeUrl: address.nullable().default(null),
    clientId: short,
    /** Null: a public client, which has none. */
    clientSecret: secret.nullable().optional(),
    scopes: z.array(short).max(64).default([]),
  }),
  z.strictObject({ kind: z.literal('secret'), secret: secret.optional() }),
]);
export type ToolAuthInput = z.infer<typeof ToolAuthInput>;

/** A tool server that an admin makes known to the tenant. */
export const ToolRegistration = z.strictObject({
  title: z.string().trim().min(1).max(200),
  kind: z.enum(['mcp', 'http']),
  /** Where the tool server answers; with `http`, where its OpenAPI document is. */
  url: address,
  auth: ToolAuthInput,
  /** What is said of single functions; one that is not named gets the strictest terms. */
  functions: z.record(FunctionName, FunctionTerms).default({}),
  /** A token for asking the tool server what it can do, used this once and never kept. */
  discoverWith: secret.optional(),
});
export type ToolRegistration = z.infer<typeof ToolRegistration>;

/** A registered tool as admins see it. */
export const ToolView = z.strictObject({
  name: ToolName,
  title: z.string(),
  kind: z.enum(['mcp', 'http']),
  url: z.string(),
  auth: ToolAuthView,
  functions: z.array(ToolFunction),
  revision: z.int().min(1),
  by: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
});
export type ToolView = z.infer<typeof ToolView>;

/** What a registration found, by name of function, beside what was registered before. */
export const ToolFindings = z.strictObject({
  found: z.array(FunctionName),
  /** Found, and nothing said of them: they act, irreversibly, and whoever speaks is asked. */
  unclassified: z.array(FunctionName),
  /** Described otherwise than at the last registration. */
  changed: z.array(FunctionName),
  /** Registered before and not offered any more. */
  gone: z.array(FunctionName),
});
export type ToolFindings = z.infer<typeof ToolFindings>;
export const ToolRegistered = z.strictObject({ tool: ToolView, findings: ToolFindings });

/** A room from outside. */
export const AdminRoom = z.strictObject({
  id: RoomId,
  title: z.string(),
  createdAt: z.number(),
  members: z.array(z.strictObject({ user: UserId, role: RoomRole })),
  /** How many calls wait for somebody's word, private lanes not counted. */
  waiting: z.int(),
});
export type AdminRoom = z.infer<typeof AdminRoom>;

/** One person over all rooms of the tenant. */
export const AdminPerson = z.strictObject({
  user: UserId,
  rooms: z.array(z.strictObject({ room: RoomId, title: z.string(), role: RoomRole })),
  /** Milliseconds since the epoch: tokens from before are refused. Null: never revoked. */
  revokedAt: z.number().nullable(),
});
export type AdminPerson = z.infer<typeof AdminPerson>;

/** One decision and how it came out. */
export const AuditLineView = z.strictObject({
  id: z.int(),
  at: z.number(),
  room: RoomId.nullable(),
  by: z.string(),
  action: z.string(),
  target: z.string().nullable(),
  outcome: z.enum(['done', 'refused']),
  /** Of the fault, when it was refused. */
  code: z.string().nullable(),
  /** It happened in the asker's own private lane: nobody else is shown this line. */
  private: z.boolean(),
});
export type AuditLineView = z.infer<typeof AuditLineView>;

/** Whose account at a provider a call is on. */
export const KeyOf = z.enum(['speaker', 'tenant', 'server']);

/** A key for a model provider, as it is given; nothing ever shows it. */
export const ProviderKey = z.strictObject({
  key: z.string().regex(/^[\x21-\x7e]{8,512}$/, '8 to 512 printable characters without spaces'),
});

/** Whether people may use keys of their own, and whether the next key answers for one that did not. */
export const KeyPolicy = z.strictObject({ personal: z.boolean(), fallback: z.boolean() });
export type KeyPolicy = z.infer<typeof KeyPolicy>;

/** Whether a key is kept. `unreadable`: one is, and nobody can read it any more; it is to be replaced or taken away. */
const KeyKept = z.union([z.boolean(), z.literal('unreadable')]);

/** What holds. `unreadable`: what was decided cannot be read any more, and until it is decided again that is what was known last. */
const HeldKeyPolicy = KeyPolicy.extend({ unreadable: z.boolean() });

/** Which keys are kept for me and for my tenant. */
export const KeysView = z.strictObject({
  items: z.array(
    z.strictObject({
      /** The host that the key is sent to. */
      provider: z.string(),
      /** Names of the models that it may answer as. */
      models: z.array(z.string()),
      mine: KeyKept,
      tenant: KeyKept,
    }),
  ),
  policy: HeldKeyPolicy,
});
export type KeysView = z.infer<typeof KeysView>;

/** What model calls used, summed; the fields that were asked for by `by` say over what. */
export const UsageRow = z.strictObject({
  user: z.string().optional(),
  /** Null: private lanes. */
  room: RoomId.nullable().optional(),
  model: z.string().optional(),
  /** Days since the epoch, UTC. */
  day: z.int().optional(),
  /** Whose keys the calls were made with. */
  key: KeyOf.optional(),
  calls: z.int(),
  inputTokens: z.int(),
  /** Of the input: read from the provider's cache, and written to it. */
  cachedTokens: z.int(),
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  /** Of the output: thought and not said. */
  reasoningTokens: z.int(),
  /** In millionths of the operator's currency, of those calls whose cost is known. */
  cost: z.int(),
  /** How many calls' cost is not. */
  unpriced: z.int(),
});
export type UsageRow = z.infer<typeof UsageRow>;

/** What a budget stands at, in tokens of one month (`2026-11`, UTC). */
export const BudgetView = z.strictObject({
  month: z.string(),
  /** Null: no limit. */
  tokens: z.int().nullable(),
  /** The limit that was set cannot be read any more: it counts as 0 until it is set again. */
  unreadable: z.boolean(),
  used: z.int(),
  /** For calls that run. */
  reserved: z.int(),
});
export type BudgetView = z.infer<typeof BudgetView>;

/** A budget in a list: whose it is, as the routes name it (`room:ID`, `user:ID`), and what people call that. */
export const BudgetLine = BudgetView.extend({ scope: z.string(), title: z.string() });
export type BudgetLine = z.infer<typeof BudgetLine>;

/** Who may read a resource, as admins say it. */
export const ResourceReaders = z.strictObject({ readers: z.array(UserId).max(10_000) });
/** One line of that table: the first readers by id, and how many there are. */
export const SaidResource = z.strictObject({
  resource: ResourceId,
  readers: z.array(UserId),
  count: z.int(),
});
export type SaidResource = z.infer<typeof SaidResource>;

/** What the lists answer. */
export const SaidResources = pageOf(SaidResource);
export const BudgetLines = pageOf(BudgetLine);
export const AdminRooms = pageOf(AdminRoom).extend({ /** Over all rooms of the tenant. */ waiting: z.int() });
export const AdminPeople = pageOf(AdminPerson);
export const AuditLines = pageOf(AuditLineView);
export const UsageRows = z.strictObject({ items: z.array(UsageRow) });
export const PersonRevoked = z.strictObject({ user: UserId, revokedAt: z.number() });

/** `next` is what to ask for the next page with, null at the end. */
function pageOf<T extends z.ZodType>(item: T): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodNullable<z.ZodString> }> {
  return z.strictObject({ items: z.array(item), next: z.string().nullable() });
}
