import { AdminRooms } from '@parley/shared/admin';
import { ok, type Result } from '@parley/shared/fault';
import { Rest } from '../rest.ts';

/** The admin routes of one server. */
export class AdminApi extends Rest {
  #admin = false;

  /**
   * Whether the token is an admin's. Some of what the page shows is answered to others as well, with what is their
   * own: on a page about the organisation that would pass for all there is.
   */
  async mayAdminister(): Promise<Result<null>> {
    if (this.#admin) return ok(null);
    const answer = await this.read('/v1/admin/rooms', AdminRooms, { limit: '1' });
    this.#admin = answer.ok;
    return answer.ok ? ok(null) : answer;
  }
}
