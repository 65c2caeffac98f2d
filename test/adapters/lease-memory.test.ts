import { MemoryLeases } from '@parley/server/adapters/cluster/lease-memory';
import { leaseContract } from '../contracts/lease.ts';

leaseContract('memory', async () => {
  const leases = new MemoryLeases();
  return {
    node: (name) => leases.forNode(name),
    expire: async (ref) => leases.expire(ref),
    dispose: async () => {},
  };
});
