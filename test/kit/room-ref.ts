import { mintTenant, type RoomRef } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { RoomId } from '@parley/shared/ids';

/** The room that most tests are about. */
export const REF: RoomRef = { tenant: must(mintTenant('acme'), 'a tenant'), room: RoomId.parse('lobby') };
