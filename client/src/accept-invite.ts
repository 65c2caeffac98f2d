import { RoomDescription } from '@parley/shared/answers';
import type { Result } from '@parley/shared/fault';
import type { Rest } from './rest.ts';
import type { RoomDetails } from './room-client.ts';

/** Comes into the room that an invitation's code opens. Whatever is wrong with the code is one `not_found` (R19). */
export function acceptInvite(rest: Rest, code: string): Promise<Result<RoomDetails>> {
  return rest.send({ method: 'POST', path: `/v1/invites/${encodeURIComponent(code)}/accept` }, RoomDescription);
}
