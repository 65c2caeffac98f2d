import { fault, type Fault } from '@parley/shared/fault';
import type { Standing } from '@parley/shared/roles';

/** Whoever is no member any more knows of nothing here; whoever still is one is told which right is gone. */
export function lossOf({ role }: Standing): Fault {
  return role === null
    ? fault('not_found', 'You were removed from this room.')
    : fault('forbidden', undefined, { capability: 'room.read' });
}
