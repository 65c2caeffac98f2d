import type { Author, Outcome, TurnView, Usage } from '@parley/shared/entry';
import type { Reply } from '@parley/shared/answers';
import type { Command } from '@parley/shared/commands';
import type { DocKey, DocName, ShelfName } from '@parley/shared/documents';
import type { Fault } from '@parley/shared/fault';
import type { EntryId, LaneKey, TurnId, UserId } from '@parley/shared/ids';
import type { Standing, Levels } from '@parley/shared/roles';
import type { CallName, ToolBinding, ToolUse } from '@parley/shared/tools';
import type { Principal } from '../core/people/principal.ts';
import type { RoomRef } from '../core/tenant.ts';

/**
 * Carries frames between the edges (which hold sockets) and a room's owner (which decides). Two ordered
 * streams a room: edges → owner, and owner → edges. Everything on it is plain data (JSON values and
 * Uint8Array), so an adapter may hand references over or encode them.
 *
 * Delivery is asynchronous but ordered: what one end sends, the other receives in the same order, never
 * inside the sender's call.
 */
export interface Bus {
  /** Called by the node that runs the room; a second owner replaces the first. */
  own(ref: RoomRef, receive: (up: EdgeMessage) => void): OwnerEnd;
  /** Called once per node and room with peers. */
  join(ref: RoomRef, receive: (down: OwnerMessage) => void): EdgeEnd;
}
export interface OwnerEnd {
  publish(message: OwnerMessage): void;
  close(): void;
}
export interface EdgeEnd {
  send(message: EdgeMessage): void;
  close(): void;
}

/** One attached socket, or one request, of one person; unique over all nodes. */
export type PeerId = string & { readonly __peer: unique symbol };

/**
 * How far a reader of events has come: how many events there were that this person may see, and how many
 * characters of the answer that runs in the room's lane and in their own. Nothing that others do in
 * private moves it (R9).
 */
export interface EventCursor {
  readonly seq: number;
  readonly room: number;
  readonly me: number;
}

/** A shelf as its readers are told of it. */
export interface ListedShelf {
  readonly doc: ShelfName;
  /** Of the room, or the reader's own. */
  readonly lane: 'room' | 'me';
}

/** Edge → owner. */
export type EdgeMessage =
  /** A socket of a person arrived. The owner answers `attached` or `detached`. */
  | { readonly type: 'attach'; readonly peer: PeerId; readonly principal: Principal }
  | { readonly type: 'detach'; readonly peer: PeerId }
  /** Start syncing a document; answered by `opened` or `refused`. */
  | { readonly type: 'open'; readonly peer: PeerId; readonly doc: DocName }
  | { readonly type: 'close'; readonly peer: PeerId; readonly doc: DocName }
  /** One y-protocols message as it arrived (outer type included), for an open document. */
  | { readonly type: 'message'; readonly peer: PeerId; readonly doc: DocName; readonly bytes: Uint8Array }
  /** The peer drained after updates were dropped: send it what it misses. */
  | { readonly type: 'resync'; readonly peer: PeerId; readonly doc: DocName }
  /** Watch turn events, from a cursor on (null: from now). Answered by `event`s to this peer. */
  | {
      readonly type: 'watch';
      readonly peer: PeerId;
      readonly turn: TurnId | null;
      readonly after: EventCursor | null;
    }
  /** A command; answered by `reply` with the same request id. `peer` is where the answer goes. */
  | {
      readonly type: 'command';
      readonly peer: PeerId;
      readonly request: string;
      readonly principal: Principal;
      readonly command: Command;
    };

