import type { ResourceId } from '@parley/shared/label';
import type { Authority } from '../../ports/authority.ts';

/** Names that this server gives to results of tools that have none (R3). */
const OWN = 'tool/';

/** An outside authority for what it owns, and ours for what only tools have told us of. */
export function splitAuthority(outside: Authority, own: Authority): Authority {
  const isOwn = (resource: ResourceId): boolean => resource.startsWith(OWN);
  return {
    readers: async (tenant, resources, users) => {
      const [theirs, ours] = await Promise.all([
        outside.readers(
          tenant,
          resources.filter((resource) => !isOwn(resource)),
          users,
        ),
        own.readers(tenant, resources.filter(isOwn), users),
      ]);
      return new Map([...theirs, ...ours]);
    },
    learn: (tenant, resource, readers) => (isOwn(resource) ? own : outside).learn(tenant, resource, readers),
    watch: (changed) => {
      const stops = [outside.watch(changed), own.watch(changed)];
      return () => stops.forEach((stop) => stop());
    },
  };
}
