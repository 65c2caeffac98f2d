import type { OfferedFunction, OfferedTool } from '../../core/tools/tool-offer.ts';
import { isGranted, offerOf } from '../../core/tools/tool-offer.ts';
import type { AdmittedTools } from '../../core/tools/tool-state.ts';
import type { PresentRoom } from '../../core/room-state.ts';
import type { Tenant } from '../../core/tenant.ts';
import type { UserId } from '@parley/shared/ids';
import type { ModelTool } from '../../ports/model.ts';
import type { RegisteredTool, Registry } from '../../ports/registry.ts';
import { ROOM_TOOL, type BuiltinTool } from './builtin-tools.ts';

export interface OffersDeps {
  readonly tenant: Tenant;
  readonly registry: Registry;
  readonly builtins: readonly BuiltinTool[];
}

/** What was offered, and what that followed from. */
interface Made {
  readonly admitted: AdmittedTools;
  readonly registered: readonly RegisteredTool[];
  readonly offers: readonly OfferedFunction[];
}

/** What the models of a room may be told to call, as it is now: admitted here, registered there, and what the room has by itself. */
export class Offers {
  readonly #deps: OffersDeps;
  readonly #own: OfferedTool;
  #made: Made | null = null;

  constructor(deps: OffersDeps) {
    this.#deps = deps;
    this.#own = { name: ROOM_TOOL, title: 'Room', functions: deps.builtins.map(({ function: each }) => each) };
  }

  /** The same list for as long as nothing changed. */
  all({ tools: admitted }: PresentRoom): readonly OfferedFunction[] {
    const { registry, tenant } = this.#deps;
    const registered = registry.tools(tenant);
    if (this.#made?.admitted !== admitted || !areSame(this.#made.registered, registered))
      this.#made = { admitted, registered, offers: this.#offersOf(admitted, registered) };
    return this.#made.offers;
  }

  #offersOf(admitted: AdmittedTools, registered: readonly RegisteredTool[]): readonly OfferedFunction[] {
    const here = registered.flatMap((tool) => {
      const admission = tool.name === ROOM_TOOL ? undefined : admitted.get(tool.name);
      return admission === undefined ? [] : [{ tool, as: admission.as }];
    });
    return offerOf([{ tool: this.#own, as: 'speaker' }, ...here]);
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

/** A tool that is registered anew is another one. */
function areSame(some: readonly RegisteredTool[], others: readonly RegisteredTool[]): boolean {
  return some.length === others.length && some.every((tool, at) => others[at] === tool);
}

/** C1: as a model is told of them. */
export function declared(offers: readonly OfferedFunction[]): readonly ModelTool[] {
  return offers.map(({ name, function: { description, parameters } }) => ({ name, description, parameters }));
}
