import type { TurnView } from '@parley/shared/entry';
import type { RoomId, TurnId } from '@parley/shared/ids';
import type { Principal } from '../core/people/principal.ts';
import type { Edge } from './edge.ts';
import { BEGINNING } from './event-id.ts';
import { newPeerId } from './requests.ts';
import { Watch } from './watch.ts';

export interface TurnWait {
  readonly room: RoomId;
  readonly turn: TurnId;
  /** 0 answers at once. */
  readonly seconds: number;
}

/** The turn at its outcome, or as it is when the time is up. Throws what the room refuses. */
export async function turnAfter(
  edge: Edge,
  principal: Principal,
  { room, turn, seconds }: TurnWait,
): Promise<TurnView> {
  const now = await edge.requests.ask(principal, room, { type: 'turn.get', turn });
  if (seconds === 0 || now.state === 'ended') return now;
  await edge.links.ensure({ tenant: principal.tenant, room });
  await outcome(edge, principal, { room, turn, seconds });
  return edge.requests.ask(principal, room, { type: 'turn.get', turn });
}

/** Resolves at the outcome, when the time is up, or when nothing more can be heard. */
function outcome(edge: Edge, principal: Principal, { room, turn, seconds }: TurnWait): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancelTimer();
      watch.close();
      resolve();
    };
    const cancelTimer = edge.clock.after(seconds * 1000, done);
    const watch = new Watch({
      id: newPeerId(edge.ids),
      principal,
      link: edge.links.get({ tenant: principal.tenant, room }),
      turn,
      // From the beginning, so that an outcome that came a moment ago is told again.
      after: BEGINNING,
      started: () => {},
      event: (event) => {
        if (event.name === 'ended') done();
      },
      ended: done,
    });
  });
}
