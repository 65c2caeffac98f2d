import type { ResourceId } from '@parley/shared/label';
import type { Tenant } from '../../core/tenant.ts';
import type { Cancel } from '../../ports/system.ts';

export type Changed = (tenant: Tenant, resources: readonly ResourceId[]) => void;

/** Those who want to hear that readers of resources may have changed. */
export class ChangeWatchers {
  readonly #watchers = new Set<{ readonly changed: Changed }>();

  add(changed: Changed): Cancel {
    const watcher = { changed };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  tell(tenant: Tenant, resources: readonly ResourceId[]): void {
    for (const { changed } of [...this.#watchers]) changed(tenant, resources);
  }
}
