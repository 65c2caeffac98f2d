import type { Tenant } from '@parley/server/core/tenant';
import type { Authority, Readers } from '@parley/server/ports/authority';
import type { UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';

type Listener = (tenant: Tenant, resources: readonly ResourceId[]) => void;
type Ask = Parameters<Authority['readers']>;

/**
 * An authority whose table the test writes. It answers from the table as it is when asked, about nobody and
 * nothing else, and can be made to keep an answer back. Strict: asked twice about one thing, or about nothing,
 * it throws, since no caller of ours has a reason to.
 */
export class TableAuthority implements Authority {
  /** Every question, oldest first. */
  readonly asked: { readonly resources: readonly ResourceId[]; readonly users: readonly UserId[] }[] = [];
  readonly #table = new Map<string, Map<string, Set<string>>>();
  readonly #listeners = new Set<Listener>();
  #gate: Promise<void> | null = null;

  /** From now on exactly these may read it; everybody who watches is told, unless `quietly`. */
  set(tenant: Tenant, resource: string, readers: readonly string[], quietly = false): void {
    const own = this.#table.get(tenant.id) ?? new Map<string, Set<string>>();
    this.#table.set(tenant.id, own.set(resource, new Set(readers)));
    if (quietly) return;
    // A resource of the table is one: the test names it.
    for (const listener of this.#listeners) listener(tenant, [resource as ResourceId]);
  }

  /** Answers are ready but do not arrive until the result is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return () => {
      this.#gate = null;
      resolve();
    };
  }

  get watchers(): number {
    return this.#listeners.size;
  }

  async readers(...[tenant, resources, users]: Ask): Promise<Readers> {
    if (resources.length === 0) throw new Error('asked about nothing');
    if (new Set(resources).size < resources.length || new Set(users).size < users.length)
      throw new Error('asked twice in one question');
    this.asked.push({ resources: [...resources], users: [...users] });
    const own = this.#table.get(tenant.id);
    const known = resources.flatMap((resource) => {
      const readers = own?.get(resource);
      return readers ? [[resource, new Set(users.filter((user) => readers.has(user)))] as const] : [];
    });
    await this.#gate;
    return new Map(known);
  }

  async learn(tenant: Tenant, resource: ResourceId, readers: readonly UserId[]): Promise<void> {
    this.set(tenant, resource, readers);
  }

  watch(changed: Listener): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }
}
