import type { OfferedFunction, OfferedTool } from '../../core/tools/tool-offer.ts';
import { isGranted, offerOf } from '../../core/tools/tool-offer.ts';
import type { PresentRoom } from '../../core/room-state.ts';
import type { Tenant } from '../../core/tenant.ts';
import type { UserId } from '@parley/shared/ids';
import type { ModelTool } from '../../ports/model.ts';
import type { Registry } from '../../ports/registry.ts';
import { ROOM_TOOL, type BuiltinTool } from './builtin-tools.ts';

export interface OffersDeps {
  readonly tenant: Tenant;
  readonly registry: Registry;
  readonly builtins: readonly BuiltinTool[];
}

/** What the models of a room may be told to call, as it is now: admitted here, registered there, and what the room has by itself. */
export class Offers {
  readonly #deps: OffersDeps;
  readonly #own: OfferedTool;

  constructor(deps: OffersDeps) {
    this.#deps = deps;
    this.#own = { name: ROOM_TOOL, title: 'Room', functions: deps.builtins.map(({ function: each }) => each) };
  }

  all(room: PresentRoom): readonly OfferedFunction[] {
    const { registry, tenant } = this.#deps;
    const admitted = registry.tools(tenant).flatMap((tool) => {
      const admission = tool.name === ROOM_TOOL ? undefined : room.tools.get(tool.name);
      return admission === undefined ? [] : [{ tool, as: admission.as }];
    });
    return offerOf([{ tool: this.#own, as: 'speaker' }, ...admitted]);
  }

  builtin(offered: OfferedFunction): BuiltinTool | null {
    if (offered.tool !== ROOM_TOOL) return null;
    return this.#deps.builtins.find((each) => each.function.name === offered.function.name) ?? null;
  }
}

/** R2: what this speaker may use; the room's own functions judge for themselves. */
export function mayUse(room: PresentRoom, speaker: UserId, { tool }: OfferedFunction): boolean {
  const member = room.members.get(speaker);
  return member !== undefined && (tool === ROOM_TOOL || isGranted(member.grants, tool));
}

/** C1: as a model is told of them. */
export function declared(offers: readonly OfferedFunction[]): readonly ModelTool[] {
  return offers.map(({ name, function: { description, parameters } }) => ({ name, description, parameters }));
}
