import * as z from 'zod';

/** What a person is in the tenant. */
export const TenantRole = z.enum(['admin', 'member', 'guest', 'service']);
export type TenantRole = z.infer<typeof TenantRole>;

/** What a person is in a room; each is a level, and a capability asks for a level. */
export const RoomRole = z.enum(['owner', 'moderator', 'speaker', 'reader']);
export type RoomRole = z.infer<typeof RoomRole>;

export const LEVEL = { owner: 100, moderator: 50, speaker: 20, reader: 0 } as const satisfies Record<RoomRole, number>;

/** Everything a person can be allowed to do in a room, with the level it takes by default. */
export const DEFAULT_LEVELS = {
  'room.read': 0,
  presence: 0,
  'message.post': 20,
  'prompt.room': 20,
  'prompt.private': 20,
  'turn.stop.own': 20,
  'workspace.edit': 20,
  'entry.pin': 20,
  'turn.stop.any': 50,
  'queue.manage': 50,
  'floor.set': 50,
  'entry.redact.any': 50,
  'member.invite': 50,
  'member.remove': 50,
  'role.set': 100,
  'policy.set': 100,
  'tool.admit': 100,
  'connector.bind': 100,
  'room.export': 100,
  'room.delete': 100,
} as const satisfies Record<string, number>;

export type Capability = keyof typeof DEFAULT_LEVELS;
export const CAPABILITIES = Object.keys(DEFAULT_LEVELS) as readonly Capability[];
export const Capability = z.enum(CAPABILITIES as [Capability, ...Capability[]]);

export type Levels = Readonly<Partial<Record<Capability, number>>>;

/** A model, by the name that the server offers it under. */
export const ModelName = z.string().min(1).max(100);

/** What one person may use in a room besides what their level gives; absent means no limit of its own. */
export const Grants = z.strictObject({
  /** Tools, by the name they were registered under. */
  tools: z.array(z.string().max(32)).max(100).optional(),
  models: z.array(ModelName).max(100).optional(),
  /** Tokens a month. */
  budget: z.int().min(0).optional(),
});
export type Grants = z.infer<typeof Grants>;

/** Where somebody stands in one room: what the tenant says of them and what the room says of them. */
export interface Standing {
  readonly tenantRole: TenantRole;
  /** null: not a member. */
  readonly role: RoomRole | null;
}

/**
 * The one answer to "may this person do that here?", used by server and client alike.
 * A stranger may do nothing; a guest has no private lane; unknown means no.
 */
export function can(standing: Standing, capability: Capability, levels: Levels = {}): boolean {
  if (standing.role === null) return false;
  if (capability === 'prompt.private' && standing.tenantRole === 'guest') return false;
  const needed = levels[capability] ?? DEFAULT_LEVELS[capability];
  return needed !== undefined && LEVEL[standing.role] >= needed;
}

/** Every capability that a standing has: what a client is told of its own rights. */
export function capabilitiesOf(standing: Standing, levels: Levels = {}): Capability[] {
  return CAPABILITIES.filter((capability) => can(standing, capability, levels));
}
