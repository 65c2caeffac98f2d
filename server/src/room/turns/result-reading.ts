import { laneOwner, type LaneKey, type UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { canonicalJson } from '../../core/tools/canonical-json.ts';
import type { OfferedFunction } from '../../core/tools/tool-offer.ts';
import type { Tenant } from '../../core/tenant.ts';
import type { Authority } from '../../ports/authority.ts';
import type { Digest } from '../../ports/system.ts';
import type { ToolItem } from '../../ports/tools.ts';
import type { Access } from '../access.ts';

export interface ResultReadingDeps {
  readonly tenant: Tenant;
  readonly access: Access;
  readonly authority: Authority;
  readonly digest: Digest;
}

/** Who hears what a call returns. */
export interface Listeners {
  readonly lane: LaneKey;
  readonly speaker: UserId;
  readonly audience: readonly UserId[];
}

/** What of a result the whole audience may read, and what of it only its speaker. */
export interface ReadResult {
  readonly texts: readonly string[];
  readonly resources: readonly ResourceId[];
  readonly withheld: number;
}

/**
 * R3: an item of a tool's result is read iff everybody in the audience may read it. Whoever the tool names may;
 * else whoever the authority says may read its resource; else the speaker alone, in private. What a connector
 * or a function for everybody returns is the room's. What the speaker may not read themself is not even counted.
 */
export class ResultReading {
  readonly #deps: ResultReadingDeps;

  constructor(deps: ResultReadingDeps) {
    this.#deps = deps;
  }

  async read(items: readonly ToolItem[], from: OfferedFunction, listeners: Listeners): Promise<ReadResult> {
    const own = items.filter(({ tenant }) => tenant === null || tenant === this.#deps.tenant.id);
    if (from.as === 'connector' || from.function.results === 'public')
      return { texts: own.map(({ text }) => text), resources: [], withheld: 0 };
    const labelled = own.map((item) => ({ item, resource: this.#resourceOf(item, from) }));
    await this.#ask(labelled);
    const readable = labelled.filter(({ item, resource }) => this.#mayAll(listeners, item, resource));
    const kept = new Set(readable);
    return {
      texts: readable.map(({ item }) => item.text),
      resources: [...new Set(readable.flatMap(({ resource }) => resource ?? []))].toSorted(),
      withheld: labelled.filter((each) => !kept.has(each) && this.#mayRead(listeners.speaker, each)).length,
    };
  }

  /**
   * What a tool says of its readers holds for a name of its own, so that no tool opens what another one keeps:
   * the authority learns of it, and is asked again whenever somebody reads.
   */
  #resourceOf({ resource, readers }: ToolItem, { tool }: OfferedFunction): ResourceId | null {
    if (readers === null) return resource;
    const named = canonicalJson([tool, resource ?? readers.toSorted()]);
    return ResourceId.parse(`${LEARNED}${this.#deps.digest(named)}`);
  }

  async #ask(labelled: readonly Labelled[]): Promise<void> {
    const { authority, tenant, access } = this.#deps;
    const learned = labelled.flatMap(({ item, resource }) =>
      item.readers === null || resource === null ? [] : [authority.learn(tenant, resource, item.readers)],
    );
    await Promise.all(learned);
    await access.refresh([...new Set(labelled.flatMap(({ resource }) => resource ?? []))]);
  }

  #mayAll({ lane, audience }: Listeners, item: ToolItem, resource: ResourceId | null): boolean {
    if (resource === null) return laneOwner(lane) !== null;
    return audience.every((user) => this.#mayRead(user, { item, resource }));
  }

  #mayRead(user: UserId, { item, resource }: Labelled): boolean {
    if (item.readers !== null && !item.readers.includes(user)) return false;
    return resource === null || this.#deps.access.mayRead(user, [resource]);
  }
}

interface Labelled {
  readonly item: ToolItem;
  readonly resource: ResourceId | null;
}

/** No tool may claim a name that begins so. */
const LEARNED = 'tool/';
