import { roomKey, type RoomRef } from '../../core/tenant.ts';
import type { Bus, EdgeEnd, EdgeMessage, OwnerEnd, OwnerMessage } from '../../ports/bus.ts';

/**
 * The bus of one process: references are handed over in one global order of sending. Everything sent
 * in one synchronous stretch is delivered by one microtask; this is the hottest path of the server.
 *
 * A message goes to who listened when it was sent, and still listens when it is delivered. Sent to a
 * room without an owner it is dropped.
 */
export class MemoryBus implements Bus {
  readonly #channels = new Map<string, Channel>();
  #sent: Delivery[] = [];

  own(ref: RoomRef, receive: (up: EdgeMessage) => void): OwnerEnd {
    const channel = this.#channel(ref);
    if (channel.owner) channel.owner.open = false;
    const inbox: Inbox<EdgeMessage> = { receive, open: true };
    channel.owner = inbox;
    return {
      publish: (message) => {
        if (inbox.open && channel.edges.length > 0) this.#send(new Fanout(channel.edges, message));
      },
      close: () => {
        inbox.open = false;
        if (channel.owner === inbox) channel.owner = null;
        this.#forget(channel);
      },
    };
  }

  join(ref: RoomRef, receive: (down: OwnerMessage) => void): EdgeEnd {
    const channel = this.#channel(ref);
    const inbox: Inbox<OwnerMessage> = { receive, open: true };
    // Replaced, not changed: messages on their way keep the list of when they were sent.
    channel.edges = [...channel.edges, inbox];
    return {
      send: (message) => {
        if (inbox.open && channel.owner) this.#send(new Fanout([channel.owner], message));
      },
      close: () => {
        inbox.open = false;
        channel.edges = channel.edges.filter((edge) => edge !== inbox);
        this.#forget(channel);
      },
    };
  }

  #send(delivery: Delivery): void {
    if (this.#sent.length === 0) queueMicrotask(() => this.#deliver());
    this.#sent.push(delivery);
  }

  #deliver(): void {
    const batch = this.#sent;
    this.#sent = [];
    for (const delivery of batch) delivery.deliver();
  }

  #channel(ref: RoomRef): Channel {
    const key = roomKey(ref);
    const known = this.#channels.get(key);
    if (known) return known;
    const channel: Channel = { key, owner: null, edges: [] };
    this.#channels.set(key, channel);
    return channel;
  }

  /** Rooms come and go for as long as the process lives; an empty channel must not stay behind. */
  #forget(channel: Channel): void {
    if (channel.owner === null && channel.edges.length === 0 && this.#channels.get(channel.key) === channel) {
      this.#channels.delete(channel.key);
    }
  }
}

interface Channel {
  readonly key: string;
  owner: Inbox<EdgeMessage> | null;
  edges: readonly Inbox<OwnerMessage>[];
}
interface Inbox<M> {
  readonly receive: (message: M) => void;
  open: boolean;
}
interface Delivery {
  deliver(): void;
}

class Fanout<M> implements Delivery {
  readonly #inboxes: readonly Inbox<M>[];
  readonly #message: M;

  constructor(inboxes: readonly Inbox<M>[], message: M) {
    this.#inboxes = inboxes;
    this.#message = message;
  }

  deliver(): void {
    for (const inbox of this.#inboxes) {
      if (inbox.open) hand(inbox, this.#message);
    }
  }
}

function hand<M>(inbox: Inbox<M>, message: M): void {
  try {
    inbox.receive(message);
  } catch (error) {
    // A bug of the receiver's, for the process to hear of; until it ends nobody else loses a message.
    queueMicrotask(() => {
      throw error;
    });
  }
}
