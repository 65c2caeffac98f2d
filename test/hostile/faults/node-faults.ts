import { edit, fault, type SeededFault } from './faults.ts';

const FORGERY = 'adapters/bus-redis-forgery.test.ts';
const LOSSES = 'adapters/bus-redis-losses.test.ts';
const LEASES = 'adapters/lease-redis-losses.test.ts';

/** Mistakes by which one node believes what no other said to it, or goes on as if it had heard all that one did. */
export const NODE_FAULTS: readonly SeededFault[] = [
  fault(
    'what-a-node-said-is-said-again-by-whoever-kept-it',
    ['a room, as somebody else', FORGERY],
    edit('adapters/cluster/redis/post.ts', 'if (number < expected) return this.#refuse();', ''),
  ),
  fault(
    'a-frame-for-one-node-is-opened-by-another',
    ['a room, as somebody else', FORGERY],
    edit('adapters/cluster/redis/sealed-frame.ts', '.update(`parley bus\\0${from}\\0${to}`)', ".update('parley bus')"),
  ),
  fault(
    'a-node-is-heard-in-a-room-where-it-has-nobody',
    ['a room, as somebody else', FORGERY],
    edit(
      'adapters/cluster/redis/owned-room.ts',
      'if (peers === undefined) return;',
      'if (peers === undefined) return this.#relay?.send(message);',
    ),
  ),
  fault(
    'a-frame-that-is-missing-is-not-missed',
    ['a document that lacks something', FORGERY],
    edit('adapters/cluster/redis/post.ts', "if (number > expected) return this.#estrange(from, 'gap');", ''),
  ),
  fault(
    'people-of-a-node-that-died-stay',
    ['who is here, as everybody sees it', LOSSES],
    edit(
      'adapters/cluster/redis/owned-room.ts',
      "for (const peer of this.#readers.get(by) ?? []) this.#relay?.send({ type: 'detach', peer });",
      '',
    ),
  ),
  fault(
    'nobody-is-told-that-what-they-said-was-lost',
    ['an outbox that waits for ever', LOSSES],
    edit('adapters/cluster/redis/joined-room.ts', 'this.#relay?.publish(CLOSING);', ''),
  ),
  fault(
    'a-room-is-given-up-with-redis',
    ['everybody in the room', LEASES],
    edit(
      'adapters/cluster/redis/renewed-lease.ts',
      "(error: unknown) => log.debug('lease.not-renewed', { error: String(error) }),",
      '() => this.#lose(),',
    ),
  ),
  fault(
    'a-room-is-taken-from-who-runs-it-when-redis-comes-back-empty',
    ['a room with two owners', LEASES],
    edit('adapters/cluster/lease-redis.ts', 'clock.now() >= this.#graceEnds', 'true'),
  ),
];
