import * as z from 'zod';
import { TurnId, UserId } from './ids.ts';
import { ResourceId } from './label.ts';

/** What a tenant calls a tool server it registered. */
export const ToolName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and -, at most 32')
  .brand<'ToolName'>();
export type ToolName = z.infer<typeof ToolName>;

/** One function of a tool, as its server names it. */
export const FunctionName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'letters, digits, _ and -, at most 64');
export type FunctionName = z.infer<typeof FunctionName>;

/** One function of one tool, in the form that rules, approvals and the model use: `mail.send`. */
export const CallName = z.string().regex(/^[a-z][a-z0-9-]{0,31}\.[A-Za-z][A-Za-z0-9_-]{0,63}$/);
export type CallName = z.infer<typeof CallName>;

/** What a provider takes as the name of a function. */
export const LONGEST_NAME = 64;

/** The name of a call for a model: no tool's name holds `_`, so no two calls share one. */
export function modelName(call: CallName): string {
  return call.replace('.', '__');
}

/** Whether a function has a name that a model can be told. */
export function isSayable(tool: ToolName, name: FunctionName): boolean {
  return modelName(`${tool}.${name}`).length <= LONGEST_NAME;
}

/**
 * What a function can do to the world (R6). `pure` and `read` run silently; `egress` carries words out,
 * `act` changes something; `admin` is never callable. Whoever does not say is `act`.
 */
export const ToolClass = z.enum(['pure', 'read', 'egress', 'act', 'admin']);
export type ToolClass = z.infer<typeof ToolClass>;

/** What may be done when nobody knows whether a call happened (D5). Whoever does not say is `irreversible`. */
export const EffectClass = z.enum(['read', 'idempotent', 'reconcilable', 'irreversible']);
export type EffectClass = z.infer<typeof EffectClass>;

/** What an admin says of one function. */
export const FunctionTerms = z.strictObject({
  class: ToolClass.default('act'),
  effect: EffectClass.default('irreversible'),
  /** JSON pointers into the arguments that name who receives what is sent. */
  recipients: z
    .array(z.string().regex(/^(\/[^/]*)+$/))
    .max(8)
    .default([]),
  /** `public`: what it returns may be read by the whole tenant. `labelled`: only by those the result names. */
  results: z.enum(['labelled', 'public']).default('labelled'),
});
export type FunctionTerms = z.infer<typeof FunctionTerms>;

/** A function as it is offered to a model: frozen when it was registered, so that its server cannot change it later. */
export const ToolFunction = FunctionTerms.extend({
  name: FunctionName,
  description: z.string().max(4_096),
  /** JSON Schema of the arguments. */
  parameters: z.record(z.string(), z.json()),
  /** HTTP tools: where it is called. */
  http: z
    .strictObject({ method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']), path: z.string().startsWith('/') })
    .optional(),
});
export type ToolFunction = z.infer<typeof ToolFunction>;

/** In a room a tool acts as whoever speaks, or, as a connector, with a right of the room itself. */
export const ToolBinding = z.enum(['speaker', 'connector']);
export type ToolBinding = z.infer<typeof ToolBinding>;

/** One call as readers of its answer see it. */
export const ToolUse = z.strictObject({
  call: CallName,
  title: z.string(),
  as: ToolBinding,
  outcome: z.enum(['done', 'declined', 'refused', 'failed', 'unknown']),
});
export type ToolUse = z.infer<typeof ToolUse>;

/** An approval that somebody is asked for. */
export const ApprovalId = z
  .string()
  .regex(/^a_[A-Za-z0-9_-]{1,40}$/)
  .brand<'ApprovalId'>();
export type ApprovalId = z.infer<typeof ApprovalId>;

/** Everything the one person who decides is shown; all of it is made by the server from the call itself (T40). */
export const ApprovalView = z.strictObject({
  id: ApprovalId,
  turn: TurnId,
  lane: z.enum(['room', 'me']),
  call: CallName,
  title: z.string(),
  class: ToolClass,
  /** The arguments, as canonical JSON (RFC 8785). */
  arguments: z.string(),
  /** SHA-256 of what is approved; the decision names it. */
  digest: z.string(),
  /** Who would receive what is sent, read from the arguments. */
  recipients: z.array(z.string()),
  /** Whose words shaped the call besides the speaker's own: people by id, tools as `tool:name`. */
  influencedBy: z.array(z.string()),
  /** What the call was built on that not everybody may read. */
  builtOn: z.array(ResourceId),
  askedAt: z.number(),
  expiresAt: z.number(),
});
export type ApprovalView = z.infer<typeof ApprovalView>;

/** What a speaker lets run without being asked again (T40): theirs alone, per tool, people and arguments. */
export const Trust = z.strictObject({
  call: CallName,
  /** Whose words may shape the call. */
  people: z.array(UserId).max(100),
  /** JSON pointers whose values the call must have. */
  arguments: z.record(z.string().max(256), z.json()).default({}),
});
export type Trust = z.infer<typeof Trust>;

/** A tool as the people of a room see it. */
export const RoomTool = z.strictObject({
  tool: ToolName,
  title: z.string(),
  as: ToolBinding,
  by: z.string(),
  /** False: the tenant withdrew it, and nothing of it can be called. */
  available: z.boolean(),
  functions: z.array(z.strictObject({ call: CallName, description: z.string(), class: ToolClass })),
  /** The asker has to link an account of theirs first, at this address. */
  link: z.string().optional(),
});
export type RoomTool = z.infer<typeof RoomTool>;

/** A tool as the people of the tenant see it, who may want it in a room of theirs. */
export const ToolOffer = z.strictObject({
  name: ToolName,
  title: z.string(),
  functions: z.array(z.strictObject({ call: CallName, description: z.string(), class: ToolClass })),
});
export type ToolOffer = z.infer<typeof ToolOffer>;
export const ToolOffers = z.strictObject({ items: z.array(ToolOffer) });

/** My own account at a tool's authority. */
export const LinkState = z.strictObject({ linked: z.boolean() });
export const LinkBegun = z.strictObject({ authorizeUrl: z.string() });
/** Of what was unlinked here, whether its authority took it back too; null: there was nothing to take back, or no way to. */
export const LinkEnded = z.strictObject({ revoked: z.boolean().nullable() });
export type LinkEnded = z.infer<typeof LinkEnded>;
