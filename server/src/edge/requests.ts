import type { Replies } from '@parley/shared/answers';
import type { Command } from '@parley/shared/commands';
import { fault, FaultError } from '@parley/shared/fault';
import type { RoomId } from '@parley/shared/ids';
import type { Principal } from '../core/people/principal.ts';
import type { CommandResult, PeerId } from '../ports/bus.ts';
import type { Clock, Ids } from '../ports/system.ts';
import { REQUEST_MS } from './limits.ts';
import type { Revocations } from './revocations.ts';
import type { RoomLinks } from './room-links.ts';

export interface RequestsDeps {
  readonly links: RoomLinks;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly revocations: Revocations;
}

/** What a room refused: it counted that itself. */
export class RoomRefusal extends FaultError {}

/** Turns one HTTP request into one command to a room, and the room's answer into its reply. */
export class Requests {
  readonly #deps: RequestsDeps;

  constructor(deps: RequestsDeps) {
    this.#deps = deps;
  }

  /** The room's reply; throws {@link RoomRefusal} with what the room refused, or `unavailable` without an answer in time. */
  async ask<C extends Command>(principal: Principal, room: RoomId, command: C): Promise<Replies[C['type']]> {
    const result = await this.#send(principal, room, command);
    if (!result.ok) throw new RoomRefusal(result.fault);
    // A room answers each command with the reply of its type; the bus carries their union.
    return result.value as Replies[C['type']];
  }

  async #send(principal: Principal, room: RoomId, command: Command): Promise<CommandResult> {
    const ref = { tenant: principal.tenant, room };
    await this.#deps.links.ensure(ref, command.type === 'room.create');
    // A body can take its time: what was asked with a token that is revoked by now is not asked.
    if (this.#deps.revocations.isRevoked(principal)) return { ok: false, fault: fault('unauthenticated') };
    const peer = newPeerId(this.#deps.ids);
    return new Promise((resolve) => {
      const cancelTimer = this.#deps.clock.after(REQUEST_MS, () => {
        forget();
        resolve({ ok: false, fault: fault('unavailable') });
      });
      const forget = this.#deps.links
        .get(ref)
        .command({ type: 'command', peer, request: '0', principal, command }, (result) => {
          cancelTimer();
          resolve(result);
        });
    });
  }
}

export function newPeerId(ids: Ids): PeerId {
  // Fresh, so it is unique over all nodes; this is where peer ids are made.
  return ids.next('p') as PeerId;
}