/** Owner → edges. Those with `peer` are for one socket; every node drops what is not for its own. */
export type OwnerMessage =
  | { readonly type: 'attached'; readonly peer: PeerId; readonly standing: Standing; readonly levels: Levels }
  /** The peer may not (or no longer) be here; the socket is closed with the fault's code. */
  | {
      readonly type: 'detached';
      readonly peer: PeerId;
      readonly fault: Fault;
      readonly by?: string;
      readonly at?: number;
    }
  | {
      readonly type: 'opened';
      readonly peer: PeerId;
      readonly doc: DocName;
      readonly key: DocKey;
      readonly writable: boolean;
    }
  | { readonly type: 'refused'; readonly peer: PeerId; readonly doc: DocName; readonly fault: Fault }
  /** A document changed: one y-protocols update message for everybody who has it open. */
  | { readonly type: 'update'; readonly doc: DocKey; readonly message: Uint8Array; readonly except?: PeerId }
  /** Presence of a document: droppable under pressure, for everybody who has it open. */
  | { readonly type: 'presence'; readonly doc: DocKey; readonly message: Uint8Array }
  /** y-protocols messages for one socket, in order: sync step 2 and its parts, step 1, presence. */
  | { readonly type: 'sync'; readonly peer: PeerId; readonly doc: DocName; readonly messages: readonly Uint8Array[] }
  | { readonly type: 'saved'; readonly peer: PeerId; readonly doc: DocName; readonly count: number }
  | { readonly type: 'reply'; readonly peer: PeerId; readonly request: string; readonly result: CommandResult }
  /** The shelves that the peer may open now; told when it attached, and when that changes. */
  | { readonly type: 'documents'; readonly peer: PeerId; readonly items: readonly ListedShelf[] }
  /** Rights of one person changed; takes effect between this message and the next. */
  | { readonly type: 'standing'; readonly user: UserId; readonly standing: Standing; readonly levels: Levels }
  | { readonly type: 'event'; readonly peer: PeerId; readonly event: TurnEvent }
  /** The room leaves this node; sockets close and come back. */
  | { readonly type: 'closing'; readonly fault: Fault };

export type CommandResult =
  | { readonly ok: true; readonly value: Reply }
  | { readonly ok: false; readonly fault: Fault };

/** One server-sent event about a turn, with its reader's place after it: a place only ever grows. */
export type TurnEvent = TurnNews & { readonly cursor: EventCursor };

/** What those who follow a turn are told of its calls: never their arguments (T41). */
export type CallNews =
  | {
      readonly name: 'tool';
      readonly data: {
        readonly turn: TurnId;
        /** Of the call, in its turn. */
        readonly id: string;
        readonly call: CallName;
        readonly title: string;
        readonly as: ToolBinding;
        readonly state: 'running' | ToolUse['outcome'];
      };
    }
  /** Whose word is waited for; null when it is not any more. */
  | { readonly name: 'approval'; readonly data: { readonly turn: TurnId; readonly waitingFor: string | null } };

/** What happened to a turn. */
export type TurnNews = { readonly lane: LaneKey; readonly turn: TurnId } & (
  | CallNews
  | { readonly name: 'queued'; readonly data: TurnView }
  | { readonly name: 'started'; readonly data: TurnStart }
  | { readonly name: 'delta'; readonly data: { readonly turn: TurnId; readonly text: string } }
  | { readonly name: 'superseded'; readonly data: { readonly turn: TurnId; readonly attempt: number } }
  | {
      readonly name: 'ended';
      readonly data: {
        readonly turn: TurnId;
        readonly outcome: Outcome;
        readonly reason?: string;
        readonly by?: string;
        readonly text?: string;
        readonly usage?: Usage;
      };
    }
);

/** What a turn was started with (T13). */
export interface TurnStart {
  readonly turn: TurnId;
  /** The prompts it answers. */
  readonly prompts: readonly TurnId[];
  readonly promptEntry: EntryId;
  /** Whose rights it uses. */
  readonly principal: string;
  readonly author: Author;
  readonly audience: 'room' | 'me';
  readonly payer: string;
  /** Counts the changes to members and policy before it. */
  readonly permissionEpoch: number;
  /** The `seq` of the last entry that the model is sent from its lane, before the prompt itself; 0 when there is none. */
  readonly contextVersion: number;
}
