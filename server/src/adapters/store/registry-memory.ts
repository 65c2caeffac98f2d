import type { ToolName } from '@parley/shared/tools';
import { tenantKey, type Tenant } from '../../core/tenant.ts';
import type { RegisteredTool, Registry } from '../../ports/registry.ts';
import type { Cancel } from '../../ports/system.ts';
import { Listeners } from './listeners.ts';

/** Registered tools that live as long as the process; what a durable registry reads from, too. */
export class MemoryRegistry implements Registry {
  readonly #tools = new Map<string, Map<ToolName, RegisteredTool>>();
  readonly #listeners = new Listeners<[Tenant, ToolName]>();

  tools(tenant: Tenant): readonly RegisteredTool[] {
    return [...(this.#tools.get(tenantKey(tenant))?.values() ?? [])].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  tool(tenant: Tenant, name: ToolName): RegisteredTool | null {
    return this.#tools.get(tenantKey(tenant))?.get(name) ?? null;
  }

  async put(tool: RegisteredTool): Promise<void> {
    this.hold(tool);
    this.#listeners.tell(tool.tenant, tool.name);
  }

  async drop(tenant: Tenant, name: ToolName): Promise<boolean> {
    const dropped = this.#tools.get(tenantKey(tenant))?.delete(name) ?? false;
    if (dropped) this.#listeners.tell(tenant, name);
    return dropped;
  }

  watch(changed: (tenant: Tenant, name: ToolName) => void): Cancel {
    return this.#listeners.add(changed);
  }

  /** Takes in a tool that was registered before. */
  hold(tool: RegisteredTool): void {
    const key = tenantKey(tool.tenant);
    const known = this.#tools.get(key);
    if (known) known.set(tool.name, tool);
    else this.#tools.set(key, new Map([[tool.name, tool]]));
  }
}
