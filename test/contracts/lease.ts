import type { RoomRef } from '@parley/server/core/tenant';
import type { HeldLease, Lease, LeaseAnswer } from '@parley/server/ports/lease';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { room } from './journal-samples.ts';

export interface LeaseWorld {
  /** The leases as the node of this name asks for them. */
  node(name: string): Lease;
  /** Lets the lease of a room run out at whoever holds it; resolves when its holder could know. */
  expire(ref: RoomRef): Promise<void>;
  dispose(): Promise<void>;
}

/** What every lease promises, whatever keeps it. */
export function leaseContract(name: string, open: () => Promise<LeaseWorld>): void {
  describe(`lease contract: ${name}`, () => {
    let world: LeaseWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.dispose());

    test('D9 a room is held by one node; the other is told which', async () => {
      held(await world.node('n1').acquire(room('a')));
      expect(await world.node('n2').acquire(room('a'))).toEqual({ kind: 'elsewhere', node: 'n1' });
      held(await world.node('n2').acquire(room('b')));
    });

    test('D9 of nodes that ask at once, one gets the room', async () => {
      const names = ['n1', 'n2', 'n3', 'n4'];
      const answers = await Promise.all(names.map((one) => world.node(one).acquire(room('a'))));
      expect(answers.filter(({ kind }) => kind === 'held')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'elsewhere')).toHaveLength(3);
    });

    test('D9 a released room is free at once, and releasing is not losing', async () => {
      const lease = held(await world.node('n1').acquire(room('a')));
      await lease.release();
      held(await world.node('n2').acquire(room('a')));
      expect(lease.lost.aborted).toBe(false);
    });

    test('D9 a lease that ran out says so, and the room goes elsewhere', async () => {
      const lease = held(await world.node('n1').acquire(room('a')));
      const heard: string[] = [];
      lease.lost.addEventListener('abort', () => heard.push('lost'));
      await world.expire(room('a'));
      expect(heard).toEqual(['lost']);
      const next = held(await world.node('n2').acquire(room('a')));
      expect(next.lost.aborted).toBe(false);
    });

    test('D9 a lease that was released never says that it was lost', async () => {
      const lease = held(await world.node('n1').acquire(room('a')));
      await lease.release();
      await world.expire(room('a'));
      expect(lease.lost.aborted).toBe(false);
    });

    test('D9 releasing what was lost, or twice, does not free the next holder’s lease', async () => {
      const lease = held(await world.node('n1').acquire(room('a')));
      await world.expire(room('a'));
      held(await world.node('n2').acquire(room('a')));
      await lease.release();
      await lease.release();
      expect(await world.node('n3').acquire(room('a'))).toEqual({ kind: 'elsewhere', node: 'n2' });
    });

    test('D9 a node that asks again for what it holds has it; after a loss it gets a new lease', async () => {
      const lease = held(await world.node('n1').acquire(room('a')));
      held(await world.node('n1').acquire(room('a')));
      await world.expire(room('a'));
      const next = held(await world.node('n1').acquire(room('a')));
      expect(lease.lost.aborted).toBe(true);
      expect(next.lost.aborted).toBe(false);
    });

    test('R11 the same room id in another tenant is another room', async () => {
      held(await world.node('n1').acquire(room('a')));
      held(await world.node('n2').acquire(room('a', 'rival')));
    });
  });
}

function held(answer: LeaseAnswer): HeldLease {
  if (answer.kind !== 'held') throw new Error(`expected the lease, got ${JSON.stringify(answer)}`);
  return answer.lease;
}
