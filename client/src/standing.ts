import type { Capability } from '@parley/shared/roles';
import type { RoomViewModel } from './view.ts';

/** Who I am in the room and what I may do there, as the server said last. */
export type Standing = Pick<RoomViewModel, 'you' | 'role' | 'capabilities'>;

export const UNKNOWN: Standing = { you: null, role: null, capabilities: new Set() };

/** The standing after news of it; the very same one when it is no news, as with the server's keep-alive. */
export function withRights(
  before: Standing,
  news: {
    readonly you?: Standing['you'];
    readonly role: Standing['role'];
    readonly capabilities: readonly Capability[];
  },
): Standing {
  const { you = before.you, role } = news;
  const sameYou = you?.name === before.you?.name && you?.id === before.you?.id && you?.color === before.you?.color;
  const same = sameYou && role === before.role && sameSet(before.capabilities, news.capabilities);
  return same ? before : { you, role, capabilities: new Set(news.capabilities) };
}

function sameSet(before: ReadonlySet<Capability>, now: readonly Capability[]): boolean {
  return before.size === new Set(now).size && now.every((capability) => before.has(capability));
}
