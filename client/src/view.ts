import type { Entry, RoomView, TicketView } from '@parley/shared/entry';
import type { Fault } from '@parley/shared/fault';
import type { ClientKey, EntryId, TurnId } from '@parley/shared/ids';
import type { Capability, RoomRole } from '@parley/shared/roles';
import type { ApprovalView } from '@parley/shared/tools';

/** A person as presence shows them. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly typing: boolean;
  readonly you: boolean;
}

/** Something I sent, shown until the room shows it. */
export interface OutboxItem {
  readonly id: ClientKey;
  readonly kind: 'prompt' | 'message';
  readonly audience: 'room' | 'me';
  readonly text: string;
  /** A prompt that is sent with these entries and nothing else. */
  readonly quotes?: readonly EntryId[];
  /** The model that was chosen for it; absent: none. */
  readonly model?: string;
  readonly state:
    | { readonly kind: 'unsent' }
    | { readonly kind: 'sent' }
    | { readonly kind: 'accepted'; readonly turn?: TurnId; readonly position?: number }
    | { readonly kind: 'refused'; readonly fault: Fault };
}

/** One lane as its transcript document shows it. */
export interface LaneView {
  /** False until the first sync. */
  readonly loaded: boolean;
  /** In the order they are read, those of labelled documents among them (see entry-order.ts). */
  readonly entries: readonly Entry[];
  readonly firstSeq: number;
  /** Running first, then by position, held ones in their place. */
  readonly tickets: readonly TicketView[];
  readonly answering: {
    /** `waiting`: for the approval of the one it is for (T41). */
    readonly state: 'answering' | 'waiting';
    readonly turn: TurnId;
    readonly forId: string;
    readonly forName: string;
    readonly text: string;
  } | null;
  /** Which entries the AI reads a summary of; null: none. */
  readonly digest: RoomView['digest'];
  /** Entries that are pinned, and as what. */
  readonly pins: RoomView['pins'];
  /** Whether the room's title was made here. */
  readonly titledBy: RoomView['titledBy'];
}

export type ConnectionView =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  /** Words are kept; `since` in milliseconds since the epoch; `fault`: the server's reason, if it gave one. */
  | { readonly kind: 'reconnecting'; readonly since: number; readonly fault?: Fault }
  /** The server said so for good: removed, expired, refused. */
  | { readonly kind: 'ended'; readonly fault: Fault; readonly by?: string; readonly at?: number };

/** Everything a screen needs, as one immutable value. */
export interface RoomViewModel {
  readonly connection: ConnectionView;
  readonly you: { readonly id: string; readonly name: string; readonly color: string } | null;
  readonly role: RoomRole | null;
  readonly capabilities: ReadonlySet<Capability>;
  readonly title: string;
  readonly people: readonly Person[];
  readonly room: LaneView;
  readonly me: LaneView;
  /** Calls of tools that wait for my approval, the oldest first. */
  readonly approvals: readonly ApprovalView[];
  readonly outbox: readonly OutboxItem[];
  /** True only when every local change to the shared notes is on the server's disk. */
  readonly saved: boolean;
  /** Words of mine that the server refused, offered back. */
  readonly lostWords: string | null;
}
