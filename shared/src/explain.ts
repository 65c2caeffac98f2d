import { CAPABILITIES, can, DEFAULT_LEVELS, LEVEL, type Capability, type Levels, type Standing } from './roles.ts';

/** One right, and why somebody has it or has not. */
export interface Explained {
  readonly capability: Capability;
  readonly allowed: boolean;
  /** One sentence for a person. */
  readonly why: string;
}

/** Every right of a standing with its reason: the same rules as `can`, in words. */
export function explainRights(standing: Standing, levels: Levels = {}): Explained[] {
  return CAPABILITIES.map((capability) => ({
    capability,
    allowed: can(standing, capability, levels),
    why: reason(standing, capability, levels),
  }));
}

function reason({ tenantRole, role }: Standing, capability: Capability, levels: Levels): string {
  if (role === null) return 'Only members of the room have this right.';
  if (capability === 'prompt.private' && tenantRole === 'guest')
    return 'Guests have no private lane, whatever their role.';
  const needed = levels[capability] ?? DEFAULT_LEVELS[capability];
  const by = levels[capability] === undefined ? 'this takes' : 'in this room this takes';
  const link = LEVEL[role] >= needed ? 'and' : 'but';
  return `${named(role)} has level ${LEVEL[role]}, ${link} ${by} ${needed}.`;
}

function named(role: string): string {
  return `${role.startsWith('o') ? 'An' : 'A'} ${role}`;
}
